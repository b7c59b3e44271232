using Actors.Simulation.Programs.Written;
using Shouldly;

namespace Actors.Simulation.Tests;

/// <summary>Written programs under random mixes of everything that can go wrong, each seed twice.</summary>
public abstract class SwarmTests(int silos)
{
    private const ulong Seeds = 25;

    public static TheoryData<string> All { get; } = [.. WrittenPrograms.AllAndLarge.Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void Whatever_goes_wrong_a_program_ends_as_it_should_and_the_same_way_twice(string name)
    {
        var program = WrittenPrograms.Named(name);
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var again = $"seed {seed}, commit {Reproduction.Commit}; " +
                Reproduction.Of($"crash {name} --silos {silos} --seed {seed}");
            var result = WrittenPrograms.Swarm(program, silos, seed);

            result.Violations.ShouldBeEmpty(again);
            WrittenPrograms.Swarm(program, silos, seed).TraceHash.ShouldBe(result.TraceHash, again);
        }
    }
}

public sealed class SwarmOnOneSiloTests() : SwarmTests(silos: 1);

public sealed class SwarmOnThreeSilosTests() : SwarmTests(silos: 3);
