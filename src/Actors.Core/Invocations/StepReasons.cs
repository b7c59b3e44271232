using System.Globalization;
using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>What a step, or an item of one, is waiting for, in words.</summary>
internal static class StepReasons
{
    /// <summary>Whether there is anything to say of it.</summary>
    public static bool Has(InvocationState state, StepState step) =>
        step.IsUndoActive || step.Map is null && step.IsActive || IsJoining(state, step);

    /// <summary>The reason.</summary>
    public static WaitReason Of(InvocationState state, CompiledStep compiled, StepState step, StepRef reference)
    {
        var reason = new WaitReason(
            reference.ToString(), "", At(state, SinceOf(step)), step.Due is { } due ? At(state, due) : null, "");
        if (step.Undo == StepStatus.Running)
        {
            return reason with
            {
                For = $"its compensation (attempt {step.UndoAttempts}), which is handed out to the workers",
                ReleasedBy = Outcome(state, compiled, isUndo: true),
            };
        }

        if (step.Undo == StepStatus.Waiting)
        {
            return reason with
            {
                For = $"attempt {step.UndoAttempts + 1} of its compensation, after: {step.UndoFailure?.Message}",
                ReleasedBy = Timer(state),
            };
        }

        return step.Status switch
        {
            StepStatus.Running => OfAttempt(state, compiled, step, reason),
            StepStatus.Waiting => OfWait(state, compiled, step, reference, reason),
            _ => OfJoin(state, compiled, step, reason),
        };
    }

    /// <summary>A point in time.</summary>
    public static DateTimeOffset At(InvocationState state, long micros) => state.StartedAt + Micros.ToSpan(micros);

    /// <summary>Snapshots of earlier versions know only when the step was begun and settled.</summary>
    private static long SinceOf(StepState step) =>
        step.Since ?? (step.IsUndoActive ? step.EndedAt : null) ?? step.ScheduledAt ?? 0;

    private static bool IsJoining(InvocationState state, StepState step) =>
        step is { Status: StepStatus.Pending, JoinDue: not null, IsJoinReleased: false } &&
        state.Phase == InvocationPhase.Running;

    private static WaitReason OfAttempt(
        InvocationState state, CompiledStep compiled, StepState step, WaitReason reason) => reason with
        {
            For = step.IsCancelRequested
                ? $"attempt {step.Attempts}, which was told to stop"
                : $"attempt {step.Attempts}, which is handed out to the workers{LimitOf(compiled.Step.Limit)}",
            ReleasedBy = Outcome(state, compiled, isUndo: false),
        };

    private static WaitReason OfWait(
        InvocationState state, CompiledStep compiled, StepState step, StepRef reference, WaitReason reason) =>
        compiled.Action.Declared switch
        {
            StepAction.Wait wait => reason with
            {
                For = $"signal '{wait.Signal}'",
                ReleasedBy = state.Phase != InvocationPhase.Ended ? $"actors signal {state.Id} {wait.Signal}"
                    : (step.Due is null ? "nothing any more" : "its timeout") + ": what has ended takes no signals",
            },
            StepAction.Delay => reason with { For = "the end of its delay", ReleasedBy = Timer(state) },
            StepAction.Child => OfChild(state, compiled, step, reference, reason),
            _ => reason with
            {
                For = $"attempt {step.Attempts + 1}, after: {step.Failure?.Message}", ReleasedBy = Timer(state),
            },
        };

    private static WaitReason OfChild(
        InvocationState state, CompiledStep compiled, StepState step, StepRef reference, WaitReason reason)
    {
        var stops = step.IsCancelRequested ? ", which was told to stop" : "";
        try
        {
            var child = ChildIds.Of(state, compiled, step, reference);
            return reason with
            {
                For = $"child '{child}'{stops}", ReleasedBy = $"its end; why it waits: actors explain {child}",
            };
        }
        catch (TerminalException)
        {
            // Its id can't be made, and so it was not started: the step is about to fail for the same reason.
            var process = ((StepAction.Child)compiled.Action.Declared).Process;
            return reason with { For = $"child process '{process}'{stops}", ReleasedBy = "the end of the child" };
        }
    }

    private static WaitReason OfJoin(
        InvocationState state, CompiledStep compiled, StepState step, WaitReason reason)
    {
        var join = (JoinPolicy.Deadline)compiled.Step.Join;
        var (succeeded, total) = JoinRules.Progress(state, compiled, step);
        var due = At(state, step.JoinDue!.Value);
        return reason with
        {
            For = $"its join: {succeeded} of {total} have succeeded, at least {join.AtLeast} are needed",
            Since = due - join.After,
            Until = due,
            ReleasedBy = "the end of the others; else its deadline, with what there is by then" +
                (state.IsPaused ? ", once it is resumed" : ""),
        };
    }

    private static string Timer(InvocationState state) =>
        state.IsPaused ? "the timer, once it is resumed" : "the timer";

    private static string Outcome(InvocationState state, CompiledStep compiled, bool isUndo)
    {
        var timeout = Durations.Format(AttemptTimeouts.Of(state.Process, compiled, isUndo));
        return $"its outcome, or the attempt timeout of {timeout} once a worker has it";
    }

    private static string LimitOf(StepLimit? limit)
    {
        if (limit is null) return "";
        List<string> parts = [];
        if (limit.Concurrency is { } most) parts.Add(most.ToString(CultureInfo.InvariantCulture));
        if (limit.PerSecond is { } rate) parts.Add($"{rate.ToString(CultureInfo.InvariantCulture)} per second");
        return $" (limit {string.Join(" and ", parts)}{(limit.Queue is { } queue ? $" of queue '{queue}'" : "")})";
    }
}
