using System.Globalization;
using System.Text.Json;
using Actors.Definitions;

namespace Actors.Cli.Rendering;

/// <summary>Events of a history, a line each.</summary>
/// <param name="startedAt">What times are counted from; null: they are points in time.</param>
/// <param name="map">The definition, if it is known: names what steps wait for.</param>
/// <param name="names">Names of the steps, if the definition is not known.</param>
internal sealed class EventLines(DateTimeOffset? startedAt, StepMap? map = null, IEnumerable<string>? names = null)
{
    private const int TimeWidth = 10;
    private const int NameMax = 40;

    private readonly Dictionary<string, StepAction> _actions = (map?.Steps ?? []).ToDictionary(
        step => step.Name, step => step.Action, StringComparer.Ordinal);

    private readonly int _nameWidth = Math.Min(NameMax, (map?.Steps.Select(step => step.Name) ?? names ?? [])
        .Select(name => name.Length).DefaultIfEmpty().Max());

    /// <summary>The line of an event.</summary>
    public Line Of(HistoryEvent e)
    {
        var time = startedAt is { } start ? Words.Of(e.At - start) : Words.Exactly(e.At);
        var line = Line.Of(time, Tone.Faint).Pad(TimeWidth, toRight: true).Add("  ");
        var data = e.Data.IsNull ? default : e.Data.ToElement();
        if (e.Step is { } step) line = line.Add(Line.Of(step).Pad(_nameWidth)).Add("  ");
        var (text, tone) = Say(e, data);
        return line.Add(text, tone);
    }

    private (string Text, Tone Tone) Say(HistoryEvent e, JsonElement data) => e.Type switch
    {
        "Started" => ("started" + (Number(data, "run") is > 1 and var run ? $", run {run}" : ""), Tone.Plain),
        "StepScheduled" => (Begin(e), Tone.Accent),
        "StepSucceeded" => ("succeeded" + Attempt(e), Tone.Good),
        "StepFailed" => FailedAttempt(e, data, ""),
        "StepSkipped" => ("skipped", Tone.Faint),
        "StepCancelled" when IsTrue(data, "isUncertain") => ("cancelled; it may have had its effect", Tone.Warn),
        "StepCancelled" => ("cancelled", Tone.Warn),
        "StepCancelRequested" => ("told to stop", Tone.Warn),
        "StepExpanded" => (Words.Count(Number(data, "count"), "item"), Tone.Plain),
        "JoinReleased" => ("its join goes on with what there is", Tone.Plain),
        "UndoScheduled" => (e.Attempt > 1 ? $"undo, attempt {e.Attempt}" : "undo", Tone.Warn),
        "UndoSucceeded" => ("undone" + Attempt(e), Tone.Warn),
        "UndoFailed" => FailedAttempt(e, data, "undo "),
        "SignalReceived" => ($"signal '{Text(data, "signal")}' received", Tone.Plain),
        "SignalTaken" => ($"took signal '{Text(data, "signal")}'", Tone.Plain),
        "Stopping" => (Stopping(data), Tone.Bad),
        "CompensationBegan" => ("undoing what was done", Tone.Warn),
        "Completed" => ("completed", Tone.Good),
        "Failed" => ("failed", Tone.Bad),
        "Cancelled" => ("cancelled", Tone.Bad),
        "Paused" => ("paused", Tone.Warn),
        "Resumed" => ("resumed", Tone.Plain),
        "Retried" => ("retried", Tone.Plain),
        "ChildrenAsked" => ("asked after its children", Tone.Plain),
        "ReplacementCancelled" => ("not to be replaced: the new run was cancelled", Tone.Warn),
        "ReplacementQueued" => ("to be replaced by a new run", Tone.Warn),
        _ => (e.Type, Tone.Plain),
    };

    private string Begin(HistoryEvent e)
    {
        var name = e.Step!;
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        _actions.TryGetValue(bracket < 0 ? name : name[..bracket], out var action);
        var what = action switch
        {
            StepAction.Wait wait => $"waits for signal '{wait.Signal}'",
            StepAction.Delay => "waits",
            StepAction.Child child => $"starts child process '{child.Process}'",
            _ => "begins",
        };
        return e.Attempt > 1 ? $"{what}, attempt {e.Attempt}" : what;
    }

    private (string Text, Tone Tone) FailedAttempt(HistoryEvent e, JsonElement data, string what)
    {
        var failure = data.TryGetProperty("failure", out var record)
            ? $": {Text(record, "type")}: {Text(record, "message")}"
            : "";
        if (!DateTimeOffset.TryParse(Text(data, "retryAt"), CultureInfo.InvariantCulture, out var retryAt))
            return ($"{what}failed{Attempt(e)}{failure}", Tone.Bad);
        return ($"{what}attempt {e.Attempt} failed{failure}; again in {Words.Of(retryAt - e.At)}", Tone.Warn);
    }

    private static string Stopping(JsonElement data)
    {
        var failure = data.TryGetProperty("failure", out var record) ? Text(record, "message") : "";
        return IsTrue(data, "isCancellation") ? $"is being cancelled: {failure}" : $"is failing: {failure}";
    }

    private static string Attempt(HistoryEvent e) => e.Attempt > 1 ? $" at attempt {e.Attempt}" : "";

    private static string Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) &&
        value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static long Number(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) &&
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;

    private static bool IsTrue(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) &&
        value.ValueKind == JsonValueKind.True;
}
