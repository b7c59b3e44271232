using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Actors;

/// <summary>
/// Durations as people write them: <c>200ms</c>, <c>10s</c>, <c>1m30s</c>, <c>2h</c>, <c>3d</c>, or ISO 8601 as
/// <c>PT1H</c>, <c>P1DT12H</c>, <c>P2W</c> (years and months have no fixed length and are refused). The smallest part
/// may have decimals.
/// </summary>
public static class Durations
{
    /// <summary>What is taken, for error messages.</summary>
    public const string Forms = "a duration such as 200ms, 10s, 1m30s, 2h, 3d or PT1H, at most 3650d";

    private const int CharactersMax = 64;

    // Largest first: parts have to come in this order.
    private static readonly (string Unit, long Ticks)[] Short =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    private static readonly (string Unit, long Ticks)[] IsoDate =
        [("W", 7 * TimeSpan.TicksPerDay), ("D", TimeSpan.TicksPerDay)];

    private static readonly (string Unit, long Ticks)[] IsoTime =
        [("H", TimeSpan.TicksPerHour), ("M", TimeSpan.TicksPerMinute), ("S", TimeSpan.TicksPerSecond)];

    /// <summary>The longest duration: ten years of 365 days.</summary>
    public static TimeSpan Max { get; } = TimeSpan.FromDays(3650);

    /// <summary>Reads a duration.</summary>
    /// <returns>False if the text is none, is negative or exceeds <see cref="Max"/>.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text) || text.Length > CharactersMax) return false;
        var ticks = 0m;
        var parsed = text[0] == 'P' ? TryParseIso(text.AsSpan(1), ref ticks) : TryParseParts(text, Short, ref ticks);
        if (!parsed) return false;
        if (ticks > Max.Ticks) return false;
        duration = TimeSpan.FromTicks((long)Math.Round(ticks, MidpointRounding.ToEven));
        return true;
    }

    /// <summary>
    /// The one way a duration is written in canonical definitions: days, hours, minutes, seconds without those that are
    /// zero, the fraction as decimals of the seconds, or as milliseconds if it is less than one second.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or longer than <see cref="Max"/>.</exception>
    public static string Format(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(duration, Max);
        if (duration == TimeSpan.Zero) return "0s";
        if (duration < TimeSpan.FromSeconds(1)) return Decimal(duration.Ticks, TimeSpan.TicksPerMillisecond) + "ms";

        var text = new StringBuilder(16);
        Add(duration.Days, 'd');
        Add(duration.Hours, 'h');
        Add(duration.Minutes, 'm');
        var seconds = duration.Ticks % TimeSpan.TicksPerMinute;
        if (seconds > 0) text.Append(Decimal(seconds, TimeSpan.TicksPerSecond)).Append('s');
        return text.ToString();

        void Add(int value, char unit)
        {
            if (value > 0) text.Append(CultureInfo.InvariantCulture, $"{value}{unit}");
        }
    }

    private static string Decimal(long ticks, long unit) =>
        ((decimal)ticks / unit).ToString("0.#######", CultureInfo.InvariantCulture);

    private static bool TryParseIso(ReadOnlySpan<char> text, ref decimal ticks)
    {
        var time = text.IndexOf('T');
        if (time < 0) return TryParseParts(text, IsoDate, ref ticks);
        return (time == 0 || TryParseParts(text[..time], IsoDate, ref ticks)) &&
            TryParseParts(text[(time + 1)..], IsoTime, ref ticks);
    }

    private static bool TryParseParts(ReadOnlySpan<char> text, (string Unit, long Ticks)[] units, ref decimal ticks)
    {
        if (text.IsEmpty) return false;
        var next = 0;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !TryParseNumber(text[..digits], out var number)) return false;
            var rest = text[digits..];
            var length = rest.IndexOfAny("0123456789.");
            var unit = length < 0 ? rest : rest[..length];
            while (next < units.Length && !unit.SequenceEqual(units[next].Unit)) next++;
            if (next == units.Length) return false;
            var isLast = unit.Length == rest.Length;
            if (!isLast && number != Math.Truncate(number)) return false;
            ticks += number * units[next++].Ticks;
            text = rest[unit.Length..];
        }

        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) &&
        text[0] != '.' && text[^1] != '.' && number <= 1_000_000_000_000m;
}
