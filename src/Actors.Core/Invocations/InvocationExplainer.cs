using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>Says in words why an invocation stands where it stands.</summary>
public static class InvocationExplainer
{
    /// <summary>Most reasons that are listed.</summary>
    public const int ReasonsMax = 100;

    /// <summary>The explanation.</summary>
    /// <param name="state">An invocation that was started.</param>
    public static Explanation Explain(InvocationState state)
    {
        var waits = new List<WaitReason>();
        if (state.Phase != InvocationPhase.Ended || state.NeedsResume) AddReasons(state, waits);
        return new Explanation(state.Status, Summary(state, waits), waits);
    }

    private static string Summary(InvocationState state, List<WaitReason> waits) => state.Phase switch
    {
        InvocationPhase.Ended when state.IsCompleted => "It has completed" + (waits.Count > 0 ? "; detached steps still run." : "."),
        InvocationPhase.Ended when state.IsCancellation => $"It was cancelled: {state.Failure?.Message}.",
        InvocationPhase.Ended => $"It has failed: {state.Failure?.Message}.",
        _ when state.IsPaused => "It is paused: no further step is started until it is resumed.",
        InvocationPhase.Stopping => $"It is stopping ({state.Failure?.Message}): what still runs is awaited before compensation begins.",
        InvocationPhase.Compensating => $"It is compensating ({state.Failure?.Message}).",
        _ when state.AttemptsOut > 0 => $"It is running: {state.AttemptsOut} attempt(s) are with workers.",
        _ => waits.Count == 1 ? $"It waits for {waits[0].For}." : $"It waits for {waits.Count} things.",
    };

    private static void AddReasons(InvocationState state, List<WaitReason> waits)
    {
        if (state.IsPaused)
            waits.Add(new WaitReason(null, "a person to resume it", state.StartedAt, null, $"actors resume {state.Id}"));
        for (var i = 0; i < state.Steps.Length && waits.Count < ReasonsMax; i++)
        {
            var compiled = state.Process.Steps[i];
            AddReason(state, compiled, state.Steps[i], compiled.Name, waits);
            if (state.Steps[i].Map is not { } map) continue;
            for (var k = 0; k < map.Items.Length && waits.Count < ReasonsMax; k++)
                AddReason(state, compiled, map.Items[k], new StepRef(compiled.Name, k), waits);
        }

        if (state.DeadlineAt is { } deadline && state.CanBeStopped && waits.Count < ReasonsMax)
            waits.Add(new WaitReason(
                null, "its end before the deadline", state.StartedAt, At(state, deadline), "its last step; at the deadline it fails and is compensated"));
    }

    private static void AddReason(InvocationState state, CompiledStep compiled, StepState step, StepRef reference, List<WaitReason> waits)
    {
        var name = reference.ToString();
        var since = At(state, step.ScheduledAt ?? 0);
        if (step.IsUndoActive)
        {
            waits.Add(step.Undo == StepStatus.Running
                ? new WaitReason(name, $"its compensation (attempt {step.UndoAttempts})", since, null, "the outcome of the attempt")
                : new WaitReason(name, $"the next attempt of its compensation, after: {step.UndoFailure?.Message}", since,
                    At(state, step.Due ?? 0), "the timer"));
            return;
        }

        if (step.Map is not null || !step.IsActive) return;
        if (step.Status == StepStatus.Running)
        {
            var timeout = compiled.Step.Timeout.Attempt ?? StepDefaults.AttemptTimeout;
            waits.Add(new WaitReason(name, $"attempt {step.Attempts}, which is with a worker", since, null,
                $"its outcome, or the attempt timeout of {Durations.Format(timeout)}"));
            return;
        }

        var due = step.Due is { } d ? At(state, d) : (DateTimeOffset?)null;
        waits.Add(compiled.Action.Declared switch
        {
            StepAction.Wait wait => new WaitReason(name, $"signal '{wait.Signal}'", since, due, $"actors signal {state.Id} {wait.Signal}"),
            StepAction.Delay => new WaitReason(name, "the end of its delay", since, due, "the timer"),
            StepAction.Child => OfChild(state, compiled, step, reference, since, due),
            _ => new WaitReason(name, $"attempt {step.Attempts + 1}, after: {step.Failure?.Message}", since, due, "the timer"),
        });
    }

    private static WaitReason OfChild(
        InvocationState state, CompiledStep compiled, StepState step, StepRef reference, DateTimeOffset since,
        DateTimeOffset? due)
    {
        var process = ((StepAction.Child)compiled.Action.Declared).Process;
        var (waitsFor, releasedBy) = ($"child process '{process}'", "the end of the child");
        try
        {
            var child = ChildIds.Of(state, compiled, step, reference);
            (waitsFor, releasedBy) = ($"child '{child}'", $"its end; why it waits: actors explain {child}");
        }
        catch (TerminalException)
        {
            // Its id can't be made, and so it was not started: the step is about to fail for the same reason.
        }

        return new WaitReason(reference.ToString(), waitsFor, since, due, releasedBy);
    }

    private static DateTimeOffset At(InvocationState state, long micros) => state.StartedAt + Micros.ToSpan(micros);
}
