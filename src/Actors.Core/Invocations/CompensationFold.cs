using Actors.Core.Processes;

namespace Actors.Core.Invocations;

/// <summary>
/// Folds events about compensation. A compensation may begin when all steps that depend on its step, directly or
/// through steps that need none, are undone.
/// </summary>
internal static class CompensationFold
{
    public static bool NeedsUndo(CompiledStep compiled, StepState step) =>
        compiled.Undo is not null && !compiled.Step.Detached && !step.IsUndoQueued && step.Map is null &&
        (step.Status == StepStatus.Succeeded || step.IsUncertain && step.IsSettled);

    public static void Queue(InvocationState state, int position, StepState step, StepRef reference)
    {
        step.IsUndoQueued = true;
        state.UndoReady.Enqueue(reference);
        state.UndoOutstanding++;
        state.Steps[position].UndoLeft++;
    }

    public static void Begin(InvocationState state)
    {
        state.Phase = InvocationPhase.Compensating;
        var free = new Queue<int>();
        for (var i = 0; i < state.Steps.Length; i++)
        {
            var step = state.Steps[i];
            if (step.Map is { } map && !step.IsSettled && !state.Process.Steps[i].Step.Detached)
                step.Status = map.Failed > 0 ? StepStatus.Failed : StepStatus.Cancelled;
            step.UndoBlockers = state.Process.Steps[i].Dependents.Length;
            if (step.UndoBlockers == 0) free.Enqueue(i);
        }

        Release(state, free);
    }

    public static void Scheduled(InvocationState state, StepState step, InvocationEvent.StepScheduled e)
    {
        step.Undo = StepStatus.Running;
        step.UndoAttempts = e.Attempt;
        step.Due = null;
        state.AttemptsOut++;
    }

    public static void Succeeded(InvocationState state, int position, StepState step)
    {
        step.Undo = StepStatus.Succeeded;
        step.UndoFailure = null;
        Finish(state, position);
    }

    public static void Failed(InvocationState state, int position, StepState step, InvocationEvent.StepFailed e)
    {
        step.UndoFailure = e.Failure;
        if (e.RetryAt is { } retryAt)
        {
            step.Undo = StepStatus.Waiting;
            step.Due = retryAt;
            state.AttemptsOut--;
            InvocationFold.Arm(state, TimerKind.Undo, position, e.Step.Item, retryAt);
            return;
        }

        // Before its first attempt where not even the request could be built.
        if (step.Undo != StepStatus.Running) state.AttemptsOut++;
        step.Undo = StepStatus.Failed;
        Finish(state, position);
    }

    private static void Finish(InvocationState state, int position)
    {
        state.AttemptsOut--;
        state.UndoOutstanding--;
        var whole = state.Steps[position];
        whole.UndoLeft--;
        if (state.Phase == InvocationPhase.Compensating && whole is { UndoLeft: 0, UndoBlockers: 0 })
            Release(state, Unblock(state, position, new Queue<int>()));
    }

    /// <summary>Queues the compensations of steps that nothing blocks, and passes over those that need none.</summary>
    private static void Release(InvocationState state, Queue<int> free)
    {
        while (free.TryDequeue(out var position))
        {
            var compiled = state.Process.Steps[position];
            var step = state.Steps[position];
            if (step.Map is { } map)
            {
                for (var i = 0; i < map.Items.Length; i++)
                {
                    if (NeedsUndo(compiled, map.Items[i]))
                        Queue(state, position, map.Items[i], new StepRef(compiled.Name, i));
                }
            }
            else if (NeedsUndo(compiled, step))
            {
                Queue(state, position, step, compiled.Name);
            }

            if (step.UndoLeft == 0) Unblock(state, position, free);
        }
    }

    private static Queue<int> Unblock(InvocationState state, int position, Queue<int> free)
    {
        foreach (var d in state.Process.Steps[position].Dependencies)
        {
            if (--state.Steps[d].UndoBlockers == 0) free.Enqueue(d);
        }

        return free;
    }
}
