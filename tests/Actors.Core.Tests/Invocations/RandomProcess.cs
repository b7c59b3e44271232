using System.Collections.Immutable;
using Actors.Definitions;

namespace Actors.Core.Tests.Invocations;

/// <summary>Graphs of a few steps of all kinds, over an input of two elements.</summary>
internal static class RandomProcess
{
    /// <summary>The one signal that its steps wait for.</summary>
    public const string Signal = "go";

    public static StepMap Next(Random random)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        var count = random.Next(2, 7);
        for (var i = 0; i < count; i++) steps.Add(NextStep(random, steps));
        return new StepMap
        {
            Process = "p",
            Steps = steps.ToImmutable(),
            OnFailure = random.OneIn(3) ? SiblingPolicy.Finish : SiblingPolicy.Cancel,
        };
    }

    private static Step NextStep(Random random, ImmutableArray<Step>.Builder before)
    {
        var name = $"s{before.Count}";
        var others = before.Where(step => !step.Detached).OrderBy(_ => random.Next()).Take(random.Next(4)).ToList();
        string[] after = [.. others.Select(step => step.Name)];
        var step = random.OneIn(2) ? Scenario.Undoable(name, after) : Scenario.Work(name, after);
        if (random.OneIn(4)) step = step with { Retry = Scenario.Retries(2) };
        if (random.OneIn(8)) step = step with { Timeout = new StepTimeouts(null, TimeSpan.FromSeconds(10)) };
        int? parallel = random.OneIn(3) ? 1 : null;
        if (random.OneIn(3)) step = step with { Each = new Each(Collection(random, others), parallel) };
        else if (random.OneIn(8)) step = Scenario.Work(name, after) with { Action = new StepAction.Wait(Signal) };
        else if (random.OneIn(8)) step = Scenario.Work(name, after) with { Action = new StepAction.Delay("3s") };
        if (random.OneIn(10)) step = step with { When = random.OneIn(2) ? "$.input[0] == 1" : "$.input[0] == 2" };
        if (after.Length > 0) step = step with { Join = NextJoin(random, after.Length) };
        var isDetached = step.Action is StepAction.Handler && random.OneIn(10);
        return isDetached ? step with { Detached = true, Undo = null } : step;
    }

    // What may be missing, or may be no array, can't be run over.
    private static string Collection(Random random, List<Step> dependencies) =>
        random.OneIn(2) && dependencies is [{ Action: StepAction.Handler } one]
            ? $"$.steps.{one.Name}.result"
            : "$.input";

    private static JoinPolicy NextJoin(Random random, int dependencies) => random.Next(5) switch
    {
        0 when dependencies > 1 => JoinPolicy.Any.Instance,
        1 when dependencies > 1 => new JoinPolicy.Quorum(random.Next(1, dependencies + 1)),
        2 when dependencies > 1 => new JoinPolicy.Deadline(TimeSpan.FromSeconds(5), random.Next(0, dependencies + 1)),
        _ => JoinPolicy.All.Instance,
    };

    /// <summary>True once in so many times.</summary>
    public static bool OneIn(this Random random, int times) => random.Next(times) == 0;
}
