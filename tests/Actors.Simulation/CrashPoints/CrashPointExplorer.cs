using Actors.Simulation.Faults;
using Actors.Simulation.World;

namespace Actors.Simulation.CrashPoints;

/// <summary>What an exploration has seen.</summary>
/// <param name="Runs">Worlds that were run.</param>
/// <param name="Points">Places where the first fault happened.</param>
/// <param name="Failure">The plan that showed something that must not be, and what; null: none did.</param>
internal sealed record CrashPointReport(int Runs, int Points, string? Failure);

/// <summary>
/// Breaks a program at every place where it can break: at the n-th boundary for n = 0, 1, 2 ... until a run meets no
/// fault; at depth two also at every boundary behind that. Everything else is the same in all runs, so each run is the
/// one before up to the place of its fault.
/// </summary>
internal static class CrashPointExplorer
{
    /// <summary>Far beyond what a written program needs: an exploration that gets there does not end.</summary>
    private const int PointsMax = 2_000;

    /// <summary>Explores one program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="first">The fault at the n-th place.</param>
    /// <param name="second">The one behind it, while it recovers; null: none.</param>
    /// <param name="silos">How many silos there are.</param>
    public static CrashPointReport Explore(SimulatedProgram program, FaultKind first, FaultKind? second, int silos)
    {
        var runs = 0;
        for (var n = 0; n < PointsMax; n++)
        {
            var outer = new PlannedFault(first, n);
            for (var m = 0; m < PointsMax; m++)
            {
                PlannedFault[] plan = second is { } kind ? [outer, new(kind, m)] : [outer];
                var result = Run(program, plan, silos);
                runs++;
                if (!result.IsClean) return new(runs, n, Describe(program, plan, silos, result));
                if (result.PlannedFaultsLeft == plan.Length) return new(runs, n, null);
                if (result.PlannedFaultsLeft > 0 || second is null) break;
            }
        }

        throw new InvalidOperationException($"'{program.Name}' has more than {PointsMax} places to break at");
    }

    /// <summary>Runs a program with faults at stated places.</summary>
    public static SimulationResult Run(
        SimulatedProgram program, PlannedFault[] plan, int silos, bool keepTrace = false) =>
        SimulatedWorld.Run(
            seed: 1,
            new SimulationOptions
            {
                Configure = program.Configure,
                Silos = silos,
                Faults = new FaultOptions { Plan = [.. plan] },
                KeepTrace = keepTrace,
            },
            program.RunAsync);

    private static string Describe(SimulatedProgram program, PlannedFault[] plan, int silos, SimulationResult result) =>
        $"commit {Reproduction.Commit}: {string.Join("; ", result.Violations)}\n" +
        Reproduction.Of($"crash {program.Name} --silos {silos} --plan {string.Join(',', plan)}");
}
