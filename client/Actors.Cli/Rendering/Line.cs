using System.Collections.Immutable;
using System.Text;
using Spectre.Console;

namespace Actors.Cli.Rendering;

/// <summary>What a piece of text means; a screen with colours shows it, one without does not.</summary>
internal enum Tone
{
    Plain,
    Faint,
    Strong,
    Good,
    Bad,
    Warn,
    Accent,
}

/// <summary>A piece of a line.</summary>
internal readonly record struct Piece(string Text, Tone Tone);

/// <summary>One line of output: text in tones. It never holds control characters, wherever it came from.</summary>
internal sealed class Line
{
    private readonly ImmutableArray<Piece> _pieces;

    private Line(ImmutableArray<Piece> pieces) => _pieces = pieces;

    /// <summary>An empty line.</summary>
    public static Line Empty { get; } = new([]);

    /// <summary>The pieces, in order.</summary>
    public ImmutableArray<Piece> Pieces => _pieces;

    /// <summary>Cells it takes on a terminal: wide characters take two.</summary>
    public int Width => _pieces.Sum(piece => piece.Text.GetCellWidth());

    /// <summary>A line of one piece.</summary>
    public static Line Of(string text, Tone tone = Tone.Plain) => Empty.Add(text, tone);

    /// <summary>The lines of a text.</summary>
    public static IEnumerable<Line> Lines(string text, Tone tone = Tone.Plain) =>
        text.ReplaceLineEndings("\n").Split('\n').Select(line => Of(line, tone));

    /// <summary>With a piece behind it.</summary>
    public Line Add(string text, Tone tone = Tone.Plain) =>
        text.Length == 0 ? this : new Line(_pieces.Add(new Piece(Printable(text), tone)));

    /// <summary>With a line behind it.</summary>
    public Line Add(Line line) => new(_pieces.AddRange(line._pieces));

    /// <summary>Filled up with blanks, in front of it if it is to stand to the right.</summary>
    public Line Pad(int width, bool toRight = false)
    {
        var blanks = new string(' ', Math.Max(0, width - Width));
        return toRight ? Of(blanks).Add(this) : Add(blanks);
    }

    /// <summary>Cut to a width, with <paramref name="mark"/> where something is missing.</summary>
    public Line Cut(int width, string mark)
    {
        if (Width <= width) return this;
        var left = Math.Max(0, width - mark.Length);
        var cut = Empty;
        foreach (var piece in _pieces)
        {
            var text = Head(piece.Text, left);
            left -= text.GetCellWidth();
            cut = cut.Add(text, piece.Tone);
            if (text.Length < piece.Text.Length) break;
        }

        return cut.Add(mark, Tone.Faint);
    }

    /// <summary>The text alone, without blanks at its end.</summary>
    public override string ToString() => string.Concat(_pieces.Select(piece => piece.Text)).TrimEnd();

    private static string Head(string text, int cells)
    {
        var (end, used) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            used += rune.ToString().GetCellWidth();
            if (used > cells) break;
            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }

    // Names, messages and data come from elsewhere: they don't get to steer the terminal.
    private static string Printable(string text)
    {
        if (!text.Any(IsUnprintable)) return text;
        var printable = new StringBuilder(text.Length);
        foreach (var c in text) printable.Append(IsUnprintable(c) ? ' ' : c);
        return printable.ToString();
    }

    private static bool IsUnprintable(char c) => char.IsControl(c) ||
        c is '\u2028' or '\u2029' or >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
