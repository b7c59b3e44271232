using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>
/// Given all that has happened, what should happen now: the rules of the graph model, of which a pipeline is the case
/// where each step depends on the one before it.
/// </summary>
internal static class InvocationModel
{
    /// <summary>Adds the events that follow next; none: nothing is left to do until something happens.</summary>
    /// <param name="state">Folded up to now. Entries of its queues that lead to nothing are consumed.</param>
    /// <param name="now">Absolute time.</param>
    /// <param name="events">Receives them; the caller folds them and asks again.</param>
    public static void Next(InvocationState state, DateTimeOffset now, List<InvocationEvent> events)
    {
        if (state.Phase == InvocationPhase.Absent) return;
        var at = state.Elapsed(now);
        if (state is { Phase: InvocationPhase.Running, UnhandledFailure: { } failure })
        {
            events.Add(new InvocationEvent.Stopping(at, failure, IsCancellation: false));
            return;
        }

        if (state.Phase == InvocationPhase.Stopping) NextStopping(state, at, events);
        if (events.Count > 0 || state.IsPaused) return;
        // Read from a journal it holds those that have begun as well; what follows them must not wait for a command.
        while (state.UndoReady.TryDequeue(out var undo))
        {
            if (!state.TryFind(undo, out _, out var step)) continue;
            if (step is not { IsUndoQueued: true, Undo: StepStatus.Pending }) continue;
            events.Add(new InvocationEvent.StepScheduled(undo, at, step.UndoAttempts + 1, IsUndo: true));
            return;
        }

        switch (state.Phase)
        {
            case InvocationPhase.Running: NextRunning(state, at, events); break;
            case InvocationPhase.Compensating when state.UndoOutstanding == 0:
                events.Add(state.IsCancellation ? new InvocationEvent.Cancelled(at) : new InvocationEvent.Failed(at));
                break;
            case InvocationPhase.Ended: NextEnded(state, now, at, events); break;
        }
    }

    /// <summary>Whether <see cref="Next"/> has entries left to look at.</summary>
    public static bool HasMore(InvocationState state) =>
        !state.IsPaused && (state.UndoReady.Count > 0 || state.Frontier.Count > 0 && CanGoOn(state));

    private static bool CanGoOn(InvocationState state) =>
        state.Phase == InvocationPhase.Running || state is { Phase: InvocationPhase.Ended, IsCompleted: true };

    private static void NextRunning(InvocationState state, long at, List<InvocationEvent> events)
    {
        while (state.Frontier.TryDequeue(out var position))
        {
            Examine(state, position, at, events);
            if (events.Count > 0) return;
        }

        if (state.AwaitedLeft > 0 || state.UndoOutstanding > 0) return;
        try
        {
            events.Add(new InvocationEvent.Completed(at, InvocationDocument.OutputOf(state)));
        }
        catch (TerminalException e)
        {
            var failure = Failure.Permanent(
                "mapping", $"the output of '{state.Id.Process}' can't be built: {e.Message}");
            events.Add(new InvocationEvent.Stopping(at, failure, IsCancellation: false));
        }
    }

    private static void NextEnded(InvocationState state, DateTimeOffset now, long at, List<InvocationEvent> events)
    {
        if (state.Replacement is { } next)
        {
            events.Add(new InvocationEvent.Started(
                next.Definition, state.Run + 1, Micros.ToTime(Micros.OfTime(now)), next.CorrelationId, next.Input,
                state.Parent, null, next.StartId));
            return;
        }

        while (state.IsCompleted && events.Count == 0 && state.Frontier.TryDequeue(out var position))
        {
            if (state.Process.Steps[position].Step.Detached) Examine(state, position, at, events);
        }
    }

    private static void NextStopping(InvocationState state, long at, List<InvocationEvent> events)
    {
        if (state.IsSweepDue)
        {
            state.IsSweepDue = false;
            Sweep(state, at, events);
            if (events.Count > 0) return;
        }

        if (state.AwaitedActive == 0) events.Add(new InvocationEvent.CompensationBegan(at));
    }

    /// <summary>Tells everything that runs or waits to stop. Doing it twice adds nothing.</summary>
    private static void Sweep(InvocationState state, long at, List<InvocationEvent> events)
    {
        for (var i = 0; i < state.Steps.Length; i++)
        {
            var compiled = state.Process.Steps[i];
            if (compiled.Step.Detached) continue;
            if (state.Steps[i].Map is { } map)
            {
                for (var k = 0; k < map.Items.Length; k++)
                    CancelActive(compiled, map.Items[k], new StepRef(compiled.Name, k), at, events);
            }
            else
            {
                CancelActive(compiled, state.Steps[i], compiled.Name, at, events);
            }
        }
    }

    private static void CancelActive(
        CompiledStep compiled, StepState step, StepRef reference, long at, List<InvocationEvent> events)
    {
        if (step.IsCancelRequested && !StepFold.HasGivenUp(compiled, step) || !step.IsActive) return;
        if (step.Status == StepStatus.Running || compiled.Action.Declared is StepAction.Child)
            events.Add(new InvocationEvent.StepCancelRequested(reference, at));
        else
            events.Add(new InvocationEvent.StepCancelled(reference, at, compiled.MayHaveEffect));
    }

    private static void Examine(InvocationState state, int position, long at, List<InvocationEvent> events)
    {
        var compiled = state.Process.Steps[position];
        var step = state.Steps[position];
        if (step is { Status: StepStatus.Running, Map: { } map }) MapProgress(state, compiled, map, at, events);
        if (step.Status != StepStatus.Pending) return;
        switch (JoinRules.Judge(state, compiled, step))
        {
            case JoinVerdict.Go:
                Begin(state, compiled, at, events);
                if (compiled.Step.Join is not JoinPolicy.All) Abandon(state, compiled, at, events);
                break;
            case JoinVerdict.Skip: events.Add(new InvocationEvent.StepSkipped(compiled.Name, at)); break;
            case JoinVerdict.Fail:
                events.Add(Broken(compiled.Name, at, "join",
                    $"step '{compiled.Name}' can't go on: too few of the steps it waits for succeeded"));
                break;
        }
    }

    private static void Begin(InvocationState state, CompiledStep compiled, long at, List<InvocationEvent> events)
    {
        foreach (var used in compiled.ResultsUsed)
        {
            if (state.Steps[used].Status != StepStatus.Skipped) continue;
            events.Add(new InvocationEvent.StepSkipped(compiled.Name, at));
            return;
        }

        if (state.Steps[compiled.Position].Map is { } known)
        {
            // A retry goes on with it behind what is done again: what it runs over was decided before.
            events.Add(new InvocationEvent.StepExpanded(compiled.Name, at, known.Items.Length));
            return;
        }

        try
        {
            if (compiled.When is { } when && !when.Evaluate(new InvocationDocument(state)))
                events.Add(new InvocationEvent.StepSkipped(compiled.Name, at));
            else if (compiled.Each is not null)
                Expand(state, compiled, at, events);
            else
                ScheduleRules.Add(state, compiled, -1, at, events);
        }
        catch (TerminalException e)
        {
            events.Add(Broken(compiled.Name, at, "mapping", e.Message));
        }
    }

    private static void Expand(InvocationState state, CompiledStep compiled, long at, List<InvocationEvent> events)
    {
        var values = InvocationDocument.CollectionOf(state, compiled);
        if (values.Count > Each.ItemsMax)
        {
            events.Add(Broken(compiled.Name, at, "too-many-items",
                $"'{compiled.Step.Each!.Path}' gives {values.Count} items; a step fans out over at most " +
                $"{Each.ItemsMax}"));
            return;
        }

        events.Add(new InvocationEvent.StepExpanded(compiled.Name, at, values.Count));
    }

    private static void MapProgress(
        InvocationState state, CompiledStep compiled, MapState map, long at, List<InvocationEvent> events)
    {
        if (map.IsDone)
        {
            events.Add(map.Failed == 0
                ? new InvocationEvent.StepSucceeded(compiled.Name, at, 1, Payload.Null)
                : new InvocationEvent.StepFailed(compiled.Name, at, 1, FirstFailure(compiled, map), null));
            return;
        }

        var room = (compiled.Step.Each?.Parallel ?? int.MaxValue) - map.Active;
        // One at a time where the events of one item decide what the next one finds.
        var oneByOne = compiled.Action.Declared is StepAction.Wait;
        for (var i = map.Next; i < map.Items.Length && room > 0; i++)
        {
            if (map.Items[i].Status != StepStatus.Pending) continue;
            AddItem(state, compiled, i, at, events);
            room--;
            if (!oneByOne) continue;
            state.Frontier.Enqueue(compiled.Position);
            return;
        }
    }

    private static void AddItem(
        InvocationState state, CompiledStep compiled, int item, long at, List<InvocationEvent> events)
    {
        try
        {
            ScheduleRules.Add(state, compiled, item, at, events);
        }
        catch (TerminalException e)
        {
            events.Add(Broken(new StepRef(compiled.Name, item), at, "mapping", e.Message));
        }
    }

    private static Failure FirstFailure(CompiledStep compiled, MapState map)
    {
        var failed = map.Items.Count(item => item.Status == StepStatus.Failed);
        var cancelled = map.Failed - failed;
        var were = $"{(cancelled == 1 ? "was" : "were")} cancelled";
        var first = map.Items.FirstOrDefault(item => item.Status == StepStatus.Failed)?.Failure;
        return first is null
            ? new Failure(
                "items", $"{cancelled} of {map.Items.Length} items {were}", FailureKind.Permanent, compiled.Name)
            : new Failure(
                "items",
                $"{failed} of {map.Items.Length} items failed" + (cancelled > 0 ? $", {cancelled} {were}" : ""),
                first.Kind, compiled.Name, 1, first);
    }

    /// <summary>
    /// A join has gone on: dependencies that nobody else waits for are told to stop. Not those that another step
    /// needs: it may have what it needed from before a retry, in which the dependency is done again.
    /// </summary>
    private static void Abandon(InvocationState state, CompiledStep compiled, long at, List<InvocationEvent> events)
    {
        foreach (var d in compiled.Dependencies)
        {
            var dependency = state.Process.Steps[d];
            if (state.Steps[d].IsSettled || !dependency.FailureIsTolerated) continue;
            if (dependency.Dependents.Any(x => x != compiled.Position && state.Steps[x].Status == StepStatus.Pending))
                continue;
            if (state.Steps[d] is { Status: StepStatus.Running, Map: { } map })
            {
                for (var k = 0; k < map.Items.Length; k++)
                {
                    var item = new StepRef(dependency.Name, k);
                    if (map.Items[k].Status == StepStatus.Pending)
                        events.Add(new InvocationEvent.StepCancelled(item, at, false));
                    else
                        CancelActive(dependency, map.Items[k], item, at, events);
                }
            }
            else if (state.Steps[d].Status == StepStatus.Pending)
            {
                events.Add(new InvocationEvent.StepCancelled(dependency.Name, at, false));
            }
            else
            {
                CancelActive(dependency, state.Steps[d], dependency.Name, at, events);
            }
        }
    }

    private static InvocationEvent.StepFailed Broken(StepRef step, long at, string type, string message) =>
        new(step, at, 0, Failure.Permanent(type, message) with { Step = step.ToString() }, null);
}
