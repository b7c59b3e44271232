using System.Globalization;

namespace Actors.Core.Schemas;

/// <summary>The formats that are asserted.</summary>
internal static class Formats
{
    private const string NotInUris = "<>\"{}|\\^`";

    public static bool Fits(string format, string text) => format switch
    {
        "date-time" => IsDateTime(text),
        "date" => IsDate(text),
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "email" => IsEmail(text),
        _ => IsUri(text),
    };

    private static bool IsDate(ReadOnlySpan<char> text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    // RFC 3339, section 5.6: date and time, leap seconds included, with an offset from UTC.
    private static bool IsDateTime(ReadOnlySpan<char> text)
    {
        if (text.Length < 20 || !IsDate(text[..10]) || text[10] is not ('T' or 't')) return false;
        if (!IsTime(text[11..19], 60)) return false;
        var at = 19;
        if (text[at] == '.')
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            if (at == 20) return false;
        }

        var offset = text[at..];
        if (offset is "Z" or "z") return true;
        return offset.Length == 6 && offset[0] is '+' or '-' && IsTime($"{offset[1..]}:00", 59);
    }

    private static bool IsTime(ReadOnlySpan<char> text, int secondsMax) =>
        text is [_, _, ':', _, _, ':', _, _] && IsUpTo(text[..2], 23) && IsUpTo(text[3..5], 59) &&
        IsUpTo(text[6..], secondsMax);

    private static bool IsUpTo(ReadOnlySpan<char> digits, int most) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most;

    private static bool IsEmail(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        if (at <= 0 || at == text.Length - 1 || text[(at + 1)..].Contains('@')) return false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c)) return false;
        }

        return true;
    }

    // RFC 3986 with a scheme. Uri alone would take paths of files, and mend what is wrong.
    private static bool IsUri(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !char.IsAsciiLetter(text[0])) return false;
        foreach (var c in text.AsSpan(0, colon))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return false;
        }

        foreach (var c in text)
        {
            if (c is <= ' ' or > '~' || NotInUris.Contains(c, StringComparison.Ordinal)) return false;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out _);
    }
}
