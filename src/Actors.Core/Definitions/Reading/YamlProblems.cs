using System.Collections.Immutable;

namespace Actors.Core.Definitions.Reading;

/// <summary>Says what to do about text that is no YAML: the parser's own words say where it gave up, not why.</summary>
internal static class YamlProblems
{
    /// <summary>Of text that the parser itself stumbles over.</summary>
    public const string Unclosed =
        "the file is not well-formed YAML: it can't be read on from here; close every {, [ and quotation mark";

    private const string Quotes =
        "a text that holds ': ' or ' #', or begins with @, `, %, &, *, ! or |, goes into quotes";

    private static readonly ImmutableArray<(string Says, string WayOut)> WaysOut =
    [
        ("expected ',' or '", "in { } and [ ], a text that holds , [ ] { or } goes into quotes: '$.input.lines[0]'"),
        ("mapping values", Quotes),
        ("invalid mapping", Quotes),
        ("cannot start any token", Quotes),
        ("expected key", "look at the indentation: keys of one mapping stand in one column"),
        ("expected '-'", "look at the indentation: items of one list stand in one column"),
        ("incompatible", "remove the line that begins with %"),
        ("expected <document", "look at the indentation: the file's own keys stand in the first column"),
    ];

    /// <summary>What to say, and of which line.</summary>
    /// <param name="message">The parser's message.</param>
    /// <param name="line">Where it says the trouble began.</param>
    /// <param name="text">The file's text.</param>
    public static (int Line, string Message) Explain(string message, int line, string text)
    {
        message = message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        if (message.Contains("tab", StringComparison.Ordinal) && TabbedLine(text) is { } tabbed)
            return (tabbed, "the file is not well-formed YAML: a tab stands before the text; indent with spaces");
        foreach (var (says, wayOut) in WaysOut)
        {
            if (message.Contains(says, StringComparison.OrdinalIgnoreCase))
                return (line, $"the file is not well-formed YAML: {message}; {wayOut}");
        }

        return (line, $"the file is not well-formed YAML: {message}");
    }

    private static int? TabbedLine(string text)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var indentation = line[..(line.Length - line.TrimStart().Length)];
            if (indentation.Contains('\t')) return number;
        }

        return null;
    }
}
