using Actors.Simulation.Faults;
using Actors.Simulation.Programs.Written;
using Actors.Simulation.World;
using Shouldly;

namespace Actors.Simulation.Tests;

public sealed class WorldTests
{
    private const int Orders = 3;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Where_nothing_goes_wrong_every_order_does_each_of_its_effects_once(int silos)
    {
        var result = Run(seed: 1, silos, FaultOptions.None);

        result.Violations.ShouldBeEmpty();
        result.Effects.Count.ShouldBe(Orders * 4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_seed_decides_everything(int silos)
    {
        var faults = FaultOptions.Swarm(7);

        Run(seed: 7, silos, faults).TraceHash.ShouldBe(Run(seed: 7, silos, faults).TraceHash);
        Run(seed: 8, silos, faults).TraceHash.ShouldNotBe(Run(seed: 7, silos, faults).TraceHash);
    }

    private static SimulationResult Run(ulong seed, int silos, FaultOptions faults)
    {
        var program = OrderProgram.Of(Orders);
        var options = new SimulationOptions { Configure = program.Configure, Silos = silos, Faults = faults };
        return SimulatedWorld.Run(seed, options, program.RunAsync);
    }
}
