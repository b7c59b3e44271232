using System.Globalization;
using Actors.Definitions;

namespace Actors.Cli.Rendering;

/// <summary>States, times and sizes in words.</summary>
internal static class Words
{
    /// <summary>A duration as people say it: <c>12 ms</c>, <c>3.4 s</c>, <c>2 min 5 s</c>, <c>3 h 20 min</c>.</summary>
    public static string Of(TimeSpan time)
    {
        if (time < TimeSpan.Zero) time = TimeSpan.Zero;
        if (time.TotalMilliseconds < 9.95) return Text($"{time.TotalMilliseconds:0.#} ms");
        if (time.TotalMilliseconds < 999.5) return Text($"{time.TotalMilliseconds:0} ms");
        if (time.TotalSeconds < 59.95) return Text($"{time.TotalSeconds:0.0} s");
        time = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));
        if (time.TotalMinutes < 60) return Pair((int)time.TotalMinutes, "min", time.Seconds, "s");
        if (time.TotalHours < 24) return Pair((int)time.TotalHours, "h", time.Minutes, "min");
        return Pair((int)time.TotalDays, "d", time.Hours, "h");
    }

    /// <summary>As <see cref="Of(TimeSpan)"/>, from milliseconds.</summary>
    public static string OfMilliseconds(double milliseconds) => Of(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>A point in time, in UTC, to the second.</summary>
    public static string Of(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A point in time by ISO 8601, in UTC, to the millisecond.</summary>
    public static string Exactly(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A status as files and JSON write it.</summary>
    public static string Of(InvocationStatus status) => Camel(status.ToString());

    /// <summary>A status as files and JSON write it.</summary>
    public static string Of(StepStatus status) => Camel(status.ToString());

    /// <summary>How many items are done: <c>3 of 10</c>, <c>6 of 10, 1 failed, 3 cancelled</c>.</summary>
    public static string Of(ItemCounts items)
    {
        var text = Text($"{items.Succeeded:N0} of {items.Total:N0}");
        if (items.Failed > items.Cancelled) text += Text($", {items.Failed - items.Cancelled:N0} failed");
        if (items.Cancelled > 0) text += Text($", {items.Cancelled:N0} cancelled");
        return items.Undone > 0 ? text + Text($", {items.Undone:N0} undone") : text;
    }

    /// <summary>A model as files write it.</summary>
    public static string Of(ProcessModel model) => Camel(model.ToString());

    /// <summary>A number of things: <c>1 step</c>, <c>1,024 steps</c>.</summary>
    public static string Count(long count, string thing) => Count(count, thing, thing + "s");

    /// <summary>The same, of a thing whose plural is irregular.</summary>
    public static string Count(long count, string thing, string things) =>
        Text($"{count:N0} {(count == 1 ? thing : things)}");

    /// <summary>A size: <c>512 bytes</c>, <c>3.5 MB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => Count(bytes, "byte"),
        < 1_000_000 => Text($"{bytes / 1_000.0:0.#} kB"),
        _ => Text($"{bytes / 1_000_000.0:0.#} MB"),
    };

    /// <summary>The tone of a state.</summary>
    public static Tone ToneOf(InvocationStatus status) => status switch
    {
        InvocationStatus.Completed => Tone.Good,
        InvocationStatus.Failed or InvocationStatus.Cancelled => Tone.Bad,
        InvocationStatus.Compensating or InvocationStatus.Paused => Tone.Warn,
        _ => Tone.Accent,
    };

    /// <summary>The tone of a state.</summary>
    public static Tone ToneOf(StepStatus status) => status switch
    {
        StepStatus.Succeeded => Tone.Good,
        StepStatus.Failed or StepStatus.UndoFailed => Tone.Bad,
        StepStatus.Undoing or StepStatus.Undone => Tone.Warn,
        StepStatus.Running or StepStatus.Waiting => Tone.Accent,
        _ => Tone.Faint,
    };

    private static string Pair(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? Text($"{large} {largeUnit}") : Text($"{large} {largeUnit} {small} {smallUnit}");

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
