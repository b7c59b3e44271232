using Actors.Simulation.Programs;

namespace Actors.Simulation.Mutants;

/// <summary>How a mutant was found.</summary>
/// <param name="Mutant">Which.</param>
/// <param name="WithFaults">Whether it took a hostile world.</param>
/// <param name="Seeds">How many seeds it took.</param>
/// <param name="Violation">What was seen first.</param>
internal sealed record Catch(Mutant Mutant, bool WithFaults, int Seeds, string Violation);

/// <summary>Looks for a planted mutant: with seeds that show nothing without it.</summary>
internal static class MutantHunt
{
    /// <summary>The first seed that shows it; null: none of so many.</summary>
    public static Catch? Find(Mutant mutant, int seedsMax)
    {
        for (var seed = 0; seed < seedsMax; seed++)
        {
            foreach (var withFaults in (bool[])[false, true])
            {
                var run = SeedRun.Of((ulong)seed, withFaults);
                var seen = Violations(run with { Mutant = mutant });
                if (seen.Count > 0 && Violations(run).Count == 0)
                    return new Catch(mutant, withFaults, seed + 1, seen[0]);
            }
        }

        return null;
    }

    private static IReadOnlyList<string> Violations(SeedRun run)
    {
        try
        {
            return run.Run().Violations;
        }
        catch (Exception e)
        {
            return [$"[thrown] {e.GetType().Name}: {e.Message}"];
        }
    }
}
