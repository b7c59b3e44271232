using Actors.Core.Processes;
using Actors.Journal;

namespace Actors.Core.Invocations;

/// <summary>
/// Folds events into the state. Pure but for the state it changes in place; an event that does not fit is corruption.
/// </summary>
public static class InvocationFold
{
    /// <summary>Folds one event.</summary>
    /// <param name="state">Changed in place.</param>
    /// <param name="e">The event.</param>
    /// <param name="definitions">Gives the definition of a hash; called for events that begin a run.</param>
    /// <exception cref="StoreCorruptException">The event does not fit the state.</exception>
    public static void Evolve(InvocationState state, InvocationEvent e, Func<string, CompiledProcess> definitions)
    {
        state.Sequence++;
        switch (e)
        {
            case InvocationEvent.Started started: Start(state, started, definitions(started.Definition)); break;
            case InvocationEvent.OfStep ofStep: EvolveStep(state, ofStep); break;
            case InvocationEvent.SignalReceived signal: Remember(state, signal); break;
            case InvocationEvent.Stopping stopping: Stop(state, stopping); break;
            case InvocationEvent.CompensationBegan: CompensationFold.Begin(state); break;
            case InvocationEvent.Completed completed:
                state.IsCompleted = true;
                state.Output = completed.Output;
                End(state, e.At);
                break;
            case InvocationEvent.Failed or InvocationEvent.Cancelled: End(state, e.At); break;
            case InvocationEvent.Paused: (state.IsPaused, state.PausedAt) = (true, e.At); break;
            case InvocationEvent.Resumed: state.IsPaused = false; break;
            case InvocationEvent.Retried retried: RetryFold.Apply(state, retried.At); break;
            case InvocationEvent.ReplacementQueued replacement:
                state.Replacement = replacement;
                state.NextSignals.Clear();
                break;
            case InvocationEvent.ReplacementCancelled cancelled:
                state.Replacement = null;
                state.NextSignals.Clear();
                state.Failure = cancelled.Failure;
                break;
            case InvocationEvent.ChildrenAsked asked: ChildChecks.Asked(state, asked); break;
            default: throw new StoreCorruptException($"event {e.GetType().Name} is unknown to the fold");
        }
    }

    internal static void Arm(InvocationState state, TimerKind kind, int position, int item, long? due)
    {
        if (due is { } at) state.Timers.Enqueue(new TimerKey(kind, position, item), at);
    }

    private static void Start(InvocationState state, InvocationEvent.Started e, CompiledProcess process)
    {
        state.Phase = InvocationPhase.Running;
        state.Process = process;
        state.Run = e.Run;
        state.Input = e.Input;
        state.Output = Payload.Null;
        state.Failure = null;
        state.IsCompleted = state.IsCancellation = state.IsPaused = state.IsSweepDue = false;
        state.CorrelationId = e.CorrelationId;
        state.TraceParent = e.TraceParent;
        state.Parent = e.Parent;
        state.StartId = e.StartId;
        state.StartedAt = e.StartedAt;
        state.EndedAt = null;
        state.DeadlineAt = process.Map.Deadline is { } deadline ? Micros.Of(deadline) : null;
        state.Replacement = null;
        state.UnhandledFailure = null;
        state.AwaitedLeft = process.AwaitedSteps;
        state.AwaitedActive = state.AttemptsOut = state.ChildrenOut = state.UndoOutstanding = 0;
        state.Signals.Clear();
        state.SignalIds.Clear();
        state.SignalIdOrder.Clear();
        while (state.NextSignals.TryDequeue(out var signal)) Remember(state, signal);
        state.Waits.Clear();
        state.Timers.Clear();
        state.Frontier.Clear();
        state.UndoReady.Clear();
        state.Steps = new StepState[process.Steps.Length];
        for (var i = 0; i < state.Steps.Length; i++)
        {
            state.Steps[i] = new StepState();
            if (process.Steps[i].Dependencies.IsEmpty) state.Frontier.Enqueue(i);
        }
    }

    private static void EvolveStep(InvocationState state, InvocationEvent.OfStep e)
    {
        if (!state.TryFind(e.Step, out var position, out var step))
            throw new StoreCorruptException(
                $"invocation '{state.Id}' has no step '{e.Step}' in definition {state.Process.Hash}");
        if (e is InvocationEvent.StepScheduled or InvocationEvent.StepFailed { RetryAt: not null }) step.Since = e.At;
        switch (e)
        {
            case InvocationEvent.StepScheduled { IsUndo: true } undo:
                CompensationFold.Scheduled(state, step, undo);
                break;
            case InvocationEvent.StepSucceeded { IsUndo: true }:
                CompensationFold.Succeeded(state, position, step);
                break;
            case InvocationEvent.StepFailed { IsUndo: true } undo:
                CompensationFold.Failed(state, position, step, undo);
                break;
            case InvocationEvent.StepScheduled scheduled: StepFold.Scheduled(state, position, step, scheduled); break;
            case InvocationEvent.StepSucceeded succeeded: StepFold.Succeeded(state, position, step, succeeded); break;
            case InvocationEvent.StepFailed failed: StepFold.Failed(state, position, step, failed); break;
            case InvocationEvent.StepSkipped: StepFold.Settle(state, position, step, e, StepStatus.Skipped); break;
            case InvocationEvent.StepCancelled cancelled:
                step.IsUncertain = cancelled.IsUncertain;
                StepFold.Settle(state, position, step, e, StepStatus.Cancelled);
                break;
            case InvocationEvent.StepCancelRequested requested:
                StepFold.CancelRequested(state, position, step, requested);
                break;
            case InvocationEvent.StepExpanded expanded: StepFold.Expanded(state, position, step, expanded); break;
            case InvocationEvent.JoinReleased:
                step.IsJoinReleased = true;
                state.Frontier.Enqueue(position);
                break;
            case InvocationEvent.SignalTaken taken: StepFold.TakeSignal(state, position, step, taken); break;
            default: throw new StoreCorruptException($"event {e.GetType().Name} is unknown to the fold");
        }
    }

    private static void Remember(InvocationState state, InvocationEvent.SignalReceived signal)
    {
        if (state.Replacement is not null)
        {
            state.NextSignals.Enqueue(signal);
            return;
        }

        state.Signals.Enqueue(signal);
        if (signal.SignalId is not { } id || !state.SignalIds.Add(id)) return;
        state.SignalIdOrder.Enqueue(id);
        if (state.SignalIdOrder.Count > InvocationState.SignalIdsMax)
            state.SignalIds.Remove(state.SignalIdOrder.Dequeue());
    }

    private static void Stop(InvocationState state, InvocationEvent.Stopping stopping)
    {
        state.Phase = InvocationPhase.Stopping;
        state.Failure = stopping.Failure;
        state.IsCancellation = stopping.IsCancellation;
        state.UnhandledFailure = null;
        state.IsSweepDue = state.StopsSiblings;
    }

    private static void End(InvocationState state, long at)
    {
        state.Phase = InvocationPhase.Ended;
        state.EndedAt = at;
        state.IsPaused = false;
        // A run that failed may be retried, and its steps then take what was acknowledged and not taken.
        if (state.IsCompleted) state.Signals.Clear();
        state.Waits.Clear();
    }
}
