using System.Diagnostics.CodeAnalysis;
using Actors.Core.Invocations;
using Actors.Core.Processes;
using Actors.Definitions;
using Actors.Grains.Hosting;
using Actors.Grains.Work;

namespace Actors.Grains.Invocations;

/// <summary>
/// What the events of an invocation ask of the world: work for workers, messages to children and parents. All of it
/// is read off the state, so that after a loss it can be asked for again.
/// </summary>
internal sealed class InvocationEffects(IDefinitionCatalog catalog)
{
    /// <summary>How long after a refusal by full workers an attempt is offered again.</summary>
    public static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<WorkKey> _refused = [];
    private readonly HashSet<ParentStep> _parents = [];
    private readonly Queue<InvocationCommand.Finish> _broken = new();
    private DateTimeOffset? _refusedAt;

    /// <summary>When <see cref="RepeatDue"/> wants to be called; null: not at all.</summary>
    public DateTimeOffset? RepeatAt => _refusedAt;

    /// <summary>Asks for what an event stands for.</summary>
    public void Act(InvocationState state, InvocationEvent e, IGrainTurn turn)
    {
        switch (e)
        {
            case InvocationEvent.StepScheduled s: HandOut(state, s.Step, s.IsUndo, turn); break;
            case InvocationEvent.StepCancelRequested s: CancelAttempt(state, s.Step, turn); break;
            case InvocationEvent.ChildrenAsked: AskChildren(state, turn); break;
            case InvocationEvent.Completed or InvocationEvent.Failed or InvocationEvent.Cancelled:
                TellParents(state, turn);
                break;
        }
    }

    /// <summary>Asks again for all that is outstanding: after activation.</summary>
    public void RepeatAll(InvocationState state, IGrainTurn turn)
    {
        if (!state.NeedsResume) return;
        ForEachOutstanding(state, (reference, step, isUndo) =>
        {
            var isChild = IsChild(state, reference);
            // Whoever ran a cancelled attempt is gone: it is settled as uncertain instead of being begun anew.
            if (!isUndo && step.IsCancelRequested && !isChild)
            {
                var failure = Failure.Transient("cancelled", "cancelled while its silo went away");
                Break(state, step, reference, isUndo, failure);
            }
            else
            {
                HandOut(state, reference, isUndo, turn);
            }

            if (!isUndo && isChild && step.IsCancelRequested) CancelAttempt(state, reference, turn);
        });
    }

    /// <summary>Asks again for what was refused.</summary>
    public void RepeatDue(InvocationState state, IGrainTurn turn)
    {
        if (!(_refusedAt <= turn.Now)) return;
        _refusedAt = null;
        var refused = _refused.ToArray();
        _refused.Clear();
        foreach (var key in refused) HandOutAgain(state, key, turn);
    }

    /// <summary>The attempts that are with workers.</summary>
    public static IReadOnlyList<WorkKey> AttemptsOut(InvocationState state)
    {
        var keys = new List<WorkKey>();
        ForEachOutstanding(state, (reference, step, isUndo) =>
        {
            if (isUndo || !IsChild(state, reference)) keys.Add(WorkItemFactory.KeyOf(state, step, reference, isUndo));
        });
        return keys;
    }

    private void AskChildren(InvocationState state, IGrainTurn turn) =>
        ForEachOutstanding(state, (reference, step, isUndo) =>
        {
            if (isUndo || !IsChild(state, reference)) return;
            HandOut(state, reference, isUndo, turn);
            if (step.IsCancelRequested) CancelAttempt(state, reference, turn);
        });

    /// <summary>The workers were full.</summary>
    public void Postpone(WorkKey key, DateTimeOffset now)
    {
        _refused.Add(key);
        _refusedAt ??= now + RefusedPause;
    }

    /// <summary>A parent started or joined this invocation: it is told of its end, now if it has ended.</summary>
    public void Join(InvocationState state, ParentStep parent, IGrainTurn turn)
    {
        if (state.Phase == InvocationPhase.Ended) Tell(state, parent, turn);
        else if (parent != state.Parent) _parents.Add(parent);
    }

    /// <summary>Attempts whose request could not be built, as their outcome.</summary>
    public bool TryTakeBroken([NotNullWhen(true)] out InvocationCommand.Finish? broken) =>
        _broken.TryDequeue(out broken);

    private void HandOutAgain(InvocationState state, WorkKey key, IGrainTurn turn)
    {
        var reference = new StepRef(key.Step, key.Item);
        if (key.Run != state.Run || !state.TryFind(reference, out _, out var step) ||
            (key.IsUndo ? step.Undo : step.Status) != StepStatus.Running ||
            WorkItemFactory.KeyOf(state, step, reference, key.IsUndo) != key)
            return;
        // Workers had nothing to take back when it was cancelled.
        if (!key.IsUndo && step.IsCancelRequested)
            Break(state, step, reference, isUndo: false, Failure.Transient("cancelled", "cancelled before it began"));
        else
            HandOut(state, reference, key.IsUndo, turn);
    }

    private void HandOut(InvocationState state, StepRef reference, bool isUndo, IGrainTurn turn)
    {
        if (!state.TryFind(reference, out var position, out var step)) return;
        var compiled = state.Process.Steps[position];
        if (!isUndo && !compiled.IsWork && compiled.Action.Declared is not StepAction.Child) return;
        try
        {
            if (isUndo || compiled.IsWork)
                turn.Dispatch(WorkItemFactory.Create(state, compiled, step, reference, isUndo, turn.Now));
            else
                StartChild(state, compiled, step, reference, turn);
        }
        catch (TerminalException e)
        {
            Break(state, step, reference, isUndo, Failure.Permanent(e.FailureType, e.Message));
        }
    }

    private void StartChild(
        InvocationState state, CompiledStep compiled, StepState step, StepRef reference, IGrainTurn turn)
    {
        var child = WorkItemFactory.ChildOf(state, compiled, step, reference);
        if (child == state.Id || child == state.Parent?.Invocation)
            throw new TerminalException(
                $"step '{reference}' starts '{child}', which waits for it: each would wait for the other for ever; " +
                "give the child an id of its own",
                "child-cycle");
        var input = InvocationDocument.InputOf(state, compiled, reference.Item);
        if (!catalog.TryGetCurrent(child.Process, out var definition))
        {
            // It may be known in a moment: the next check of silent children asks again.
            if (catalog.MayStillCome(child.Process)) return;
            throw new TerminalException(
                $"step '{reference}' starts process '{child.Process}', which is not registered", "not-found");
        }

        if (definition.InputSchema?.Validate(input.ToElement()) is { IsEmpty: false } violations)
            throw new TerminalException(
                $"the input of child process '{child.Process}' does not fit its schema: {violations[0]}",
                "invalid-payload");
        var parent = new ParentStep(state.Id, state.Run, reference, step.Attempts);
        turn.Post(child.Key, new StartInvocation(
            definition.Hash, input, state.CorrelationId, StartPolicy.Attach, parent, state.TraceParent));
    }

    private static void CancelAttempt(InvocationState state, StepRef reference, IGrainTurn turn)
    {
        if (!state.TryFind(reference, out var position, out var step)) return;
        var compiled = state.Process.Steps[position];
        if (compiled.IsWork)
            turn.CancelWork(WorkItemFactory.KeyOf(state, step, reference, isUndo: false));
        else if (compiled.Action.Declared is StepAction.Child && step.Attempts > 0)
            CancelChild(state, compiled, step, reference, turn);
    }

    private static void CancelChild(
        InvocationState state, CompiledStep compiled, StepState step, StepRef reference, IGrainTurn turn)
    {
        GrainKey child;
        try
        {
            child = WorkItemFactory.ChildOf(state, compiled, step, reference).Key;
        }
        catch (TerminalException)
        {
            // Its id can't be made: it was never started, and its step has failed for that.
            return;
        }

        turn.Post(child, new CancelInvocation($"parent '{state.Id}' no longer waits for it"));
    }

    private void TellParents(InvocationState state, IGrainTurn turn)
    {
        if (state.Phase != InvocationPhase.Ended) return;
        if (state.Parent is { } parent) Tell(state, parent, turn);
        foreach (var other in _parents) Tell(state, other, turn);
        _parents.Clear();
    }

    private static void Tell(InvocationState state, ParentStep parent, IGrainTurn turn) => turn.Post(
        parent.Invocation.Key,
        new ChildEnded(
            parent.Run, parent.Step, parent.Attempt,
            state.IsCompleted ? state.Output : null,
            state.IsCompleted
                ? null
                : Failure.Permanent("child", $"child '{state.Id}' is {state.Status}") with { Cause = state.Failure }));

    private void Break(InvocationState state, StepState step, StepRef reference, bool isUndo, Failure failure) =>
        _broken.Enqueue(new InvocationCommand.Finish(
            default, state.Run, reference, isUndo ? step.UndoAttempts : step.Attempts, isUndo, null, failure));

    private static bool IsChild(InvocationState state, StepRef reference) =>
        state.Process.TryFind(reference.Name, out var position) &&
        state.Process.Steps[position].Action.Declared is StepAction.Child;

    private static void ForEachOutstanding(InvocationState state, Action<StepRef, StepState, bool> act)
    {
        for (var i = 0; i < state.Steps.Length; i++)
        {
            var compiled = state.Process.Steps[i];
            var isChild = compiled.Action.Declared is StepAction.Child;
            One(state.Steps[i], compiled.Name);
            if (state.Steps[i].Map is not { } map) continue;
            for (var k = 0; k < map.Items.Length; k++) One(map.Items[k], new StepRef(compiled.Name, k));

            void One(StepState step, StepRef reference)
            {
                var isOut = step.Status == StepStatus.Running || isChild && step.Status == StepStatus.Waiting;
                if (step.Undo == StepStatus.Running) act(reference, step, true);
                else if (step.Map is null && isOut) act(reference, step, false);
            }
        }
    }
}
