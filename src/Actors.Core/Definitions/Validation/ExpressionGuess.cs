using System.Collections.Immutable;

namespace Actors.Core.Definitions.Validation;

/// <summary>Guesses what was meant by a path or a condition that other languages would take.</summary>
internal static class ExpressionGuess
{
    private const int CharactersMax = 200;

    private static readonly ImmutableArray<(string Wrong, string Right)> Operators =
    [
        (" = ", " == "), (" === ", " == "), (" <> ", " != "), (" and ", " && "), (" AND ", " && "), (" or ", " || "),
        (" OR ", " || "), ("not ", "!"), ("\"", "'"),
    ];

    /// <summary>A text near to the wrong one that can be read; null: none comes to mind.</summary>
    public static string? Of(ExpressionKind kind, string text)
    {
        if (text.Length > CharactersMax) return null;
        return kind switch
        {
            ExpressionKind.Path => Readable(kind, text.StartsWith('.') ? "$" + text : "$." + text),
            ExpressionKind.Condition => Readable(
                kind, Operators.Aggregate(text, (t, o) => t.Replace(o.Wrong, o.Right, StringComparison.Ordinal))),
            _ => null,
        };
    }

    private static string? Readable(ExpressionKind kind, string text) =>
        Expressions.Problem(kind, text) is null ? text : null;
}
