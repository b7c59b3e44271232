using System.Globalization;

namespace Actors.Core.Definitions.Reading;

/// <summary>Sizes as people write them: <c>64KiB</c> is 65,536 bytes, <c>10MB</c> is 10,000,000.</summary>
internal static class Sizes
{
    public const string Forms = "a size such as 64KiB, 10MB or a number of bytes";

    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30),
        ("KB", 1_000), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var number = text.AsSpan().Trim();
        var unit = 1L;
        foreach (var (name, size) in Units)
        {
            if (!number.EndsWith(name, StringComparison.Ordinal)) continue;
            number = number[..^name.Length].TrimEnd();
            unit = size;
            break;
        }

        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            return false;
        if (count > long.MaxValue / unit) return false;
        var exact = count * unit;
        bytes = (long)exact;
        return exact == bytes;
    }
}
