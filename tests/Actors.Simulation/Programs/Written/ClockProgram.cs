using System.Collections.Immutable;
using Actors.Definitions;
using Actors.Simulation.Faults;
using Actors.Simulation.World;

namespace Actors.Simulation.Programs.Written;

/// <summary>
/// Grains that are dropped, and are to be read again after a pause, while clocks are set back: nobody asks for them, so
/// that nothing but that pause wakes them.
/// </summary>
internal static class ClockProgram
{
    private const int Invocations = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(100);

    private static readonly StepMap Map = Process.Define("work")
        .Step("a", s => s.Simulate(Work)).Step("b", s => s.After("a").Simulate(Work)).Build();

    public static SimulatedProgram Program { get; } = new("clocks", (engine, _) => engine.AddProcess(Map), RunAsync)
    {
        Faults = new FaultOptions
        {
            Rates = ImmutableSortedDictionary<FaultKind, double>.Empty
                .Add(FaultKind.AppendUncertain, 0.3).Add(FaultKind.ClockJump, 5),
            For = TimeSpan.FromSeconds(60),
        },
    };

    private static async Task RunAsync(WorldContext context)
    {
        for (var i = 0; i < Invocations; i++)
        {
            await context.EventuallyAsync(c => c.StartAsync(new StartRequest("work") { Key = $"k{i}" }));
            await context.DelayAsync(TimeSpan.FromSeconds(1));
        }

        await context.DelayAsync(Patience);
        for (var i = 0; i < Invocations; i++)
        {
            await using var store = context.Inspect();
            var row = await store.FindAsync(new InvocationId("work", $"k{i}").Key);
            if (row?.Projection.EndedAt is null) context.Violation($"[live] k{i} is {row?.Projection.Status} for ever");
        }
    }
}
