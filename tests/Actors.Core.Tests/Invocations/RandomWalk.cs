using Actors.Core.Invocations;
using Actors.Core.Processes;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Invocations;

/// <summary>
/// A random process, and random outcomes and commands, retries by a person among them. Of everything that is handed out
/// it checks that it may be by then; in the end all that is left succeeds, and so must the invocation.
/// </summary>
internal sealed class RandomWalk
{
    private const string Input = "[1,2]";
    private const int Commands = 60;
    private const int CommandsMax = 1_000;

    private readonly Random _random;
    private readonly Scenario _scenario;
    private readonly InvocationMachine _shadow;
    private readonly List<string> _told = [];
    private readonly Dictionary<StepRef, int> _undone = [];
    private readonly HashSet<StepRef> _leftBehind = [];
    private int _checked;

    private RandomWalk(StepMap map, Random random)
    {
        _random = random;
        _scenario = new Scenario(map);
        var compiled = CompiledProcess.Compile(map, "hash");
        _shadow = new InvocationMachine(new InvocationId("p", "1"), _ => compiled);
        _told.AddRange(map.Steps.Select(step =>
            $"{step.Name} {step.Action.GetType().Name} after [{string.Join(' ', step.After)}], when {step.When}, " +
            $"join {step.Join}, each {step.Each?.Path}, {(step.Undo is null ? "no undo" : "undo")}" +
            (step.Detached ? ", detached" : "")));
        _told.Add($"siblings {map.OnFailure}");
    }

    private InvocationState State => _scenario.State;

    /// <summary>The process, what was done, and what came of it.</summary>
    public string Told => string.Join('\n', _told);

    /// <summary>One through a process that completes if all goes well.</summary>
    public static RandomWalk Of(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var map = RandomProcess.Next(random);
            var easy = new RandomWalk(map, new Random(seed));
            easy.Do("start", s => s.Start(Input));
            while (easy.State.Phase == InvocationPhase.Running) easy.DoNext();
            // Of steps that are skipped a join may need too many.
            if (easy.State.Status == InvocationStatus.Completed) return new RandomWalk(map, random);
        }
    }

    public void Run()
    {
        Do("start", s => s.Start(Input));
        for (var i = 0; i < Commands && State.Status != InvocationStatus.Completed; i++) DoAny();
        for (var i = 0; State.Status != InvocationStatus.Completed; i++)
        {
            i.ShouldBeLessThan(CommandsMax, "it does not end");
            DoNext();
        }

        foreach (var compiled in State.Process.Steps.Where(step => step is { Step.Detached: false, Undo: not null }))
        {
            var step = State.Steps[compiled.Position];
            foreach (var one in step.Map?.Items ?? [step]) CheckEnd(compiled.Name, one);
        }
    }

    private static void CheckEnd(string name, StepState step)
    {
        var isUndone = step.Undo is StepStatus.Succeeded or StepStatus.Failed;
        if (step.Status == StepStatus.Succeeded && !step.IsCancelRequested)
            step.Undo.ShouldNotBe(StepStatus.Succeeded, $"{name} was undone, and is done again");
        else if (step.IsUncertain) isUndone.ShouldBeTrue($"{name} may have been done, and is not wanted");
    }

    private void DoAny()
    {
        if (_random.OneIn(15)) Do("cancel", s => s.Cancel());
        else if (_random.OneIn(20)) Do("pause", s => s.Pause());
        else if (_random.OneIn(8)) Do("wait", s => s.After(_random.Next(1, 8)));
        else if (_random.OneIn(10)) Do("signal", s => s.Signal(RandomProcess.Signal));
        else if (_random.OneIn(10)) Do("reload", s => s.Reload());
        else if (State.IsPaused && _random.OneIn(3)) Do("resume", s => s.Resume());
        else if (Out().Count == 0 || State.Phase == InvocationPhase.Ended) DoNext();
        else Finish(_random.Next(10));
    }

    private void DoNext()
    {
        if (State.IsPaused) Do("resume", s => s.Resume());
        else if (Out().Count > 0) Finish(luck: 9);
        else if (State.Phase == InvocationPhase.Ended) Do("retry", s => s.Retry());
        else if (State.Signals.Count == 0 && IsAwaited()) Do("signal", s => s.Signal(RandomProcess.Signal));
        else if (State.NextDue() is not null) Do("wait", s => s.After(15));
        else throw new InvalidOperationException("nothing is handed out, nothing is due, and it has not ended");
    }

    private bool IsAwaited() => State.Process.Steps.Any(step =>
        step.Action.Declared is StepAction.Wait && State.Steps[step.Position].Status == StepStatus.Waiting);

    private void Finish(int luck)
    {
        var all = Out();
        var (step, isUndo) = all[_random.Next(all.Count)];
        var result = $"[{string.Join(',', Enumerable.Range(0, _random.Next(4)))}]";
        var what = luck switch { 0 or 1 => "refuses", 2 or 3 => "fails", _ => "succeeds" };
        Do($"{(isUndo ? "undo of " : "")}{step} {what}", s => _ = (luck < 4, isUndo) switch
        {
            (true, true) => s.UndoFails(step.Name, luck < 2, step.Item),
            (true, false) => s.Fail(step.Name, luck < 2, step.Item),
            (false, true) => s.Undone(step.Name, step.Item),
            _ => s.Succeed(step.Name, result, step.Item),
        });
    }

    private List<(StepRef Step, bool IsUndo)> Out()
    {
        var all = new List<(StepRef, bool)>();
        for (var i = 0; i < State.Steps.Length; i++)
        {
            var name = State.Process.Steps[i].Name;
            Add(State.Steps[i], new StepRef(name));
            for (var k = 0; k < State.Steps[i].Map?.Items.Length; k++)
                Add(State.Steps[i].Map!.Items[k], new StepRef(name, k));
        }

        return all;

        void Add(StepState step, StepRef reference)
        {
            if (step.Undo == StepStatus.Running) all.Add((reference, true));
            else if (step is { Status: StepStatus.Running, Map: null }) all.Add((reference, false));
        }
    }

    private void Do(string what, Action<Scenario> act)
    {
        _told.Add(what);
        act(_scenario);
        if (_scenario.History.Count > _checked) _told.Add($"    {string.Join(", ", _scenario.Last)}");
        for (; _checked < _scenario.History.Count; _checked++)
        {
            Check(_scenario.History[_checked]);
            _shadow.Replay(_scenario.History[_checked]);
        }
    }

    private void Check(InvocationEvent e)
    {
        var state = _shadow.State;
        if (e is InvocationEvent.StepSucceeded { IsUndo: true } undone)
            _undone[undone.Step] = Find(undone.Step).Round;
        if (e is InvocationEvent.Retried) _leftBehind.Clear();
        // What a join goes on without is undone beside it.
        if (state.Phase == InvocationPhase.Running &&
            e is InvocationEvent.StepCancelRequested or InvocationEvent.StepCancelled or
                InvocationEvent.StepFailed { RetryAt: null })
            _leftBehind.Add(((InvocationEvent.OfStep)e).Step);
        if (e is not InvocationEvent.StepScheduled scheduled) return;
        var position = Array.FindIndex([.. state.Process.Steps], step => step.Name == scheduled.Step.Name);
        var step = Find(scheduled.Step);
        if (scheduled.IsUndo)
        {
            step.Undo.ShouldNotBe(StepStatus.Running, $"one undo of {scheduled.Step} at a time");
            if (_leftBehind.Contains(scheduled.Step)) return;
            foreach (var d in state.Process.Steps[position].Dependents)
                IsToBeUndone(state, d).ShouldBeFalse($"{scheduled.Step} is undone after what depends on it");
            return;
        }

        step.Status.ShouldNotBe(StepStatus.Running, $"one attempt of {scheduled.Step} at a time");
        step.Status.ShouldNotBe(StepStatus.Succeeded, $"{scheduled.Step} has succeeded");
        if (_undone.TryGetValue(scheduled.Step, out var round))
            step.Round.ShouldBeGreaterThan(round, $"{scheduled.Step} was undone: it needs another key");
        // What is detached and has begun is not held back by a retry.
        var isOnItsOwn = state.Process.Steps[position].Step.Detached &&
            state.Steps[position] is { Map: not null } or { Attempts: > 0 };
        if (!isOnItsOwn) CheckJoin(state, position);
    }

    private StepState Find(StepRef reference)
    {
        _shadow.State.TryFind(reference, out _, out var step).ShouldBeTrue();
        return step;
    }

    private static bool IsToBeUndone(InvocationState state, int position)
    {
        if (state.Process.Steps[position].Undo is null) return false;
        var step = state.Steps[position];
        return step.Map is { } map ? Array.Exists(map.Items, IsToBeUndone) : IsToBeUndone(step);
    }

    private static bool IsToBeUndone(StepState step) =>
        step.Status == StepStatus.Succeeded && step.Undo is StepStatus.Pending or StepStatus.Running;

    private static void CheckJoin(InvocationState state, int position)
    {
        var compiled = state.Process.Steps[position];
        var states = compiled.Dependencies.Select(d => state.Steps[d]).ToList();
        var succeeded = states.Count(step => step.Status == StepStatus.Succeeded);
        var open = states.Count(step => !step.IsSettled);
        var isMet = compiled.Step.Join switch
        {
            JoinPolicy.All => states.All(step => step.Status is StepStatus.Succeeded or StepStatus.Skipped),
            JoinPolicy.Any => states.Count == 0 || succeeded > 0,
            JoinPolicy.Quorum quorum => succeeded >= quorum.Count,
            JoinPolicy.Deadline deadline => succeeded >= deadline.AtLeast &&
                (open == 0 || state.Steps[position].IsJoinReleased),
            _ => throw new InvalidOperationException(),
        };
        isMet.ShouldBeTrue($"{compiled.Name} begins when its join lets it, {succeeded} succeeded, {open} open");
    }
}
