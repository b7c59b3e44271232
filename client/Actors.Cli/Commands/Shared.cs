using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Actors.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class Shared
{
    /// <summary>Prints JSON.</summary>
    public static Option<bool> Json() => new("--json")
    {
        Description = "Print exactly one JSON object on standard output; everything else goes to standard error",
    };

    /// <summary>A duration.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (Durations.TryParse(text, out var duration)) return duration;
            result.AddError($"'{text}' is not a duration for {name}; give {Durations.Forms}");
            return null;
        },
    };

    /// <summary>A number within bounds.</summary>
    public static Option<T?> Number<T>(string name, string description, T min, T max)
        where T : struct, INumber<T> => new(name)
        {
            Description = $"{description} ({min} to {max})",
            HelpName = "NUMBER",
            CustomParser = result =>
            {
                var text = result.Tokens[^1].Value;
                if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) &&
                    value >= min && value <= max)
                    return value;
                result.AddError($"'{text}' is not a number for {name}; give one from {min} to {max}");
                return null;
            },
        };

    /// <summary>One of the words of an enum, in camel case.</summary>
    public static Option<T?> Word<T>(string name, string description) where T : struct, Enum => new(name)
    {
        Description = description,
        HelpName = string.Join('|', Enum.GetNames<T>().Select(Camel)),
        CustomParser = result => Parse<T>(result, name),
    };

    /// <summary>The id of an invocation.</summary>
    public static Argument<InvocationId> Id() => new("ID")
    {
        Description = "The invocation, as process/id or tenant/process/id",
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (InvocationId.TryParse(text, out var id)) return id;
            result.AddError($"'{text}' is not the id of an invocation" + (Names.IsId(text) && !text.Contains('/')
                ? $" without its process: write process/{text}, or tenant/process/{text}, as 'actors list' does; of " +
                    "JSON, it is \"process\", a slash, and \"invocationId\""
                : "; write process/id or tenant/process/id, as 'actors list' does"));
            return default;
        },
    };

    private static T? Parse<T>(ArgumentResult result, string name) where T : struct, Enum
    {
        var text = result.Tokens[^1].Value;
        if (!text.Any(char.IsAsciiDigit) && Enum.TryParse<T>(text, ignoreCase: true, out var word)) return word;
        var words = Enum.GetNames<T>().Select(Camel).ToArray();
        var near = Rendering.Hints.Nearest(text, words);
        result.AddError($"'{text}' is not a value for {name}" +
            (near is null ? $"; give one of {string.Join(", ", words)}" : $"; did you mean '{near}'?"));
        return null;
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
