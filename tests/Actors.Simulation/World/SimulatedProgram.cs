using Actors.Silo.Embedded;
using Actors.Simulation.Faults;

namespace Actors.Simulation.World;

/// <summary>Something to run in simulated worlds.</summary>
/// <param name="Name">For the command line and for people.</param>
/// <param name="Configure">As <see cref="SimulationOptions.Configure"/>.</param>
/// <param name="RunAsync">Acts as clients do, and checks what came of it.</param>
public sealed record SimulatedProgram(
    string Name, Action<ActorsOptions, WorldContext> Configure, Func<WorldContext, Task> RunAsync)
{
    /// <summary>For how much longer things go wrong by chance than in other programs. Default: not at all.</summary>
    public TimeSpan FaultsLonger { get; init; }

    /// <summary>Whether what comes out depends on the time elsewhere: then clocks are not set. Default: no.</summary>
    public bool TrustsClocks { get; init; }

    /// <summary>What goes wrong, whatever the seed; null: what the seed draws. Default: null.</summary>
    public FaultOptions? Faults { get; init; }

    /// <summary>The faults of a seed, as far as they fit.</summary>
    internal FaultOptions FaultsOf(ulong seed)
    {
        if (Faults is not null) return Faults;
        var faults = FaultOptions.Swarm(seed).WithStopsOrNot(seed);
        return faults with
        {
            For = faults.For + FaultsLonger,
            Rates = TrustsClocks ? faults.Rates.Remove(FaultKind.ClockJump) : faults.Rates,
        };
    }
}
