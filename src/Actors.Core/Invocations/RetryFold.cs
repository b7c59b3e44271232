namespace Actors.Core.Invocations;

/// <summary>
/// Folds a person's retry: what succeeded and was not undone stays; everything else is to be done again. A step that
/// was undone or definitely refused gets a new round, and with it a new idempotency key; one whose outcome is unknown
/// keeps its key, so that a receiver that has done the work already does not do it twice.
/// </summary>
internal static class RetryFold
{
    public static void Apply(InvocationState state, long at)
    {
        state.Phase = InvocationPhase.Running;
        state.Failure = state.UnhandledFailure = null;
        state.IsCancellation = state.IsSweepDue = false;
        state.EndedAt = null;
        state.DeadlineAt = state.Process.Map.Deadline is { } deadline ? at + Micros.Of(deadline) : null;
        state.UndoReady.Clear();
        state.UndoOutstanding = state.AwaitedActive = 0;
        state.AwaitedLeft = state.Process.AwaitedSteps;
        state.Frontier.Clear();
        for (var i = 0; i < state.Steps.Length; i++)
        {
            if (!state.Process.Steps[i].Step.Detached) ResetWhole(state.Steps[i]);
        }

        for (var i = 0; i < state.Steps.Length; i++) Recount(state, i);
    }

    private static void ResetWhole(StepState step)
    {
        step.UndoLeft = step.UndoBlockers = 0;
        step.JoinDue = null;
        step.IsJoinReleased = false;
        if (step.Map is not { } map)
        {
            Reset(step);
            return;
        }

        map.Active = map.Succeeded = map.Failed = map.Next = 0;
        foreach (var item in map.Items)
        {
            Reset(item);
            if (item.Status == StepStatus.Succeeded) map.Succeeded++;
        }

        // An expanded step whose items are all done stays done; else its items go on from where they are.
        if (step.Status == StepStatus.Succeeded && map.IsDone) return;
        step.Status = StepStatus.Running;
        step.Failure = null;
        step.EndedAt = null;
    }

    private static void Reset(StepState step)
    {
        var wasUndone = step.Undo == StepStatus.Succeeded;
        var keep = step.Status == StepStatus.Succeeded && !wasUndone;
        if (wasUndone || step is { Status: StepStatus.Failed, Failure.IsRefusal: true }) step.Round++;
        step.Undo = StepStatus.Pending;
        step.IsUndoQueued = step.IsCancelRequested = false;
        step.UndoFailure = null;
        if (keep) return;
        step.Status = StepStatus.Pending;
        step.AttemptsBefore = step.Attempts;
        step.IsUncertain = false;
        step.Failure = null;
        step.Result = Payload.Null;
        step.ScheduledAt = step.EndedAt = step.Due = null;
    }

    private static void Recount(InvocationState state, int position)
    {
        var compiled = state.Process.Steps[position];
        var step = state.Steps[position];
        step.DependenciesSucceeded = step.DependenciesSkipped = step.DependenciesFailed = 0;
        foreach (var d in compiled.Dependencies)
        {
            var status = state.Steps[d].Status;
            if (status == StepStatus.Succeeded) step.DependenciesSucceeded++;
            else if (status == StepStatus.Skipped) step.DependenciesSkipped++;
            else if (status is StepStatus.Failed or StepStatus.Cancelled) step.DependenciesFailed++;
        }

        if (step.IsSettled && !compiled.Step.Detached) state.AwaitedLeft--;
        else if (!step.IsSettled) state.Frontier.Enqueue(position);
    }
}
