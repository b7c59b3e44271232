using System.Collections.Immutable;
using Actors.Core.JsonPath;

namespace Actors.Core.Templates;

/// <summary>A text that may be a path as a whole or hold placeholders: URLs, ids, headers, durations.</summary>
public sealed class CompiledText
{
    private readonly Placeholders _text;

    private CompiledText(Placeholders text)
    {
        _text = text;
        References = [.. text.Queries.SelectMany(q => q.References)];
        IsLiteral = !text.Queries.Any();
    }

    /// <summary>Static name prefixes of all paths in it.</summary>
    public ImmutableArray<ImmutableArray<string>> References { get; }

    /// <summary>Whether it has no path: it is the same for every document.</summary>
    public bool IsLiteral { get; }

    /// <summary>Compiles a text.</summary>
    /// <returns>Null if there are errors.</returns>
    public static CompiledText? TryCompile(string text, out ImmutableArray<TemplateError> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Placeholders.TryParse(text, "", out var parsed, out var error))
        {
            errors = [];
            return new CompiledText(parsed!);
        }

        errors = [error!];
        return null;
    }

    /// <summary>Fills in the values.</summary>
    /// <param name="root">The document that paths see.</param>
    /// <param name="encode">Applied to each value that is filled in, not to the text around; null: as it is.</param>
    /// <exception cref="TemplateException">A path selects nothing, or null, or can't be evaluated.</exception>
    public string Evaluate(JsonView root, Func<string, string>? encode)
    {
        try
        {
            return _text.Fill(root, encode);
        }
        catch (JsonPathException e)
        {
            throw new TemplateException(e.Message, e);
        }
        catch (InvalidOperationException e)
        {
            // System.Text.Json says so of escapes that stand for half of a surrogate pair, and only then.
            throw new TemplateException($"a path selects text that is not valid Unicode: {e.Message}", e);
        }
    }
}
