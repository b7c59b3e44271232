using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>
/// Folds a person's retry: what succeeded and was not undone stays; everything else is to be done again. A step that
/// was undone or definitely refused gets a new round, and with it a new idempotency key; one whose outcome is unknown
/// keeps its key, so that a receiver that has done the work already does not do it twice.
/// <para>A mapped step that did not end goes on with the items that are left: at once, or, if one it depends on is done
/// again, behind that. If its collection comes from steps, it may be another one then, and the step begins anew. A step
/// or item that a join went on without stays as it is while the join does, unless another step needs it.</para>
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
        var changes = Changing(state);
        var waits = new bool[state.Steps.Length];
        for (var i = 0; i < waits.Length; i++)
            waits[i] = WillWait(state.Process.Steps[i].Step, state.Steps[i], changes[i]);
        for (var i = 0; i < state.Steps.Length; i++)
        {
            var isPassed = IsPassed(state, i, waits);
            if (state.Process.Steps[i].Step.Detached) Thaw(state.Steps[i]);
            else if (!isPassed || !IsLeftBehind(state.Steps[i])) ResetWhole(state, i, changes[i], isPassed);
        }

        for (var i = 0; i < state.Steps.Length; i++)
        {
            HoldBack(state, i);
            Recount(state, i);
        }
    }

    /// <summary>
    /// Which steps will find other results than before: one they depend on gave some and is done again, directly or by
    /// way of steps that are done again themselves.
    /// </summary>
    private static bool[] Changing(InvocationState state)
    {
        var changes = new bool[state.Steps.Length];
        var sources = new Queue<int>();
        for (var i = 0; i < state.Steps.Length; i++)
        {
            var step = state.Steps[i];
            if (!IsKept(step) && (step.Status == StepStatus.Succeeded || step.Map is not null)) sources.Enqueue(i);
        }

        while (sources.TryDequeue(out var source))
        {
            foreach (var d in state.Process.Steps[source].Dependents)
            {
                if (changes[d]) continue;
                changes[d] = true;
                if (!IsKept(state.Steps[d])) sources.Enqueue(d);
            }
        }

        return changes;
    }

    private static bool IsKept(StepState step) =>
        step.Status == StepStatus.Succeeded && step.Undo != StepStatus.Succeeded &&
        (step.Map is not { } map || Array.TrueForAll(map.Items, item => item.Undo != StepStatus.Succeeded));

    /// <summary>
    /// Whether it will wait for what it depends on: it neither stays as it is nor goes on at once. A map that has been
    /// held back, and has not begun since, is still to do so.
    /// </summary>
    private static bool WillWait(Step declared, StepState step, bool changes) =>
        !IsKept(step) && (step.Map is null || changes || step.BeganSequence == 0 && !declared.Detached);

    /// <summary>Whether it runs over a collection that other steps may have a say in.</summary>
    private static bool IsFoundInSteps(CompiledStep compiled) =>
        compiled.Each?.References.Any(reference => reference is not ["input" or "context", ..]) == true;

    /// <summary>Whether all joins behind it have been met, and nobody needs it or waits for it.</summary>
    private static bool IsPassed(InvocationState state, int position, bool[] waits)
    {
        var compiled = state.Process.Steps[position];
        if (!compiled.FailureIsTolerated || !state.Steps[position].IsSettled) return false;
        foreach (var d in compiled.Dependents)
        {
            if (waits[d]) return false;
        }

        return true;
    }

    /// <summary>Whether the joins have gone on without it, rather than with a part of it that was undone.</summary>
    private static bool IsLeftBehind(StepState step) => step.Map is { } map
        ? Array.Exists(map.Items, WasGivenUp) && !Array.Exists(map.Items, WasTakenBack)
        : WasGivenUp(step);

    private static bool WasGivenUp(StepState step) => step.IsCancelRequested || step.Status == StepStatus.Cancelled;

    private static bool WasTakenBack(StepState step) =>
        !WasGivenUp(step) && step is { Status: StepStatus.Succeeded, Undo: StepStatus.Succeeded };

    /// <summary>Attempts that are still to be made see what there is now.</summary>
    private static void Thaw(StepState step)
    {
        step.BeganSequence = 0;
        if (step.Map is not { } map) return;
        foreach (var item in map.Items) item.BeganSequence = 0;
    }

    private static void ResetWhole(InvocationState state, int position, bool changes, bool isPassed)
    {
        var compiled = state.Process.Steps[position];
        var step = state.Steps[position];
        step.UndoLeft = step.UndoBlockers = 0;
        step.JoinDue = null;
        step.IsJoinReleased = false;
        if (step.Map is not { } map)
        {
            Reset(compiled, step);
            return;
        }

        if (IsKept(step))
        {
            foreach (var item in map.Items) Reset(compiled, item);
            return;
        }

        if (changes && IsFoundInSteps(compiled)) BeginAnew(step, map);
        else GoOn(compiled, step, map, isPassed);
    }

    private static void GoOn(CompiledStep compiled, StepState step, MapState map, bool isPassed)
    {
        map.Active = map.Succeeded = map.Failed = map.Next = 0;
        foreach (var item in map.Items)
        {
            if (!isPassed || !WasGivenUp(item)) Reset(compiled, item);
            if (item.Status == StepStatus.Succeeded) map.Succeeded++;
            else if (item.IsSettled) map.Failed++;
        }

        step.Status = StepStatus.Running;
        step.Failure = null;
        step.EndedAt = null;
        step.SettledSequence = 0;
    }

    /// <summary>
    /// A map that goes on behind something that is done again: what it runs over stays what it is, and attempts that
    /// are still to be made see what there is then.
    /// </summary>
    private static void HoldBack(InvocationState state, int position)
    {
        var (compiled, step) = (state.Process.Steps[position], state.Steps[position]);
        if (compiled.Step.Detached || step is not { Status: StepStatus.Running, Map: not null }) return;
        if (!compiled.Dependencies.Any(d => !state.Steps[d].IsSettled)) return;
        Thaw(step);
        step.Status = StepStatus.Pending;
    }

    /// <summary>Forgets the items, but for what tells their attempts and keys from those to come.</summary>
    private static void BeginAnew(StepState step, MapState map)
    {
        foreach (var item in map.Items)
        {
            step.AttemptsBefore = Math.Max(step.AttemptsBefore, item.Attempts);
            step.Round = Math.Max(step.Round, item.Round);
        }

        step.Round++;
        step.Map = null;
        step.Status = StepStatus.Pending;
        step.Failure = null;
        step.Result = Payload.Null;
        step.ScheduledAt = step.EndedAt = step.Due = null;
        step.BeganSequence = step.SettledSequence = 0;
        step.IsCancelRequested = false;
    }

    private static void Reset(CompiledStep compiled, StepState step)
    {
        var wasUndone = step.Undo == StepStatus.Succeeded;
        var keep = step.Status == StepStatus.Succeeded && !wasUndone;
        if (wasUndone || IsOver(compiled, step)) step.Round++;
        if (step.Undo == StepStatus.Failed) step.UndoRound++;
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
        step.BeganSequence = step.SettledSequence = 0;
    }

    /// <summary>Whether it was refused, or is a child, which has ended and stays so.</summary>
    private static bool IsOver(CompiledStep compiled, StepState step) =>
        step is { Status: StepStatus.Failed, Failure.IsRefusal: true } ||
        step is { Status: StepStatus.Cancelled, Attempts: > 0 } && compiled.Action.Declared is StepAction.Child;

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
