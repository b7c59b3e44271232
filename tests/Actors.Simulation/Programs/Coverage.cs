namespace Actors.Simulation.Programs;

/// <summary>Which features random programs use, and how many of them use each.</summary>
internal static class Coverage
{
    private static readonly (string Name, Func<RandomProgram, bool> IsUsed)[] Features =
    [
        .. Enum.GetValues<StepKind>().Select(k => Step($"step {k}", s => s.Kind == k)),
        .. Enum.GetValues<JoinKind>().Select(k => Step($"join {k}", s => s.Join == k)),
        .. Enum.GetValues<Ending>().Select(e => Step($"ending {e}", s => s.Ending == e)),
        .. Enum.GetValues<Undoing>().Select(u => Step($"undo {u}", s => s.Undo == u)),
        .. Enum.GetValues<Act>().Select(a => Does($"act {a}", a)),
        .. Enum.GetValues<ProcessForm>().Select(f => Process($"form {f}", p => p.Form == f)),
        Step("condition that skips", s => s.When == false),
        Step("condition that holds", s => s.When == true),
        Step("map", s => s.Items is not null),
        Step("map of nothing", s => s.Items == 0),
        Step("map with bounded parallelism", s => s.Parallel is not null),
        Step("outages", s => s.Outages > 0),
        Step("effect before an outage", s => s is { Outages: > 0, EffectFirst: true }),
        Step("fire and forget", s => s.Detached),
        Step("detached failure", s => s.Detached && s.Ending != Ending.Succeeds),
        Step("results used", s => s.Uses.Length > 0),
        Step("wait that gives up", s => s.GivesUp),
        Step("limit across invocations", s => s.Limit is not null),
        Step("compensated entity", s => s is { Kind: StepKind.Entity, Undo: Undoing.Works }),
        Process("siblings finish", p => p.FinishSiblings),
        Process("deadline", p => p.HasDeadline),
        ("new version while runs are pinned", p => p.UpgradeAt is not null),
        ("somebody watches", p => p.Lanes.Any(l => l.IsWatched)),
        ("several invocations", p => p.Lanes.Length > 1),
    ];

    /// <summary>By feature, how many of the programs use it.</summary>
    public static IReadOnlyDictionary<string, int> Of(IEnumerable<RandomProgram> programs)
    {
        var counts = Features.ToDictionary(f => f.Name, _ => 0, StringComparer.Ordinal);
        foreach (var program in programs)
        {
            foreach (var (name, isUsed) in Features)
            {
                if (isUsed(program)) counts[name]++;
            }
        }

        return counts;
    }

    private static (string, Func<RandomProgram, bool>) Step(string name, Func<ProgramStep, bool> isUsed) =>
        (name, p => p.Processes.SelectMany(x => x.Steps).Any(isUsed));

    private static (string, Func<RandomProgram, bool>) Process(string name, Func<ProgramProcess, bool> isUsed) =>
        (name, p => p.Processes.Any(isUsed));

    private static (string, Func<RandomProgram, bool>) Does(string name, Act act) =>
        (name, p => p.Lanes.SelectMany(l => l.Commands).Any(c => c.Act == act));
}
