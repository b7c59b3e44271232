using Actors.Simulation.Faults;
using Actors.Simulation.Programs.Written;
using Actors.Simulation.World;
using Shouldly;

namespace Actors.Simulation.Tests;

/// <summary>Written programs under random mixes of everything that can go wrong, each seed twice.</summary>
public abstract class SwarmTests(int silos)
{
    private const ulong Seeds = 25;

    private static readonly SimulatedProgram[] Programs = [.. WrittenPrograms.All, OrderProgram.Of(3)];

    public static TheoryData<string> All { get; } = [.. Programs.Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void Whatever_goes_wrong_a_program_ends_as_it_should_and_the_same_way_twice(string name)
    {
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var result = Run(name, seed);

            result.Violations.ShouldBeEmpty($"seed {seed}");
            Run(name, seed).TraceHash.ShouldBe(result.TraceHash, $"seed {seed}");
        }
    }

    private SimulationResult Run(string name, ulong seed)
    {
        var program = Programs.Single(p => p.Name == name);
        var options = new SimulationOptions
        {
            Configure = program.Configure, Silos = silos, Faults = FaultOptions.Swarm(seed),
        };
        return SimulatedWorld.Run(seed, options, program.RunAsync);
    }
}

public sealed class SwarmOnOneSiloTests() : SwarmTests(silos: 1);

public sealed class SwarmOnThreeSilosTests() : SwarmTests(silos: 3);
