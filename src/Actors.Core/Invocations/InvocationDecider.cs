using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>
/// Decides what a command means for an invocation. Adds events, or returns why it is refused; never both. Commands
/// that come late, twice or out of order by design (outcomes, ticks, steering of what has ended) yield nothing.
/// </summary>
public static class InvocationDecider
{
    /// <summary>Decides.</summary>
    /// <param name="state">Not changed.</param>
    /// <param name="command">The command.</param>
    /// <param name="events">Receives the events.</param>
    /// <returns>Why the command is refused; null if it is not.</returns>
    public static Failure? Decide(InvocationState state, InvocationCommand command, List<InvocationEvent> events)
    {
        if (command is InvocationCommand.Start start) return DecideStart(state, start, events);
        if (state.Phase == InvocationPhase.Absent)
            return command is InvocationCommand.Tick or InvocationCommand.Finish
                ? null
                : Failure.Permanent("not-found", $"there is no invocation '{state.Id}'");
        var at = state.Elapsed(command.Now);
        switch (command)
        {
            case InvocationCommand.Finish finish: OutcomeRules.Decide(state, finish, at, events); return null;
            case InvocationCommand.Tick: TickRules.Decide(state, at, events); return null;
            case InvocationCommand.Signal signal: return DecideSignal(state, signal, at, events);
            case InvocationCommand.Cancel cancel: DecideCancel(state, cancel, at, events); return null;
            case InvocationCommand.Pause:
                if (state is { IsPaused: false, Phase: not InvocationPhase.Ended })
                    events.Add(new InvocationEvent.Paused(at));
                return null;
            case InvocationCommand.Resume:
                if (state.IsPaused) events.Add(new InvocationEvent.Resumed(at));
                return null;
            case InvocationCommand.Retry: return DecideRetry(state, at, events);
            default: throw new InvalidOperationException($"command {command.GetType().Name} is unknown to the decider");
        }
    }

    private static Failure? DecideStart(InvocationState state, InvocationCommand.Start c, List<InvocationEvent> events)
    {
        var startedAt = Micros.ToTime(Micros.OfTime(c.Now));
        if (state.Phase == InvocationPhase.Absent)
        {
            events.Add(new InvocationEvent.Started(
                c.Definition, 1, startedAt, c.CorrelationId, c.Input, c.Parent, c.TraceParent,
                c.Policy == StartPolicy.Replace ? c.StartId : null));
            return null;
        }

        switch (c.Policy)
        {
            case StartPolicy.Attach: return null;
            case StartPolicy.Reject:
                return Failure.Permanent(
                    "already-started", $"invocation '{state.Id}' exists already and is {state.Status}");
        }

        // The repeat of a start must not replace what it started.
        if (c.StartId is { } id && (id == state.StartId || id == state.Replacement?.StartId)) return null;
        if (state.Phase == InvocationPhase.Ended)
        {
            events.Add(new InvocationEvent.Started(
                c.Definition, state.Run + 1, startedAt, c.CorrelationId, c.Input, c.Parent ?? state.Parent,
                c.TraceParent, c.StartId));
            return null;
        }

        var at = state.Elapsed(c.Now);
        events.Add(new InvocationEvent.ReplacementQueued(at, c.Definition, c.CorrelationId, c.Input, c.StartId));
        if (state.CanBeStopped)
        {
            var failure = Failure.Permanent("replaced", "replaced by a new start") with { Cause = state.Failure };
            events.Add(new InvocationEvent.Stopping(at, failure, true));
        }

        if (state.IsPaused) events.Add(new InvocationEvent.Resumed(at));
        return null;
    }

    private static Failure? DecideSignal(
        InvocationState state, InvocationCommand.Signal c, long at, List<InvocationEvent> events)
    {
        if (state.Replacement is not null) return DecideSignalOfNext(state, c, at, events);
        if (c.SignalId is { } id && state.SignalIds.Contains(id)) return null;
        if (state.Phase == InvocationPhase.Ended)
            return Failure.Permanent(
                "conflict", $"invocation '{state.Id}' is {state.Status} and takes no more signals");
        if (state.Signals.Count >= InvocationState.SignalsMax) return TooManySignals(state);
        events.Add(new InvocationEvent.SignalReceived(at, c.Name, c.SignalId, c.Data));
        if (!state.Waits.TryGetValue(c.Name, out var waiting)) return null;
        while (waiting.TryDequeue(out var step))
        {
            if (!state.TryFind(step, out _, out var waiter) || waiter.Status != StepStatus.Waiting) continue;
            events.Add(new InvocationEvent.SignalTaken(step, at, c.Name));
            break;
        }

        return null;
    }

    /// <summary>A signal behind a start that replaces the run is for the run to come.</summary>
    private static Failure? DecideSignalOfNext(
        InvocationState state, InvocationCommand.Signal c, long at, List<InvocationEvent> events)
    {
        if (c.SignalId is { } id && state.NextSignals.Any(s => s.SignalId == id)) return null;
        if (state.NextSignals.Count >= InvocationState.SignalsMax) return TooManySignals(state);
        events.Add(new InvocationEvent.SignalReceived(at, c.Name, c.SignalId, c.Data));
        return null;
    }

    private static Failure TooManySignals(InvocationState state) => Failure.Transient(
        "overloaded",
        $"{InvocationState.SignalsMax} signals wait in invocation '{state.Id}' for a step to take them, which is the " +
        "most it keeps");

    private static void DecideCancel(
        InvocationState state, InvocationCommand.Cancel c, long at, List<InvocationEvent> events)
    {
        var reason = string.IsNullOrWhiteSpace(c.Reason) ? "cancelled on request" : c.Reason;
        var failure = Failure.Permanent("cancelled", reason) with { Cause = state.Failure };
        if (state.Replacement is not null) events.Add(new InvocationEvent.ReplacementCancelled(at, failure));
        if (!state.CanBeStopped) return;
        events.Add(new InvocationEvent.Stopping(at, failure, IsCancellation: true));
        // A person who cancels wants it undone, not held.
        if (state.IsPaused) events.Add(new InvocationEvent.Resumed(at));
    }

    private static Failure? DecideRetry(InvocationState state, long at, List<InvocationEvent> events)
    {
        if (state.Phase != InvocationPhase.Ended || state.IsCompleted)
            return Failure.Permanent(
                "conflict",
                $"invocation '{state.Id}' is {state.Status}; only one that is Failed or Cancelled can be retried");
        events.Add(new InvocationEvent.Retried(at));
        return null;
    }
}

/// <summary>What the end of an attempt means.</summary>
internal static class OutcomeRules
{
    public static void Decide(InvocationState state, InvocationCommand.Finish c, long at, List<InvocationEvent> events)
    {
        if (c.Run != state.Run || !state.TryFind(c.Step, out var position, out var step)) return;
        var compiled = state.Process.Steps[position];
        if (c.IsUndo)
        {
            DecideUndo(compiled, step, c, at, events);
            return;
        }

        if (c.Attempt != step.Attempts || !IsOut(compiled, step)) return;
        var isStopping = step.IsCancelRequested;
        if (c.StageResults.Length > 0)
        {
            c = AddStages(state, position, c, at, events);
            state.TryFind(c.Step, out position, out step);
            compiled = state.Process.Steps[position];
        }

        if (c.Failure is { } failure) DecideFailure(compiled, step, isStopping, failure, c, at, events);
        else events.Add(new InvocationEvent.StepSucceeded(c.Step, at, c.Attempt, c.Result ?? Payload.Null));
    }

    private static bool IsOut(CompiledStep compiled, StepState step) =>
        step.Status == StepStatus.Running && step.Map is null ||
        step.Status == StepStatus.Waiting && compiled.Action.Declared is StepAction.Child;

    /// <summary>
    /// Records the stages of a direct pipeline that ended in the same go; gives the outcome as that of the stage it is
    /// about. Each stage counts its own attempts.
    /// </summary>
    private static InvocationCommand.Finish AddStages(
        InvocationState state, int position, InvocationCommand.Finish c, long at, List<InvocationEvent> events)
    {
        var (reference, attempt) = (c.Step, c.Attempt);
        foreach (var result in c.StageResults)
        {
            events.Add(new InvocationEvent.StepSucceeded(reference, at, attempt, result));
            if (++position == state.Process.Steps.Length)
                throw new InvalidOperationException("more stage results than stages");
            reference = state.Process.Steps[position].Name;
            attempt = state.Steps[position].Attempts + 1;
        }

        return c with { Step = reference, Attempt = attempt };
    }

    private static void DecideFailure(
        CompiledStep compiled, StepState step, bool isStopping, Failure failure,
        InvocationCommand.Finish c, long at, List<InvocationEvent> events)
    {
        failure = failure with { Step = c.Step.ToString(), Attempt = c.Attempt };
        var isChild = compiled.Action.Declared is StepAction.Child;
        var attempt = Math.Max(1, c.Attempt - step.AttemptsBefore);
        if (StepFold.HasGivenUp(compiled, step))
        {
            var gaveUp = step.Failure! with { Cause = failure };
            events.Add(new InvocationEvent.StepFailed(c.Step, at, c.Attempt, gaveUp, null));
            return;
        }

        if (isStopping)
        {
            events.Add(failure.IsPermanent && !isChild
                ? new InvocationEvent.StepFailed(c.Step, at, c.Attempt, failure, null)
                : new InvocationEvent.StepCancelled(c.Step, at, compiled.MayHaveEffect && !isChild));
            return;
        }

        long? retryAt = isChild || !RetryDelays.Allows(compiled.Step.Retry, failure, attempt)
            ? null
            : at + Micros.Of(DelayOf(compiled.Step.Retry, c, attempt));
        if (compiled.Step.Timeout.Step is { } whole && (step.ScheduledAt ?? at) + Micros.Of(whole) <= retryAt)
            retryAt = null;
        events.Add(new InvocationEvent.StepFailed(c.Step, at, c.Attempt, failure, retryAt));
    }

    private static void DecideUndo(
        CompiledStep compiled, StepState step, InvocationCommand.Finish c, long at, List<InvocationEvent> events)
    {
        if (step.Undo != StepStatus.Running || c.Attempt != step.UndoAttempts) return;
        if (c.Failure is not { } failure)
        {
            events.Add(new InvocationEvent.StepSucceeded(c.Step, at, c.Attempt, Payload.Null, IsUndo: true));
            return;
        }

        // Compensation does not give up on an outage: only a definite answer ends it.
        failure = failure with { Step = c.Step.ToString(), Attempt = c.Attempt };
        long? retryAt = failure.IsPermanent ? null : at + Micros.Of(DelayOf(compiled.Step.Retry, c, c.Attempt));
        events.Add(new InvocationEvent.StepFailed(c.Step, at, c.Attempt, failure, retryAt, IsUndo: true));
    }

    private static TimeSpan DelayOf(RetryPolicy policy, InvocationCommand.Finish c, int attempt)
    {
        var delay = RetryDelays.After(policy, attempt, c.Random);
        return c.RetryAfter is { } asked && asked > delay ? asked : delay;
    }
}

/// <summary>What the passing of time means.</summary>
internal static class TickRules
{
    public static void Decide(InvocationState state, long at, List<InvocationEvent> events)
    {
        ChildChecks.Decide(state, at, events);
        if (state.CanBeStopped && state.DeadlineAt <= at)
        {
            var deadline = Durations.Format(state.Process.Map.Deadline!.Value);
            var message = $"invocation '{state.Id}' did not end within its deadline of {deadline}";
            var failure = Failure.Permanent(InvocationState.DeadlineFailure, message) with { Cause = state.Failure };
            events.Add(new InvocationEvent.Stopping(at, failure, IsCancellation: false));
            return;
        }

        if (state.IsPaused) return;
        TimerKey? first = null;
        HashSet<TimerKey>? fired = null;
        while (state.Timers.TryPeek(out var key, out var due) && due <= at)
        {
            state.Timers.Dequeue();
            if (!TimerRules.Holds(state, key, due)) continue;
            // A step that was stopped and begun anew within one microsecond, or while the clock stood behind the start
            // of the run, is in the queue twice with the same time.
            if (first is null) first = key;
            else if (!(fired ??= [first.Value]).Add(key)) continue;
            Fire(state, key, at, events);
        }
    }

    private static void Fire(InvocationState state, TimerKey key, long at, List<InvocationEvent> events)
    {
        var compiled = state.Process.Steps[key.Position];
        var reference = new StepRef(compiled.Name, key.Item);
        var step = key.Item < 0 ? state.Steps[key.Position] : state.Steps[key.Position].Map!.Items[key.Item];
        if (key.Kind == TimerKind.Join)
            events.Add(new InvocationEvent.JoinReleased(reference, at));
        else if (key.Kind == TimerKind.Undo)
            events.Add(new InvocationEvent.StepScheduled(reference, at, step.UndoAttempts + 1, IsUndo: true));
        else if (compiled.Action.Declared is StepAction.Delay)
            events.Add(new InvocationEvent.StepSucceeded(reference, at, step.Attempts, Payload.Null));
        else if (compiled.IsWork)
            events.Add(new InvocationEvent.StepScheduled(reference, at, step.Attempts + 1));
        else if (compiled.Action.Declared is StepAction.Child)
            events.Add(new InvocationEvent.StepCancelRequested(reference, at, GaveUp(compiled, reference, step)));
        else
            events.Add(new InvocationEvent.StepFailed(
                reference, at, step.Attempts, GaveUp(compiled, reference, step), null));
    }

    private static Failure GaveUp(CompiledStep compiled, StepRef reference, StepState step)
    {
        var what = compiled.Action.Declared is StepAction.Wait wait
            ? $"signal '{wait.Signal}' did not come"
            : "the child did not end";
        var limit = Durations.Format((compiled.Step.Timeout.Step ?? compiled.Step.Timeout.Attempt)!.Value);
        return Failure.Permanent("timeout", $"{what} within {limit}") with
        {
            Step = reference.ToString(),
            Attempt = step.Attempts,
        };
    }
}
