using System.Collections.Immutable;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.Programs;

/// <summary>Makes one process, and those it starts as children, fit for the story it is to go through.</summary>
internal sealed class ProcessGenerator(SimulatedRandom random, string name, Story story, int depth = 0)
{
    private const int DepthMax = 2;

    private readonly List<ProgramStep> _steps = [];
    private readonly List<string> _open = [];
    private int _names;
    private bool _isPipeline;

    public List<ProgramProcess> Children { get; } = [];

    private bool MayFail => story is not (Story.Retried or Story.CancelledAndRetried or Story.ReplacedWhileStuck
        or Story.OutOfTime or Story.SignalledTwice or Story.CancelledWhileStuck or Story.Upgraded) && _mayFail;

    private bool MayWait => depth == 0 && story is not (Story.Retried or Story.CancelledAndRetried
        or Story.ReplacedBehindItsEnd or Story.Upgraded);

    private bool MayHaveChildren => depth < DepthMax && story is not (Story.Retried or Story.CancelledAndRetried);

    private readonly bool _mayFail = random.Chance(0.5);

    public ProgramProcess Make()
    {
        var form = story is Story.Plain or Story.Paused && random.Chance(0.2)
            ? random.Pick([ProcessForm.DirectPipeline, ProcessForm.QueuedPipeline])
            : ProcessForm.Graph;
        _isPipeline = form != ProcessForm.Graph;
        var count = depth == 0 ? random.Next(1, 8) : random.Next(1, 4);
        while (_steps.Count < count)
        {
            if (!_isPipeline && random.Chance(0.15)) AddRace();
            else if (!_isPipeline && random.Chance(0.15)) AddMap();
            else Add(Plain());
        }

        if (story == Story.Retried)
            Add(new ProgramStep(Name(), StepKind.Work) { After = SomeOpen(), Ending = Ending.RefusesAtFirst });
        AddWaits();
        return new ProgramProcess(name, 1, [.. _steps])
        {
            Form = form,
            // What finishes must be able to: nobody sends an 'x'.
            FinishSiblings = random.Chance(0.3) && !_steps.Exists(s => s.Target == "x" && story != Story.OutOfTime),
            HasDeadline = story == Story.OutOfTime,
        };
    }

    private void AddWaits()
    {
        switch (story)
        {
            case Story.ReplacedWhileStuck: Add(Wait("s0")); break;
            case Story.CancelledWhileStuck or Story.OutOfTime: Add(Wait("x")); break;
            case Story.SignalledTwice:
                var first = Wait("sd");
                Add(first);
                if (random.Chance(0.5)) break;
                // A signal that came twice must not be taken twice.
                Add(new ProgramStep(Name(), StepKind.Wait) { After = [first.Name], Target = first.Target });
                break;
        }
    }

    private ProgramStep Wait(string signal) => new(Name(), StepKind.Wait) { After = SomeOpen(), Target = signal };

    private string Name() => $"a{_names++}";

    private void Add(ProgramStep step)
    {
        _steps.Add(step);
        if (!step.Detached) _open.Add(step.Name);
    }

    private ImmutableArray<string> SomeOpen()
    {
        if (_isPipeline || _open.Count == 0) return [];
        var count = Math.Min(_open.Count, random.Next(0, 3));
        return [.. Enumerable.Range(0, count).Select(_ => random.Pick(_open)).Distinct()];
    }

    private ProgramStep Plain()
    {
        var step = OfKind(new ProgramStep(Name(), StepKind.Work) { After = SomeOpen(), Amount = random.Next(1, 10) });
        if (random.Chance(0.1)) step = step with { When = random.Chance(0.5) };
        if (!_isPipeline && random.Chance(0.08) && step.Kind is not StepKind.Wait) step = step with { Detached = true };
        if (step is { Kind: StepKind.Work, Detached: false }) step = step with { Uses = Numbers(step.After) };
        if (step.Kind == StepKind.Work && story == Story.Retried && random.Chance(0.3))
            return step with { Ending = Ending.RefusesAtFirst };
        return random.Chance(0.15) && (MayFail || step.Detached) ? Failing(step) : step;
    }

    private ImmutableArray<string> Numbers(ImmutableArray<string> names) =>
        _isPipeline
            ? []
            : [.. _steps.Where(s => names.Contains(s.Name) && ProgramResults.IsNumber(s)).Select(s => s.Name)];

    private ProgramStep OfKind(ProgramStep step)
    {
        var at = random.Next(100);
        if (at < 45) return Busy(step);
        if (at < 63) return Entity(step);
        if (at < 70) return step with { Kind = StepKind.Emit };
        if (at < 78) return step with { Kind = StepKind.Delay, Milliseconds = random.Next(1, 5_000) };
        if (at < 81 && !_isPipeline) return step with { Kind = StepKind.Simulate, Milliseconds = random.Next(1, 500) };
        if (at < 87 && _isPipeline) return step with { Kind = StepKind.Pure };
        if (at < 92 && MayWait) return step with { Kind = StepKind.Wait, Target = $"s{step.Name}" };
        if (at < 100 && MayHaveChildren && !_isPipeline) return Child(step);
        return Busy(step);
    }

    private ProgramStep Busy(ProgramStep step) => step with
    {
        Milliseconds = random.Chance(0.5) ? random.Next(1, 800) : 0,
        Outages = random.Chance(0.3) ? random.Next(1, 4) : 0,
        EffectFirst = random.Chance(0.4),
        Undo = random.Chance(0.5) ? random.Chance(0.9) ? Undoing.Works : Undoing.Refuses : Undoing.None,
        Limit = random.Chance(0.1) ? random.Next(1, 3) : null,
    };

    private ProgramStep Entity(ProgramStep step) => step with
    {
        Kind = StepKind.Entity,
        Target = $"c{random.Next(2)}",
        // Its change is known by the step, not by the round: what is undone must not be done again.
        Undo = random.Chance(0.5) && story is not (Story.Retried or Story.CancelledAndRetried)
            ? Undoing.Works
            : Undoing.None,
    };

    private ProgramStep Child(ProgramStep step)
    {
        var itsStory = story == Story.Plain ? story : Story.Upgraded;
        var generator = new ProcessGenerator(random, $"{name}{step.Name}", itsStory, depth + 1);
        var child = generator.Make();
        Children.AddRange(generator.Children);
        Children.Add(child);
        return step with { Kind = StepKind.Child, Target = child.Name };
    }

    private ProgramStep Failing(ProgramStep step) => step.Kind switch
    {
        // Bounds that end an item would end the others, too, when faults use them up.
        StepKind.Work when step.Items is not null => step with { Ending = Ending.Refuses },
        StepKind.Work => step with
        {
            Ending = random.Pick([Ending.Refuses, Ending.Exhausts, Ending.RunsOutOfTime, Ending.Hangs]),
        },
        StepKind.Entity => step with { Ending = Ending.Refuses, Undo = Undoing.None },
        StepKind.Wait when !_isPipeline => step with { GivesUp = true },
        _ => step,
    };

    /// <summary>Branches that nobody else waits for, and a join that does not need all of them.</summary>
    private void AddRace()
    {
        var after = SomeOpen();
        var branches = new List<ProgramStep>();
        for (var i = random.Next(2, 5); i > 0; i--)
        {
            var bare = new ProgramStep(Name(), StepKind.Work);
            var branch = random.Chance(0.2) && MayWait ? bare with { Kind = StepKind.Wait, Target = "x" }
                : random.Chance(0.25) ? Entity(bare)
                : Busy(bare);
            if (branch.Kind == StepKind.Work && random.Chance(0.25)) branch = Failing(branch);
            branches.Add(branch with { After = after, Amount = random.Next(1, 10) });
        }

        var done = branches.Count(b => b is { Ending: Ending.Succeeds, Kind: not StepKind.Wait });
        var join = Busy(new ProgramStep(Name(), StepKind.Work) { After = [.. branches.Select(b => b.Name)] });
        join = random.Next(3) switch
        {
            0 => join with { Join = JoinKind.Any, Needed = 1 },
            1 => join with { Join = JoinKind.Quorum, Needed = Math.Max(1, random.Next(1, done + 1)) },
            _ => join with { Join = JoinKind.Deadline, Needed = random.Next(0, done + 1) },
        };
        var fails = done < join.Needed;
        if (fails && !MayFail) return;
        // Too few, and one of them never ends: nobody would.
        if (fails && branches.Exists(b => b.Kind == StepKind.Wait)) return;
        _steps.AddRange(branches);
        Add(join);
    }

    private void AddMap()
    {
        var items = random.Next(0, ProgramMaps.ItemsMax + 1);
        var map = random.Chance(0.3)
            ? Entity(new ProgramStep(Name(), StepKind.Work))
            : Busy(new ProgramStep(Name(), StepKind.Work));
        map = map with
        {
            After = SomeOpen(),
            Amount = random.Next(1, 10),
            Items = items,
            Parallel = random.Chance(0.4) ? random.Next(1, 3) : null,
            EndingItem = random.Next(Math.Max(1, items)),
        };
        if (map.Kind == StepKind.Work && items > 1 && random.Chance(0.4))
        {
            _steps.Add(random.Chance(0.5) ? Failing(map) : map);
            Add(Busy(new ProgramStep(Name(), StepKind.Work)
            {
                After = [map.Name],
                Join = JoinKind.Quorum,
                Needed = random.Next(1, items),
            }));
            return;
        }

        Add(map.Kind == StepKind.Work && MayFail && random.Chance(0.2) ? Failing(map) : map);
    }
}
