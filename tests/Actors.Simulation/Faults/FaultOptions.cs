using System.Collections.Immutable;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.Faults;

/// <summary>How hostile a world is.</summary>
public sealed record FaultOptions
{
    /// <summary>Nothing goes wrong, though everything takes its time and order.</summary>
    public static FaultOptions None { get; } = new();

    /// <summary>
    /// Probability of each kind, each time it could happen; of kills, freezes, partitions, full disks and clock jumps
    /// per virtual second. What is not named does not happen by chance.
    /// </summary>
    public ImmutableSortedDictionary<FaultKind, double> Rates { get; init; } =
        ImmutableSortedDictionary<FaultKind, double>.Empty;

    /// <summary>Faults at stated places, one after the other.</summary>
    public ImmutableArray<PlannedFault> Plan { get; init; } = [];

    /// <summary>For how long, in virtual time, things go wrong by chance. Default: 20 seconds.</summary>
    public TimeSpan For { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Silos are told to end, and started again; nothing else happens to them.</summary>
    public static FaultOptions Stops(ulong seed)
    {
        var random = SimulatedRandom.Of(seed, StopStream);
        return None.WithStops(random) with { For = TimeSpan.FromSeconds(random.Next(2, 20)) };
    }

    /// <summary>
    /// A mix of kinds and rates that a seed decides; every kind but <see cref="FaultKind.Stop"/> is missing in some.
    /// </summary>
    public static FaultOptions Swarm(ulong seed)
    {
        var random = SimulatedRandom.Of(seed, 3);
        var rates = ImmutableSortedDictionary.CreateBuilder<FaultKind, double>();
        foreach (var (kind, most) in Most)
        {
            if (random.Chance(0.4)) rates.Add(kind, most * random.NextDouble());
        }

        return new FaultOptions { Rates = rates.ToImmutable(), For = TimeSpan.FromSeconds(random.Next(2, 40)) };
    }

    /// <summary>As it is, or with stops: drawn apart, so that seeds without them stay what they were.</summary>
    public FaultOptions WithStopsOrNot(ulong seed)
    {
        var random = SimulatedRandom.Of(seed, StopStream);
        return random.Chance(0.4) ? WithStops(random) : this;
    }

    private FaultOptions WithStops(SimulatedRandom random) =>
        this with { Rates = Rates.SetItem(FaultKind.Stop, 0.1 + StopsMost * random.NextDouble()) };

    private const ulong StopStream = 13;
    private const double StopsMost = 0.4;

    private static (FaultKind, double)[] Most { get; } =
    [
        (FaultKind.Kill, 0.5), (FaultKind.Zombie, 0.1), (FaultKind.Freeze, 0.2), (FaultKind.FlushFails, 0.05),
        (FaultKind.SlowFlush, 0.1), (FaultKind.AppendUncertain, 0.2), (FaultKind.AppendLost, 0.2),
        (FaultKind.ReadFails, 0.2), (FaultKind.Full, 0.2), (FaultKind.ServerKill, 0.2), (FaultKind.Drop, 0.2),
        (FaultKind.Duplicate, 0.3), (FaultKind.Delay, 0.2), (FaultKind.Partition, 0.3), (FaultKind.WrongOwner, 0.3),
        (FaultKind.ClockJump, 0.1), (FaultKind.HandlerFails, 0.3), (FaultKind.HandlerFailsAfter, 0.2),
        (FaultKind.HandlerHangs, 0.05),
    ];
}
