using System.Collections.Immutable;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.Programs;

/// <summary>What kind of story an invocation goes through; each asks something of its process.</summary>
internal enum Story
{
    Plain,
    Paused,
    CancelledInARace,
    CancelledWhileStuck,
    OutOfTime,
    Retried,
    CancelledAndRetried,
    ReplacedWhileStuck,
    ReplacedBehindItsEnd,
    StartedAgain,
    SignalledTwice,
    Upgraded,
}

/// <summary>Makes a program from a seed: every feature has a weight, so that all of them meet.</summary>
internal static class ProgramGenerator
{
    private const int LanesMax = 4;

    private static readonly (Story Story, int Weight)[] Weights =
    [
        (Story.Plain, 40), (Story.Paused, 8), (Story.CancelledInARace, 8), (Story.CancelledWhileStuck, 6),
        (Story.OutOfTime, 4), (Story.Retried, 8), (Story.CancelledAndRetried, 5), (Story.ReplacedWhileStuck, 5),
        (Story.ReplacedBehindItsEnd, 4), (Story.StartedAgain, 6), (Story.SignalledTwice, 6), (Story.Upgraded, 6),
    ];

    public static RandomProgram Make(ulong seed)
    {
        var random = SimulatedRandom.Of(seed, 7);
        var processes = ImmutableArray.CreateBuilder<ProgramProcess>();
        var lanes = ImmutableArray.CreateBuilder<Lane>();
        int? upgradeAt = null;
        var count = 1 + random.Next(LanesMax);
        for (var i = 0; i < count; i++)
        {
            var story = Pick(random);
            var generator = new ProcessGenerator(random, $"p{i}", story);
            var process = generator.Make();
            processes.AddRange(generator.Children);
            processes.Add(process);
            lanes.Add(LaneGenerator.Make(random, $"k{i}", process, story));
            if (story != Story.Upgraded) continue;
            upgradeAt ??= random.Next(50, 3_000);
            processes.Add(Upgrade(process));
            lanes.Add(LaneGenerator.Make(random, $"u{i}", process, story));
        }

        return new RandomProgram(processes.ToImmutable(), lanes.ToImmutable(), upgradeAt);
    }

    /// <summary>The next version: every step has a new name, and one is added.</summary>
    private static ProgramProcess Upgrade(ProgramProcess process)
    {
        ImmutableArray<string> New(ImmutableArray<string> names) => [.. names.Select(n => n + "v2")];
        var steps = process.Steps
            .Select(s => s with { Name = s.Name + "v2", After = New(s.After), Uses = New(s.Uses) });
        var added = new ProgramStep("addedv2", StepKind.Work) { Amount = 100 };
        return process with { Version = 2, Steps = [.. steps, added] };
    }

    private static Story Pick(SimulatedRandom random)
    {
        var at = random.Next(Weights.Sum(w => w.Weight));
        foreach (var (story, weight) in Weights)
        {
            if ((at -= weight) < 0) return story;
        }

        return Story.Plain;
    }
}

/// <summary>What a client does with an invocation, by the story it is to go through.</summary>
internal static class LaneGenerator
{
    public static Lane Make(SimulatedRandom random, string key, ProgramProcess process, Story story)
    {
        int Soon() => random.Next(0, 1_500);
        int AfterAll() => random.Next(2_000, 20_000);
        var commands = new List<Command> { new(Act.Start, Soon()) };
        var signals = process.Steps.Where(s => s is { Kind: StepKind.Wait, GivesUp: false } && s.Target[0] == 's')
            .DistinctBy(s => s.Target)
            .Select((s, n) => new Command(Act.Signal, Soon(), s.Target, $"{key}-{n}")).ToList();
        switch (story)
        {
            case Story.Paused:
                commands.Add(new(Act.Pause, Soon()));
                commands.AddRange(signals);
                commands.Add(new(Act.Resume, Soon()));
                break;
            case Story.CancelledInARace:
                commands.AddRange(signals);
                commands.Add(new(Act.Cancel, Soon()));
                break;
            case Story.CancelledWhileStuck:
                commands.AddRange(signals);
                commands.Add(new(Act.Cancel, AfterAll()));
                break;
            case Story.Retried: commands.Add(new(Act.RetryUntilCompleted, 0)); break;
            case Story.CancelledAndRetried:
                commands.AddRange([new(Act.Cancel, Soon()), new(Act.RetryUntilCompleted, 0)]);
                break;
            case Story.ReplacedWhileStuck:
                commands.AddRange([new(Act.Replace, Soon()), new(Act.AwaitSecondRun, 0), .. signals]);
                break;
            case Story.ReplacedBehindItsEnd:
                commands.AddRange([new(Act.Await, 0), new(Act.Replace, Soon())]);
                break;
            case Story.StartedAgain:
                commands.Add(new(Act.Attach, Soon()));
                commands.AddRange(signals);
                commands.AddRange([new(Act.Reject, Soon()), new(Act.Attach, AfterAll())]);
                break;
            case Story.SignalledTwice:
                foreach (var signal in signals) commands.AddRange([signal, signal with { After = Soon() }]);
                if (IsStuck(process)) commands.Add(new(Act.Cancel, AfterAll()));
                break;
            default: commands.AddRange(signals); break;
        }

        if (random.Chance(0.3))
            commands.Insert(random.Next(1, commands.Count), new(Act.CallCounter, 0, $"c{random.Next(2)}", $"{key}-op"));
        if (commands[^1].Act != Act.RetryUntilCompleted) commands.Add(new(Act.Await, 0));
        return new Lane(key, process.Name, [.. commands]);
    }

    private static bool IsStuck(ProgramProcess process) =>
        process.Steps.Any(s => s.Target == "x") || process.Steps.Count(s => s.Target == "sd") > 1;
}
