using System.Collections.Immutable;

namespace Actors.Simulation.Programs;

/// <summary>
/// Makes a failing run small: leaves out what it can and keeps what still fails in the same way. Greedy, the biggest
/// parts first; at most <see cref="RunsMax"/> runs.
/// </summary>
internal static class Shrinker
{
    private const int RunsMax = 400;

    /// <summary>The smallest run found that still shows a violation of the same kind.</summary>
    /// <param name="run">Fails.</param>
    /// <param name="violations">How.</param>
    /// <param name="again">Runs one; gives its violations.</param>
    public static SeedRun Shrink(
        SeedRun run, IReadOnlyList<string> violations, Func<SeedRun, IReadOnlyList<string>> again)
    {
        var kinds = violations.Select(KindOf).ToHashSet(StringComparer.Ordinal);
        var left = RunsMax;
        while (true)
        {
            var smaller = Smaller(run).Where(r => ProgramRules.IsSound(r.Program))
                .TakeWhile(_ => left-- > 0).FirstOrDefault(r => again(r).Any(v => kinds.Contains(KindOf(v))));
            if (smaller is null) return run;
            run = smaller;
        }
    }

    /// <summary>A violation without what differs from run to run: its mark, or its first words.</summary>
    public static string KindOf(string violation)
    {
        var from = violation.IndexOf('[', StringComparison.Ordinal);
        var to = violation.IndexOf(']', StringComparison.Ordinal);
        if (from >= 0 && to > from) return violation[from..to];
        var end = violation.AsSpan().IndexOfAny("'0123456789:");
        return end < 0 ? violation : violation[..end];
    }

    private static IEnumerable<SeedRun> Smaller(SeedRun run) =>
        [.. Programs(run.Program).Select(p => run with { Program = p }), .. WithFewerFaults(run)];

    private static IEnumerable<SeedRun> WithFewerFaults(SeedRun run)
    {
        if (run.Silos > 1) yield return run with { Silos = 1 };
        foreach (var kind in run.Faults.Rates.Keys)
            yield return run with { Faults = run.Faults with { Rates = run.Faults.Rates.Remove(kind) } };
        if (!run.Faults.Rates.IsEmpty && run.Faults.For > TimeSpan.FromSeconds(2))
            yield return run with { Faults = run.Faults with { For = run.Faults.For / 2 } };
    }

    private static IEnumerable<RandomProgram> Programs(RandomProgram program)
    {
        foreach (var lane in program.Lanes)
        {
            var lanes = program.Lanes.Remove(lane);
            if (lanes.Length > 0) yield return WithoutUnused(program with { Lanes = lanes });
        }

        foreach (var process in program.Processes)
        {
            foreach (var smaller in Processes(process))
                yield return WithoutUnused(program with { Processes = program.Processes.Replace(process, smaller) });
        }

        foreach (var lane in program.Lanes)
        {
            if (lane.IsWatched)
                yield return program with { Lanes = program.Lanes.Replace(lane, lane with { IsWatched = false }) };
            foreach (var command in lane.Commands.Where(c => c.Act is not (Act.Start or Act.Await)))
                yield return program with
                {
                    Lanes = program.Lanes.Replace(lane, lane with { Commands = lane.Commands.Remove(command) }),
                };
        }
    }

    private static IEnumerable<ProgramProcess> Processes(ProgramProcess process)
    {
        if (process.Steps.Length > 1)
        {
            foreach (var step in process.Steps) yield return Without(process, step);
        }

        if (process.FinishSiblings) yield return process with { FinishSiblings = false };
        foreach (var step in process.Steps)
        {
            foreach (var simpler in Steps(step))
                yield return process with { Steps = process.Steps.Replace(step, simpler) };
        }
    }

    private static IEnumerable<ProgramStep> Steps(ProgramStep step)
    {
        if (step.Kind is StepKind.Child or StepKind.Entity)
            yield return step with { Kind = StepKind.Work, Target = "" };
        if (step.Items is not null) yield return step with { Items = null, Parallel = null };
        if (step.Ending != Ending.Succeeds) yield return step with { Ending = Ending.Succeeds };
        if (step.Outages > 0) yield return step with { Outages = 0 };
        if (step.Undo != Undoing.None) yield return step with { Undo = Undoing.None };
        if (step.When is not null) yield return step with { When = null };
        if (step.Detached) yield return step with { Detached = false };
        if (step.Uses.Length > 0) yield return step with { Uses = [] };
        if (step.Limit is not null) yield return step with { Limit = null };
        if (step is { Milliseconds: > 0, Kind: StepKind.Work }) yield return step with { Milliseconds = 0 };
        if (step.After.Length > 0 && step.Join == JoinKind.All) yield return step with { After = [], Uses = [] };
    }

    private static ProgramProcess Without(ProgramProcess process, ProgramStep gone) => process with
    {
        Steps =
        [
            .. process.Steps.Remove(gone).Select(s => s with
            {
                After = s.After.Remove(gone.Name),
                Uses = s.Uses.Remove(gone.Name),
                Join = s.After.Remove(gone.Name).IsEmpty ? JoinKind.All : s.Join,
            }),
        ],
    };

    private static RandomProgram WithoutUnused(RandomProgram program)
    {
        var used = program.Lanes.Select(l => l.Process).ToHashSet(StringComparer.Ordinal);
        // Children stand before who starts them.
        foreach (var process in program.Processes.Reverse().Where(p => used.Contains(p.Name)))
            used.UnionWith(process.Steps.Where(s => s.Kind == StepKind.Child).Select(s => s.Target));
        return program with { Processes = program.Processes.RemoveAll(p => !used.Contains(p.Name)) };
    }
}

/// <summary>What programs must be like for the oracle to know what comes out.</summary>
internal static class ProgramRules
{
    public static bool IsSound(RandomProgram program)
    {
        try
        {
            foreach (var process in program.Processes) ProgramMaps.Build(process);
        }
        catch (DefinitionException)
        {
            return false;
        }

        var oracle = new Oracle(program);
        return program.Lanes.All(lane => IsSound(program, lane) &&
            program.Processes.Where(p => p.Name == lane.Process).All(p => oracle.EndsOf(lane, p.Version) != Ends.None));
    }

    /// <summary>The second run is known to begin, and what was to end before it, ends.</summary>
    private static bool IsSound(RandomProgram program, Lane lane)
    {
        var acts = lane.Commands.Select(c => c.Act).ToImmutableArray();
        if (program.Processes.Any(p => p is { FinishSiblings: true, HasDeadline: false } &&
            p.Steps.Any(s => s.Target == "x"))) return false;
        if (acts.Contains(Act.RetryUntilCompleted) && new Oracle(program).EndsOf(lane, 1) != Ends.Completed)
            return false;
        if (acts.LastIndexOf(Act.Pause) > acts.LastIndexOf(Act.Resume)) return false;
        if (acts.Contains(Act.AwaitSecondRun) && !acts.Contains(Act.Replace)) return false;
        if (!acts.Contains(Act.Replace)) return true;
        var isStuck = Oracle.NaturalEnd(
            new Oracle(program).Forecasts(lane, 1, isLastRun: false), program.Find(lane.Process, 1)) == Ends.None;
        return isStuck != acts[..acts.IndexOf(Act.Replace)].Contains(Act.Await);
    }
}
