using System.Buffers;
using System.Text.Json;
using Actors.Core.Processes;
using Actors.Definitions;
using Actors.Journal;

namespace Actors.Core.Invocations;

/// <summary>Folds events about a step going forward.</summary>
internal static class StepFold
{
    public static void Scheduled(InvocationState state, int position, StepState step, InvocationEvent.StepScheduled e)
    {
        var compiled = state.Process.Steps[position];
        if (!step.IsActive) Activate(state, compiled, e.Step.Item);
        step.Status = compiled.IsWork ? StepStatus.Running : StepStatus.Waiting;
        step.Attempts = e.Attempt;
        step.ScheduledAt ??= e.At;
        if (step.BeganSequence == 0) step.BeganSequence = state.Sequence;
        step.Due = e.Due;
        InvocationFold.Arm(state, TimerKind.Step, position, e.Step.Item, e.Due);
        if (compiled.IsWork) state.AttemptsOut++;
        else if (compiled.Action.Declared is StepAction.Child) ChildChecks.Started(state, e.At);
        else if (compiled.Action.Declared is StepAction.Wait wait) Wait(state, wait.Signal, e.Step);
        foreach (var d in compiled.Dependents) StartJoinClock(state, d, e.At);
    }

    public static void Succeeded(InvocationState state, int position, StepState step, InvocationEvent.StepSucceeded e)
    {
        if (step.Attempts < e.Attempt) step.Attempts = e.Attempt;
        step.ScheduledAt ??= e.At;
        step.Result = step.Map is null ? e.Result : ResultOf(step.Map);
        // A child that ended well although it was told to stop: late, but what was asked for.
        if (HasGivenUp(state.Process.Steps[position], step)) step.IsCancelRequested = false;
        step.Failure = null;
        Settle(state, position, step, e, StepStatus.Succeeded);
    }

    public static void Failed(InvocationState state, int position, StepState step, InvocationEvent.StepFailed e)
    {
        var compiled = state.Process.Steps[position];
        step.Failure = e.Failure;
        if (e.RetryAt is { } retryAt)
        {
            // A later stage of a direct pipeline fails without having been scheduled by itself.
            if (!step.IsActive) Activate(state, compiled, e.Step.Item);
            HandIn(state, compiled, step);
            step.Attempts = e.Attempt;
            step.ScheduledAt ??= e.At;
            step.Status = StepStatus.Waiting;
            step.Due = retryAt;
            InvocationFold.Arm(state, TimerKind.Step, position, e.Step.Item, retryAt);
            return;
        }

        if (step.Attempts < e.Attempt) step.Attempts = e.Attempt;
        step.IsUncertain = !e.Failure.IsRefusal && compiled.MayHaveEffect && step.Attempts > 0 && step.Map is null;
        if (step.Map is { } map) step.Result = ResultOf(map);
        Settle(state, position, step, e, StepStatus.Failed);
        if (state.Phase == InvocationPhase.Running && !compiled.Step.Detached && !compiled.FailureIsTolerated)
            state.UnhandledFailure ??= e.Failure;
    }

    public static void CancelRequested(
        InvocationState state, int position, StepState step, InvocationEvent.StepCancelRequested e)
    {
        step.IsCancelRequested = true;
        if (state.Process.Steps[position].Action.Declared is not StepAction.Child) return;
        step.Failure = e.Because;
        step.Due = null;
    }

    /// <summary>Whether the time of a child is up and its end is awaited.</summary>
    public static bool HasGivenUp(CompiledStep compiled, StepState step) =>
        step is { IsCancelRequested: true, Failure: not null } && compiled.Action.Declared is StepAction.Child;

    public static void Expanded(InvocationState state, int position, StepState step, InvocationEvent.StepExpanded e)
    {
        step.Map ??= NewMap(step, e.Count);
        if (step.Map.Items.Length != e.Count)
        {
            throw new StoreCorruptException(
                $"step '{e.Step}' of '{state.Id}' was expanded twice, to {e.Count} items now");
        }

        step.Status = StepStatus.Running;
        step.ScheduledAt = e.At;
        step.BeganSequence = state.Sequence;
        state.Frontier.Enqueue(position);
        foreach (var d in state.Process.Steps[position].Dependents) StartJoinClock(state, d, e.At);
    }

    private static MapState NewMap(StepState step, int count)
    {
        var map = new MapState(count);
        foreach (var item in map.Items)
        {
            item.Attempts = item.AttemptsBefore = step.AttemptsBefore;
            item.Round = step.Round;
        }

        return map;
    }

    public static void TakeSignal(InvocationState state, int position, StepState step, InvocationEvent.SignalTaken e)
    {
        var kept = new Queue<InvocationEvent.SignalReceived>(state.Signals.Count);
        InvocationEvent.SignalReceived? taken = null;
        foreach (var signal in state.Signals)
        {
            if (taken is null && signal.Signal == e.Signal) taken = signal;
            else kept.Enqueue(signal);
        }

        state.Signals = kept;
        step.Result = taken?.Data ?? throw new StoreCorruptException(
            $"step '{e.Step}' took a signal '{e.Signal}' that never arrived");
        Settle(state, position, step, e, StepStatus.Succeeded);
    }

    /// <summary>The step or item has ended; whoever depends on it is to be looked at.</summary>
    public static void Settle(
        InvocationState state, int position, StepState step, InvocationEvent.OfStep e, StepStatus status)
    {
        var compiled = state.Process.Steps[position];
        if (step.IsSettled) throw new StoreCorruptException($"step '{e.Step}' of '{state.Id}' has ended twice");
        HandIn(state, compiled, step);
        if (step.IsActive && step.Map is null) Deactivate(state, compiled, e.Step.Item);
        step.Status = status;
        step.EndedAt = e.At;
        step.SettledSequence = state.Sequence;
        step.Due = null;
        if (IsUnwanted(state, compiled, step) && CompensationFold.NeedsUndo(compiled, step))
            CompensationFold.Queue(state, position, step, e.Step);
        if (e.Step.Item >= 0) SettleItem(state, compiled, status, step.Failure);
        else SettleWhole(state, compiled, status);
    }

    /// <summary>Whether the invocation goes on without it, so that what it may have done is undone at once.</summary>
    private static bool IsUnwanted(InvocationState state, CompiledStep compiled, StepState step) =>
        state.Phase == InvocationPhase.Running &&
        (step.IsCancelRequested || step.Status == StepStatus.Cancelled ||
            step.Status == StepStatus.Failed && compiled.FailureIsTolerated);

    private static void SettleItem(InvocationState state, CompiledStep compiled, StepStatus status, Failure? failure)
    {
        var map = state.Steps[compiled.Position].Map!;
        if (status == StepStatus.Succeeded) map.Succeeded++;
        else map.Failed++;
        state.Frontier.Enqueue(compiled.Position);
        if (status == StepStatus.Failed && !compiled.Step.Detached && !compiled.FailureIsTolerated &&
            state.Phase == InvocationPhase.Running)
            state.UnhandledFailure ??= failure;
        foreach (var d in compiled.Dependents)
        {
            if (state.Process.Steps[d].Step.Join is not JoinPolicy.All) state.Frontier.Enqueue(d);
        }
    }

    private static void SettleWhole(InvocationState state, CompiledStep compiled, StepStatus status)
    {
        if (!compiled.Step.Detached) state.AwaitedLeft--;
        foreach (var d in compiled.Dependents)
        {
            var dependent = state.Steps[d];
            if (status == StepStatus.Succeeded) dependent.DependenciesSucceeded++;
            else if (status == StepStatus.Skipped) dependent.DependenciesSkipped++;
            else dependent.DependenciesFailed++;
            state.Frontier.Enqueue(d);
        }
    }

    private static void Activate(InvocationState state, CompiledStep compiled, int item)
    {
        if (!compiled.Step.Detached) state.AwaitedActive++;
        if (item < 0) return;
        var map = state.Steps[compiled.Position].Map!;
        map.Active++;
        if (item >= map.Next) map.Next = item + 1;
    }

    private static void Deactivate(InvocationState state, CompiledStep compiled, int item)
    {
        if (!compiled.Step.Detached) state.AwaitedActive--;
        if (item >= 0) state.Steps[compiled.Position].Map!.Active--;
    }

    /// <summary>An attempt that was out is no longer out.</summary>
    private static void HandIn(InvocationState state, CompiledStep compiled, StepState step)
    {
        if (step.Map is not null) return;
        if (step.Status == StepStatus.Running) state.AttemptsOut--;
        else if (step.Status == StepStatus.Waiting && compiled.Action.Declared is StepAction.Child) state.ChildrenOut--;
    }

    public static void Wait(InvocationState state, string signal, StepRef step)
    {
        if (!state.Waits.TryGetValue(signal, out var waiting)) state.Waits[signal] = waiting = new Queue<StepRef>();
        waiting.Enqueue(step);
    }

    private static void StartJoinClock(InvocationState state, int dependent, long at)
    {
        var step = state.Steps[dependent];
        if (step.JoinDue is not null) return;
        if (state.Process.Steps[dependent].Step.Join is not JoinPolicy.Deadline deadline) return;
        step.JoinDue = at + Micros.Of(deadline.After);
        InvocationFold.Arm(state, TimerKind.Join, dependent, -1, step.JoinDue);
    }

    /// <summary>The results of the items in order, null for those that have none.</summary>
    public static Payload ResultOf(MapState map)
    {
        var buffer = new ArrayBufferWriter<byte>(map.Items.Length * 16 + 2);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartArray();
        foreach (var item in map.Items) json.WriteRawValue(item.Result.Utf8.Span, skipInputValidation: true);
        json.WriteEndArray();
        json.Flush();
        return Payload.FromTrustedUtf8(buffer.WrittenMemory);
    }
}
