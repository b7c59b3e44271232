using System.Collections.Immutable;

namespace Actors.Cli.Rendering;

/// <summary>The steps of an invocation with their states, attempts, times, and a bar for when they ran.</summary>
internal static class Timeline
{
    /// <summary>Most steps that are shown one by one.</summary>
    public const int RowsMax = 200;

    private const int BarMin = 12;
    private const int BarMax = 48;
    private const int NameMax = 40;
    private const int Indent = 2;

    /// <summary>The lines.</summary>
    /// <param name="view">The invocation.</param>
    /// <param name="now">Where bars of what goes on end.</param>
    /// <param name="screen">For whom.</param>
    /// <param name="rowsMax">Most steps that are shown.</param>
    public static ImmutableArray<Line> Of(
        InvocationView view, DateTimeOffset now, Screen screen, int rowsMax = RowsMax)
    {
        var steps = Shown(view.Steps, rowsMax);
        var end = EndOf(view, now);
        var rows = new List<IReadOnlyList<Line>>
        {
            Row(["", "step", "status", "tries", "took"], Line.Empty),
        };
        foreach (var step in steps) rows.Add(Cells(step, screen.Signs));
        var left = Columns.Of(rows, Indent, 3, 4);
        var room = screen.Form.Width - left.Max(line => line.Width) - 3;
        var lines = ImmutableArray.CreateBuilder<Line>(left.Length + 1);
        if (room < BarMin)
        {
            lines.AddRange(left);
        }
        else
        {
            var width = Math.Min(room, BarMax);
            lines.Add(left[0].Add("  ").Add(Scale(end - view.StartedAt, width)));
            for (var i = 0; i < steps.Length; i++)
                lines.Add(left[i + 1].Add("  ").Add(Bar(steps[i], view.StartedAt, end, now, width, screen.Signs)));
        }

        if (steps.Length < view.Steps.Count) lines.Add(LeftOut(view.Steps, steps.Length));
        return lines.ToImmutable();
    }

    /// <summary>How many steps are in which state, in words.</summary>
    public static string Counts(IEnumerable<StepView> steps) => string.Join(", ", steps
        .GroupBy(step => step.Status)
        .OrderBy(group => group.Key)
        .Select(group => $"{group.Count():N0} {Words.Of(group.Key)}"));

    // What needs attention first, if not all can be shown; in the order of the definition all the same.
    private static ImmutableArray<StepView> Shown(IReadOnlyList<StepView> steps, int rowsMax)
    {
        if (steps.Count <= rowsMax) return [.. steps];
        var chosen = steps.Select((step, index) => (step, index))
            .OrderBy(entry => Urgency(entry.step.Status))
            .ThenByDescending(entry => entry.step.StartedAt ?? DateTimeOffset.MinValue)
            .Take(rowsMax)
            .OrderBy(entry => entry.index);
        return [.. chosen.Select(entry => entry.step)];
    }

    private static int Urgency(StepStatus status) => status switch
    {
        StepStatus.Failed or StepStatus.UndoFailed => 0,
        StepStatus.Running or StepStatus.Undoing => 1,
        StepStatus.Waiting => 2,
        StepStatus.Succeeded or StepStatus.Undone or StepStatus.Cancelled => 3,
        _ => 4,
    };

    private static Line LeftOut(IReadOnlyList<StepView> steps, int shown) => Line.Of(
        $"{new string(' ', Indent)}and {Words.Count(steps.Count - shown, "step")} more; in all {Counts(steps)}",
        Tone.Faint);

    private static DateTimeOffset EndOf(InvocationView view, DateTimeOffset now)
    {
        var end = view.EndedAt ?? now;
        foreach (var step in view.Steps)
        {
            var stepEnd = step.EndedAt ?? (GoesOn(step) ? now : step.StartedAt);
            if (stepEnd > end) end = stepEnd.Value;
        }

        return end;
    }

    private static bool GoesOn(StepView step) =>
        step.Status is StepStatus.Running or StepStatus.Waiting or StepStatus.Undoing;

    private static Line[] Row(ReadOnlySpan<string> heads, Line last)
    {
        var row = new Line[heads.Length];
        for (var i = 0; i < heads.Length; i++) row[i] = Line.Of(heads[i], Tone.Faint);
        return last.Width == 0 ? row : [.. row, last];
    }

    private static Line[] Cells(StepView step, Signs signs)
    {
        var tone = Words.ToneOf(step.Status);
        return
        [
            Line.Of(signs.Of(step.Status), tone),
            Line.Of(step.Name).Cut(NameMax, signs.Cut),
            Line.Of(Words.Of(step.Status) + (step.Items is { } items ? $": {Words.Of(items)}" : ""), tone),
            Line.Of(step.Attempts == 0 ? "-" : $"{step.Attempts}", step.Attempts > 1 ? Tone.Warn : Tone.Plain),
            Line.Of(step.DurationMs is { } took && step.StartedAt is not null ? Words.OfMilliseconds(took) : "-"),
        ];
    }

    private static Line Scale(TimeSpan length, int width)
    {
        var end = Words.Of(length);
        return Line.Of("0" + end.PadLeft(width - 1), Tone.Faint);
    }

    private static Line Bar(
        StepView step, DateTimeOffset start, DateTimeOffset end, DateTimeOffset now, int width, Signs signs)
    {
        if (step.StartedAt is not { } from || step.Status == StepStatus.Skipped) return Line.Empty;
        var total = Math.Max(1, (end - start).Ticks);
        var to = step.EndedAt ?? (GoesOn(step) ? now : from);
        var first = Math.Clamp((int)((from - start).Ticks * width / total), 0, width - 1);
        var last = Math.Clamp((int)Math.Ceiling((to - start).Ticks * (double)width / total), first + 1, width);
        var bar = new string(signs.Bar, last - first);
        if (GoesOn(step)) bar = bar[..^1] + signs.BarOpen;
        return Line.Of(new string(' ', first)).Add(bar, Words.ToneOf(step.Status));
    }
}
