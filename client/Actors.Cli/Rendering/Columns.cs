using System.Collections.Immutable;

namespace Actors.Cli.Rendering;

/// <summary>Lays cells out in columns, two blanks apart, each as wide as its widest cell.</summary>
internal static class Columns
{
    private const string Gap = "  ";

    /// <summary>The lines.</summary>
    /// <param name="rows">Cells; every row has as many.</param>
    /// <param name="indent">Blanks in front.</param>
    /// <param name="toRight">Columns whose cells stand to the right.</param>
    public static ImmutableArray<Line> Of(
        IReadOnlyList<IReadOnlyList<Line>> rows, int indent = 0, params ReadOnlySpan<int> toRight)
    {
        if (rows.Count == 0) return [];
        var widths = new int[rows[0].Count];
        foreach (var row in rows)
        {
            for (var i = 0; i < widths.Length; i++) widths[i] = Math.Max(widths[i], row[i].Width);
        }

        var lines = ImmutableArray.CreateBuilder<Line>(rows.Count);
        foreach (var row in rows)
        {
            var line = Line.Of(new string(' ', indent));
            for (var i = 0; i < widths.Length; i++)
            {
                if (i > 0) line = line.Add(Gap);
                var isRight = toRight.Contains(i);
                line = line.Add(i == widths.Length - 1 && !isRight ? row[i] : row[i].Pad(widths[i], isRight));
            }

            lines.Add(line);
        }

        return lines.ToImmutable();
    }
}
