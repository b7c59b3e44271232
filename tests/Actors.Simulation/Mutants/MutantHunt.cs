using Actors.Simulation.Programs;
using Actors.Simulation.Programs.Written;

namespace Actors.Simulation.Mutants;

/// <summary>How a mutant was found.</summary>
/// <param name="Mutant">Which.</param>
/// <param name="Mode">What could go wrong in the world that showed it.</param>
/// <param name="Seeds">How many seeds it took.</param>
/// <param name="Violation">What was seen first.</param>
internal sealed record Catch(Mutant Mutant, FaultMode Mode, int Seeds, string Violation);

/// <summary>Looks for a planted mutant: with seeds that show nothing without it.</summary>
internal static class MutantHunt
{
    /// <summary>The first seed that shows it; null: none of so many.</summary>
    public static Catch? Find(Mutant mutant, int seedsMax)
    {
        for (var seed = 0; seed < seedsMax; seed++)
        {
            foreach (var mode in Enum.GetValues<FaultMode>())
            {
                var run = SeedRun.Of((ulong)seed, mode);
                var seen = Violations(() => run with { Mutant = mutant });
                if (seen.Count > 0 && Violations(() => run).Count == 0)
                    return new Catch(mutant, mode, seed + 1, seen[0]);
            }
        }

        return null;
    }

    /// <summary>
    /// The first seed that shows anything: of random programs, or of a written one. For an engine that was built with a
    /// mutant in it; what is shown must not be shown without (<see cref="IsClean"/>).
    /// </summary>
    /// <returns>Mode, seed and violation; null: none of so many.</returns>
    public static string[]? FindAny(string? program, int seedsMax)
    {
        for (var seed = 0; seed < seedsMax; seed++)
        {
            foreach (var mode in Enum.GetValues<FaultMode>())
            {
                if (Seen(program, mode, (ulong)seed) is { Count: > 0 } seen) return [$"{mode}", $"{seed}", seen[0]];
            }
        }

        return null;
    }

    /// <summary>Whether a seed shows nothing.</summary>
    public static bool IsClean(string? program, FaultMode mode, ulong seed) => Seen(program, mode, seed).Count == 0;

    private static IReadOnlyList<string> Seen(string? program, FaultMode mode, ulong seed)
    {
        if (program is null) return Violations(() => SeedRun.Of(seed, mode));
        // Written programs have a mix of faults, or none.
        return mode == FaultMode.All
            ? WrittenPrograms.Swarm(WrittenPrograms.Named(program), silos: 1, seed).Violations
            : [];
    }

    private static IReadOnlyList<string> Violations(Func<SeedRun> run)
    {
        try
        {
            return run().Run().Violations;
        }
        catch (Exception e)
        {
            return [$"[thrown] {e.GetType().Name}: {e.Message}"];
        }
    }
}
