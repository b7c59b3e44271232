using Actors.Simulation.Faults;
using Actors.Simulation.Mutants;
using Actors.Simulation.Scheduling;
using Actors.Simulation.World;

namespace Actors.Simulation.Programs;

/// <summary>What may go wrong in the world of a seed.</summary>
internal enum FaultMode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Silos are told to end, and started again.</summary>
    Stops,

    /// <summary>What the seed wants of everything that can.</summary>
    All,
}

/// <summary>A random program and the world it runs in: all that a seed decides, as data that can be shrunk.</summary>
/// <param name="Seed">Of the world's schedule.</param>
/// <param name="Program">What is run.</param>
/// <param name="Silos">How many share it.</param>
/// <param name="Faults">What goes wrong.</param>
internal sealed record SeedRun(ulong Seed, RandomProgram Program, int Silos, FaultOptions Faults)
{
    private const int SilosMax = 3;
    private static readonly TimeSpan QuietWithin = TimeSpan.FromHours(1);

    /// <summary>What is broken on purpose. Default: nothing.</summary>
    public Mutant Mutant { get; init; }

    /// <summary>What a seed stands for.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="mode">What may go wrong.</param>
    /// <param name="isBare">Nobody watches, and no silo is told to end: what seeds stood for before they could.</param>
    public static SeedRun Of(ulong seed, FaultMode mode = FaultMode.All, bool isBare = false)
    {
        var program = ProgramGenerator.Make(seed);
        if (!isBare) program = Watched(program, SimulatedRandom.Of(seed, 11));
        var faults = mode switch
        {
            FaultMode.None => FaultOptions.None,
            FaultMode.Stops => FaultOptions.Stops(seed),
            _ => isBare ? FaultOptions.Swarm(seed) : FaultOptions.Swarm(seed).WithStopsOrNot(seed),
        };
        // Who waits until a stated time for what others do can't be told what comes out if the clock is set.
        if (program.TrustsClocks) faults = faults with { Rates = faults.Rates.Remove(FaultKind.ClockJump) };
        var silos = SimulatedRandom.Of(seed, 9).Chance(0.4) ? SilosMax : 1;
        return new SeedRun(seed, program, silos, faults);
    }

    /// <summary>Runs it to its end, on this thread.</summary>
    public SimulationResult Run(bool keepTrace = false)
    {
        var outside = new ProgramOutside();
        var handlers = new ProgramHandlers(Program, outside);
        var options = new SimulationOptions
        {
            Configure = (engine, world) =>
            {
                handlers.Configure(engine, world);
                MutantPlant.Plant(Mutant, engine);
            },
            Silos = Silos,
            Faults = Faults,
            QuietWithin = QuietWithin,
            RestartsAtEnd = true,
            KeepTrace = keepTrace,
        };
        return SimulatedWorld.Run(Seed, options, Live);

        Task Live(WorldContext world) => new ProgramRun(this, outside, world).RunAsync();
    }

    private static RandomProgram Watched(RandomProgram program, SimulatedRandom random) => program with
    {
        Lanes = [.. program.Lanes.Select(lane => lane with { IsWatched = random.Chance(0.4) })],
    };
}
