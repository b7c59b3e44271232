using Spectre.Console;
using Spectre.Console.Rendering;

namespace Actors.Cli.Rendering;

/// <summary>What the output can do.</summary>
/// <param name="IsInteractive">A person looks at it, and lines can be replaced.</param>
/// <param name="HasColour">Colours are wanted.</param>
/// <param name="HasUnicode">Signs beyond ASCII can be shown.</param>
/// <param name="Width">Cells of a line.</param>
/// <param name="Height">Lines.</param>
internal sealed record ScreenForm(bool IsInteractive, bool HasColour, bool HasUnicode, int Width, int Height)
{
    /// <summary>A file or a pipe.</summary>
    public static ScreenForm Piped { get; } = new(false, false, false, 100, int.MaxValue);
}

/// <summary>Where lines are shown.</summary>
internal sealed class Screen
{
    // A terminal echoes Ctrl-C as "^C" behind the last line: wrapped, it would push a line out of what is replaced.
    private const int EchoWidth = 3;

    private readonly IAnsiConsole? _console;

    /// <summary>A screen over a writer.</summary>
    public Screen(TextWriter writer, ScreenForm form)
    {
        (Writer, Form) = (writer, form);
        Signs = form.HasUnicode ? Signs.Unicode : Signs.Ascii;
        if (form.IsInteractive || form.HasColour) _console = MakeConsole(writer, form);
    }

    /// <summary>What it writes to.</summary>
    public TextWriter Writer { get; }

    /// <summary>What it can do.</summary>
    public ScreenForm Form { get; }

    /// <summary>The signs it can show.</summary>
    public Signs Signs { get; }

    /// <summary>Cells of a line that is replaced again and again: what is longer is cut.</summary>
    public int LiveWidth => Math.Max(1, Form.Width - EchoWidth);

    /// <summary>Writes a line.</summary>
    public void Write(Line line)
    {
        if (_console is null) Writer.WriteLine(line.ToString());
        else _console.Write(new Paragraphs([line], Wraps: true));
    }

    /// <summary>Writes an empty line.</summary>
    public void Write() => Write(Line.Empty);

    /// <summary>Writes a line of one tone.</summary>
    public void Write(string text, Tone tone = Tone.Plain) => Write(Line.Of(text, tone));

    /// <summary>Writes lines.</summary>
    public void Write(IEnumerable<Line> lines)
    {
        foreach (var line in lines) Write(line);
    }

    /// <summary>Writes text as it is, and a line end: for data that a program or a clipboard takes.</summary>
    public void WriteRaw(string text) => Writer.WriteLine(text);

    /// <summary>Shows lines that are replaced again and again, and removed at the end.</summary>
    /// <param name="work">Gets what replaces the lines.</param>
    public async Task LiveAsync(Func<Action<IReadOnlyList<Line>>, Task> work)
    {
        if (_console is null) throw new InvalidOperationException("lines are replaced on interactive screens only");
        await _console.Live(new Paragraphs([], Wraps: false)).AutoClear(true).StartAsync(
            live => work(lines => live.UpdateTarget(
                new Paragraphs([.. lines.Select(line => line.Cut(LiveWidth, "~"))], Wraps: false))));
    }

    private static IAnsiConsole MakeConsole(TextWriter writer, ScreenForm form)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = form.HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = form.IsInteractive ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        (console.Profile.Width, console.Profile.Height) = (form.Width, form.Height);
        return console;
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Faint => new Style(Color.Grey),
        Tone.Strong => new Style(decoration: Decoration.Bold),
        Tone.Good => new Style(Color.Green),
        Tone.Bad => new Style(Color.Red),
        Tone.Warn => new Style(Color.Olive),
        Tone.Accent => new Style(Color.Teal),
        _ => Style.Plain,
    };

    private sealed record Paragraphs(IReadOnlyList<Line> Lines, bool Wraps) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => new(maxWidth, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            foreach (var line in Lines)
            {
                foreach (var segment in Wraps ? Wrapped(line, options, maxWidth) : Cut(line, maxWidth))
                    yield return segment;
            }
        }

        private static IEnumerable<Segment> Cut(Line line, int width)
        {
            foreach (var piece in line.Cut(width, "~").Pieces)
                yield return new Segment(piece.Text, StyleOf(piece.Tone));
            yield return Segment.LineBreak;
        }

        private static IEnumerable<Segment> Wrapped(Line line, RenderOptions options, int width)
        {
            if (line.Width <= width) return Cut(line, width);
            var paragraph = new Paragraph();
            foreach (var piece in line.Pieces) paragraph.Append(piece.Text, StyleOf(piece.Tone));
            return [.. ((IRenderable)paragraph).Render(options, width), Segment.LineBreak];
        }
    }
}
