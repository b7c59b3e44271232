using System.Runtime.InteropServices;
using Actors.Core.Invocations;
using Actors.Core.Processes;
using Actors.Definitions;
using Actors.Grains.Invocations;
using Actors.Journal;

namespace Actors.Grains.Audit;

/// <summary>
/// Folds the history of one invocation and checks on the way what must hold, with bookkeeping of its own beside the
/// fold.
/// </summary>
internal sealed class InvocationAudit(
    GrainKey key, Func<string, CompiledProcess> definitions, Action<AuditRule, long, string> report)
{
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    private readonly InvocationMachine _machine = new(new InvocationId(key.Tenant, key.Type, key.Id), definitions);
    private readonly Dictionary<Effect, int> _open = [];

    /// <summary>The snapshot that the store keeps; null: none.</summary>
    public JournalSnapshot? Snapshot { get; set; }

    private InvocationState State => _machine.State;

    /// <returns>False if an event does not fit: what follows makes no sense.</returns>
    public bool Fold(JournalRecord record, IReadOnlyList<InvocationEvent> events)
    {
        if (events.Count != record.EventCount)
        {
            report(AuditRule.Journal, record.FirstSequence, "the record holds another number of events than it says");
            return false;
        }

        var sequence = record.FirstSequence;
        foreach (var e in events)
        {
            if (e is not InvocationEvent.Started && State.Phase == InvocationPhase.Absent)
            {
                report(AuditRule.Fold, sequence, $"the history begins with {e.GetType().Name}");
                return false;
            }

            CheckStep(sequence, e);
            try
            {
                _machine.Replay(e);
            }
            catch (StoreCorruptException trouble)
            {
                report(AuditRule.Fold, sequence, trouble.Message);
                return false;
            }

            if (e is InvocationEvent.Started) _open.Clear();
            if (Snapshot is { } snapshot && snapshot.Sequence == sequence) CheckSnapshot(snapshot);
            sequence++;
        }

        return true;
    }

    /// <summary>The history is over: what lists show of it, and whether it can go on.</summary>
    public void End(Projection? shown)
    {
        if (shown is null)
            report(AuditRule.Projection, 0, "lists do not show it");
        else
            CheckProjection(shown);
        CheckProgress();
    }

    private void CheckStep(long sequence, InvocationEvent e)
    {
        if (e is not InvocationEvent.OfStep ofStep || !State.TryFind(ofStep.Step, out var position, out var step))
            return;
        var compiled = State.Process.Steps[position];
        var name = ofStep.Step.ToString();
        switch (e)
        {
            case InvocationEvent.StepScheduled s:
                var due = s.IsUndo ? step.Undo == StepStatus.Waiting : step.Status == StepStatus.Waiting;
                if (due) CheckDue(sequence, s.At, step.Due, $"attempt {s.Attempt} of '{name}'");
                Open(sequence, new Effect(ofStep.Step, s.IsUndo), s.Attempt);
                break;
            case InvocationEvent.StepSucceeded s:
                if (compiled.Action.Declared is StepAction.Delay && !s.IsUndo)
                    CheckDue(sequence, s.At, step.Due, $"the delay '{name}'");
                Close(sequence, new Effect(ofStep.Step, s.IsUndo), s.Attempt, compiled);
                break;
            case InvocationEvent.StepFailed s:
                // Its time ran out between two attempts: that is not the outcome of either.
                var gaveUp = (s.IsUndo ? step.Undo : step.Status) == StepStatus.Waiting && s.RetryAt is null;
                var effect = new Effect(ofStep.Step, s.IsUndo);
                if (!gaveUp || _open.ContainsKey(effect)) Close(sequence, effect, s.Attempt, compiled);
                break;
            case InvocationEvent.StepCancelled or InvocationEvent.SignalTaken:
                _open.Remove(new Effect(ofStep.Step, false));
                break;
            case InvocationEvent.JoinReleased:
                CheckDue(sequence, e.At, step.JoinDue, $"the join of '{name}'");
                break;
        }
    }

    private void Open(long sequence, Effect effect, int attempt)
    {
        if (!_open.TryAdd(effect, attempt))
            report(AuditRule.Attempt, sequence, $"{effect} is scheduled while attempt {_open[effect]} has no outcome");
    }

    private void Close(long sequence, Effect effect, int attempt, CompiledStep compiled)
    {
        if (_open.Remove(effect, out var open))
        {
            if (open == attempt) return;
            report(
                AuditRule.Attempt, sequence, $"the outcome of attempt {attempt} of {effect} answers attempt {open}");
            return;
        }

        // Stages of a direct pipeline run in one go; a map as a whole is never handed out; and what could not even be
        // asked for has no attempt.
        if (State.Process is { IsPipeline: true, IsDirect: true } || IsWhole(effect, compiled) || attempt == 0) return;
        report(AuditRule.Attempt, sequence, $"there is an outcome of attempt {attempt} of {effect}, which was not out");
    }

    private static bool IsWhole(Effect effect, CompiledStep compiled) =>
        effect.Step.Item < 0 && compiled.Step.Each is not null;

    private void CheckDue(long sequence, long at, long? due, string what)
    {
        if (due is { } time && at < time)
            report(AuditRule.Timer, sequence, $"{what} came {time - at} us before it was due");
    }

    private void CheckSnapshot(JournalSnapshot snapshot)
    {
        if (!SnapshotComparison.IsOf(State, snapshot.State))
            report(AuditRule.Snapshot, snapshot.Sequence, "the snapshot is not what the events up to it fold to");
    }

    private void CheckProjection(Projection shown)
    {
        var expected = InvocationProjection.Of(State);
        Compare("status", shown.Status, expected.Status);
        Compare("correlation id", shown.CorrelationId, expected.CorrelationId);
        Compare("definition", shown.Definition, expected.Definition);
        Compare("resume", shown.Resume, expected.Resume);
        if (!Near(shown.StartedAt, expected.StartedAt)) Compare("start", shown.StartedAt, expected.StartedAt);
        if (!Near(shown.EndedAt, expected.EndedAt)) Compare("end", shown.EndedAt, expected.EndedAt);
        if (expected.WakeAt is { } due && (shown.WakeAt is not { } wake || wake > due + Resolution))
            Compare("wake-up", shown.WakeAt, expected.WakeAt);
    }

    private void CheckProgress()
    {
        if (State is { Phase: not InvocationPhase.Ended, IsPaused: false, NeedsResume: false } &&
            State.NextDue() is null && !Array.Exists(State.Steps, IsWaiting))
            report(AuditRule.Progress, 0, $"it is {State.Status}, but nothing is handed out, due or waited for");
        // A tick at its start finds no timer due; whatever still follows should have been in the history.
        List<InvocationEvent> missing = [];
        _machine.Handle(new InvocationCommand.Tick(State.StartedAt), missing);
        if (missing.Count > 0)
            report(AuditRule.Progress, 0, $"its history stops short: {missing[0].GetType().Name} should have followed");
    }

    private static bool IsWaiting(StepState step) =>
        step.Status == StepStatus.Waiting || step.Undo == StepStatus.Waiting ||
        step.Map is { } map && Array.Exists(map.Items, IsWaiting);

    private static bool Near(DateTimeOffset? a, DateTimeOffset? b) =>
        a is { } x && b is { } y ? (x - y).Duration() < Resolution : a is null && b is null;

    private void Compare<T>(string what, T shown, T expected)
    {
        if (!EqualityComparer<T>.Default.Equals(shown, expected))
            report(AuditRule.Projection, 0, $"its {what} is listed as {Text(shown)}, and is {Text(expected)}");
    }

    private static string Text<T>(T value) => value switch
    {
        null => "none",
        DateTimeOffset time => time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        _ => $"'{value}'",
    };

    /// <summary>A step or its compensation.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Effect(StepRef Step, bool IsUndo)
    {
        public override string ToString() => IsUndo ? $"the compensation of '{Step}'" : $"'{Step}'";
    }
}
