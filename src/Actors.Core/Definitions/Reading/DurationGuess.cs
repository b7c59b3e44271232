namespace Actors.Core.Definitions.Reading;

/// <summary>Guesses what was meant by a duration as people say it: <c>10</c>, <c>2 hours</c>, <c>3 Days</c>.</summary>
internal static class DurationGuess
{
    private const int CharactersMax = 40;

    private static readonly (string Begins, string Unit)[] Units =
        [("milli", "ms"), ("ms", "ms"), ("s", "s"), ("min", "m"), ("m", "m"), ("h", "h"), ("d", "d")];

    /// <summary>The duration as a file writes it; null: none comes to mind.</summary>
    public static string? Of(string text)
    {
        if (text.Length > CharactersMax) return null;
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var word = text[digits..].Trim().ToLowerInvariant();
        if (digits == 0 || word.StartsWith("mo", StringComparison.Ordinal)) return null;
        var unit = word.Length == 0
            ? "s"
            : Units.FirstOrDefault(u => word.StartsWith(u.Begins, StringComparison.Ordinal)).Unit;
        return unit is not null && Durations.TryParse(text[..digits] + unit, out _) ? text[..digits] + unit : null;
    }
}
