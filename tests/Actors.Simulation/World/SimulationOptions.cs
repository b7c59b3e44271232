using Actors.Silo.Embedded;
using Actors.Simulation.Faults;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.World;

/// <summary>What a simulated world consists of, and what may go wrong in it.</summary>
public sealed record SimulationOptions
{
    /// <summary>
    /// Registers processes, handlers and entities. Called for each silo process that starts. Handlers reach the outside
    /// by <see cref="WorldContext.Effects"/> and wait by <see cref="WorldContext.Time"/>.
    /// </summary>
    public required Action<ActorsOptions, WorldContext> Configure { get; init; }

    /// <summary>
    /// How many silos share the grains. One owns a store in its own process, as a SQLite file; more share a server, as
    /// PostgreSQL, and each activation has an epoch of its own. Default: 1. Range: 1 to 16.
    /// </summary>
    public int Silos { get; init; } = 1;

    /// <summary>What may go wrong. Default: nothing.</summary>
    public FaultOptions Faults { get; init; } = FaultOptions.None;

    /// <summary>
    /// By when, in virtual time after the faults have stopped, the program must have ended. Default: 30 minutes.
    /// </summary>
    public TimeSpan QuietWithin { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Restarts all silos in the end: what they read from the journals must be, in every field, what they had in
    /// memory. Default: no.
    /// </summary>
    public bool RestartsAtEnd { get; init; }

    /// <summary>Keeps a readable trace, in <see cref="SimulationResult.Trace"/>. Default: no.</summary>
    public bool KeepTrace { get; init; }

    /// <summary>Settings of the hosts, drawn anew for each process.</summary>
    internal Func<SimulatedRandom, EmbeddedHostOptions> Host { get; init; } = DrawHost;

    private static EmbeddedHostOptions DrawHost(SimulatedRandom random) => new()
    {
        IdleTimeout = TimeSpan.FromMilliseconds(random.Pick([100, 2_000, 60_000])),
        ActivationsMax = random.Pick([0, 2, 10_000]),
        WorkersMax = random.Pick([1, 4, 256]),
        WorkQueueMax = random.Pick([0, 3, 10_000]),
        TimerHorizon = TimeSpan.FromSeconds(random.Pick([1, 30, 600])),
        ResumeConcurrency = random.Pick([1, 64]),
        RestingMax = random.Pick([0, 2, 64]),
        InTurnMax = TimeSpan.FromMilliseconds(random.Pick([0, 1])),
    };
}

/// <summary>How a simulated world came out.</summary>
/// <param name="Seed">Of everything.</param>
/// <param name="TraceHash">Over everything that happened; the same for the same seed, program and options.</param>
/// <param name="Violations">What must not be; empty: all is well.</param>
/// <param name="VirtualTime">How long it took in there.</param>
/// <param name="Steps">Callbacks that ran.</param>
/// <param name="Crossings">Boundaries that processes crossed.</param>
/// <param name="FaultCounts">How often each <see cref="FaultKind"/> happened.</param>
/// <param name="PlannedFaultsLeft">Planned faults that did not happen: there was no such place.</param>
/// <param name="Effects">What handlers did.</param>
/// <param name="Trace">Readable; empty unless asked for.</param>
/// <param name="CrashPoints">The different places where processes died.</param>
public sealed record SimulationResult(
    ulong Seed, ulong TraceHash, IReadOnlyList<string> Violations, TimeSpan VirtualTime, long Steps, int Crossings,
    IReadOnlyList<int> FaultCounts, int PlannedFaultsLeft, IReadOnlyList<RecordedEffect> Effects,
    IReadOnlyList<string> Trace, IReadOnlyCollection<string> CrashPoints)
{
    /// <summary>Whether nothing was found.</summary>
    public bool IsClean => Violations.Count == 0;
}
