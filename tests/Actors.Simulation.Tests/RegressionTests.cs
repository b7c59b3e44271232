using System.Collections.Immutable;
using Actors.Definitions;
using Actors.Journal;
using Actors.Simulation.Faults;
using Actors.Simulation.Programs.Written;
using Actors.Simulation.World;
using Shouldly;

namespace Actors.Simulation.Tests;

/// <summary>What the simulation found, each with a small world that shows it; and what stays closed in doubt.</summary>
public sealed class RegressionTests
{
    private const int Invocations = 10;

    [Fact]
    public void A_silo_that_has_an_old_state_of_a_grain_in_memory_does_not_tell_it_for_longer_than_a_second()
    {
        var faults = new FaultOptions
        {
            Rates = ImmutableSortedDictionary<FaultKind, double>.Empty.Add(FaultKind.WrongOwner, 0.5),
            For = TimeSpan.FromMinutes(10),
        };
        var map = Process.Define("ask").Step("only", s => s.Wait("go")).Build();

        Run(2, faults, engine => engine.AddProcess(map), AskAfterItHasEndedAsync).Violations.ShouldBeEmpty();
    }

    [Fact]
    public void A_silo_that_does_not_know_of_a_pause_does_not_say_that_it_is_over()
    {
        var faults = new FaultOptions
        {
            Rates = ImmutableSortedDictionary<FaultKind, double>.Empty.Add(FaultKind.WrongOwner, 0.5),
            For = TimeSpan.FromMinutes(10),
        };
        var map = Process.Define("ask").Step("only", s => s.Wait("go")).Build();

        Run(3, faults, engine => engine.AddProcess(map), PauseAndResumeAsync).Violations.ShouldBeEmpty();
    }

    [Fact]
    public void A_grain_that_waits_to_be_read_again_does_not_wait_for_a_clock_that_is_set_back() =>
        WrittenPrograms.Swarm(ClockProgram.Program, silos: 1, seed: 3).Violations.ShouldBeEmpty();

    [Fact]
    public void An_invocation_with_a_flipped_bit_is_closed_and_said_to_be_damaged_and_the_others_go_on()
    {
        var program = OrderProgram.Of(3);
        InvocationId? damaged = null;

        var result = Run(1, FaultOptions.None, program.Configure, async context =>
        {
            await program.RunAsync(context);
            damaged = context.RotInvocation();
            context.KillSilo(0, TimeSpan.FromSeconds(1));
            await SaysThatItIsDamagedAsync(context, damaged!.Value);
        });

        // The last look has seen that it is refused and that the others are told; the audit names it and no other.
        result.Violations.ShouldHaveSingleItem().ShouldContain(damaged!.Value.ToString());
    }

    private static async Task PauseAndResumeAsync(WorldContext context)
    {
        for (var i = 0; i < Invocations; i++)
        {
            var id = (await context.EventuallyAsync(c => c.StartAsync(new StartRequest("ask") { Key = $"k{i}" }))).Id;
            for (var ask = 0; ask < 4; ask++) await GetAsync(context, id);
            await context.EventuallyAsync(client => client.PauseAsync(id));
            await context.EventuallyAsync(client => client.ResumeAsync(id));
            await using var store = context.Inspect();
            if ((await store.FindAsync(id.Key))!.Projection.Status == nameof(InvocationStatus.Paused))
                context.Violation($"{id} is paused behind an acknowledged resume");
        }
    }

    private static async Task SaysThatItIsDamagedAsync(WorldContext context, InvocationId id)
    {
        try
        {
            await context.EndOfAsync(id);
            context.Violation("it is told as if nothing were wrong with it");
        }
        catch (StoreCorruptException)
        {
            // Just so.
        }
    }

    private static async Task AskAfterItHasEndedAsync(WorldContext context)
    {
        for (var i = 0; i < Invocations; i++)
        {
            var id = (await context.EventuallyAsync(c => c.StartAsync(new StartRequest("ask") { Key = $"k{i}" }))).Id;
            for (var ask = 0; ask < 4; ask++) await GetAsync(context, id);
            await context.EventuallyAsync(client => client.SignalAsync(id, "go", default, "s"));
            await context.DelayAsync(TimeSpan.FromMilliseconds(1_100));
            for (var ask = 0; ask < 8; ask++)
            {
                var view = await GetAsync(context, id);
                if (view?.HasEnded is not true) context.Violation($"{id} is told as {view?.Status} after its end");
            }
        }
    }

    private static async Task<InvocationView?> GetAsync(WorldContext context, InvocationId id)
    {
        try
        {
            return await context.EventuallyAsync(client => client.GetAsync(id));
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    private static SimulationResult Run(
        int silos, FaultOptions faults, Action<Silo.Embedded.ActorsOptions> configure,
        Func<WorldContext, Task> program) =>
        Run(silos, faults, (engine, _) => configure(engine), program);

    private static SimulationResult Run(
        int silos, FaultOptions faults, Action<Silo.Embedded.ActorsOptions, WorldContext> configure,
        Func<WorldContext, Task> program) =>
        SimulatedWorld.Run(
            3, new SimulationOptions { Configure = configure, Silos = silos, Faults = faults }, program);
}
