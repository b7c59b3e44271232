using Actors.Journal;
using Actors.Silo.Embedded;
using Actors.Simulation.Faults;
using Actors.Simulation.Network;
using Actors.Simulation.Scheduling;
using Actors.Simulation.Storage;

namespace Actors.Simulation.World;

/// <summary>
/// A world on one thread that one seed decides: the engine itself in simulated processes, on simulated clocks, a
/// simulated disk and a simulated network.
/// <para><see cref="Run"/> starts the silos, runs a program (which acts by <see cref="WorldContext.Client"/>) to its
/// end, lets everything come to rest, and checks what must always hold: the auditor over the store; nothing ran before
/// its cause was safe; what a live grain says is what its journal says. What the program's own outcome must be, the
/// program checks (<see cref="WorldContext.Violation"/>). After the faults have stopped it must end within
/// <see cref="SimulationOptions.QuietWithin"/>.</para>
/// </summary>
public sealed class SimulatedWorld
{
    private const long StepsMax = 5_000_000;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    private readonly ulong _seed;
    private readonly SimulatedNode _outside;
    private readonly SimulatedDisk _disk = new();
    private readonly List<SimulatedSilo> _silos = [];
    private readonly List<string> _violations = [];
    private readonly HashSet<string> _crashPoints = new(StringComparer.Ordinal);
    private readonly Nemesis _nemesis;
    private readonly StoreServer? _server;
    private SimulatedStore? _localStore;
    private ulong _streams = 16;

    private SimulatedWorld(ulong seed, SimulationOptions options)
    {
        (_seed, Options) = (seed, options);
        Scheduler = new SimulatedScheduler(seed) { TraceLog = options.KeepTrace ? [] : null };
        Causes = new DurableCauses(Scheduler.TraceLog);
        _outside = Scheduler.NewNode("outside");
        ClientNode = Scheduler.NewNode("client");
        Faults = new WorldFaults(seed, options.Faults, Scheduler, Kill, Causes.Add);
        Network = new SimulatedNetwork(Scheduler, _outside, Faults);
        ProgramRandom = NewRandom();
        var client = new SimulatedClient(this, ClientNode);
        Context = new WorldContext(this, new EffectLog(Faults), new RunningTime(), client);
        for (var i = 0; i < options.Silos; i++) _silos.Add(new SimulatedSilo(this, i));
        var isShared = options.Silos > 1 || options.Faults.Rates.ContainsKey(FaultKind.Zombie);
        _server = isShared ? new StoreServer(this, _disk) : null;
        _nemesis = new Nemesis(this, _outside, _silos, _server);
        HasOnlyStops = options.Faults.Plan.IsEmpty && options.Faults.Rates.Keys.All(kind => kind == FaultKind.Stop);
    }

    internal SimulationOptions Options { get; }

    internal SimulatedScheduler Scheduler { get; }

    internal SimulatedNode ClientNode { get; }

    internal WorldFaults Faults { get; }

    internal SimulatedNetwork Network { get; }

    internal SimulatedRandom ProgramRandom { get; }

    internal WorldContext Context { get; }

    /// <summary>Nothing has gone wrong, and nothing will of itself: silos were told to end at most.</summary>
    internal bool HasOnlyStops { get; private set; }

    /// <summary>As that, on one silo: what runs to its end is recorded before the silo's end.</summary>
    internal bool IsOrderly => HasOnlyStops && Options.Silos == 1;

    internal DurableCauses Causes { get; }

    /// <summary>Every host there was; what they keep outside of the world is let go of at its end.</summary>
    internal List<EmbeddedGrainHost> Hosts { get; } = [];

    /// <summary>The engines of stores that are open, or were.</summary>
    internal IEnumerable<SimulatedStore> Stores => _server is { } server
        ? new[] { server.Store! }
        : _localStore is { } local ? [local] : [];

    internal IReadOnlyList<SimulatedSilo> SilosUp => _silos.FindAll(silo => silo.IsUp);

    /// <summary>Runs a program in a world of its own, on this thread, to its end.</summary>
    /// <param name="seed">Decides everything: the same seed, options and program give the same trace hash.</param>
    /// <param name="options">What there is, and what may go wrong.</param>
    /// <param name="program">Acts as clients do, and checks what came of it.</param>
    public static SimulationResult Run(ulong seed, SimulationOptions options, Func<WorldContext, Task> program)
    {
        var world = new SimulatedWorld(seed, options);
        try
        {
            return world.RunAll(program);
        }
        finally
        {
            foreach (var host in world.Hosts) host.Metrics.Dispose();
        }
    }

    internal SimulatedRandom NewRandom() => SimulatedRandom.Of(_seed, ++_streams);

    internal void Violation(string what)
    {
        Scheduler.Trace("violation");
        _violations.Add(what);
    }

    internal async Task<IJournalStore> OpenStoreAsync(SimulatedSilo silo, SimulatedNode node)
    {
        if (_server is { } server) return new StoreClient(await ServerLink.OpenAsync(this, silo, node, server));
        _localStore = new SimulatedStore(node, _disk, Faults);
        return new StoreClient(new LocalLink(_localStore));
    }

    internal TimeSpan Skew(SimulatedSilo silo) => _nemesis.SkewOf(silo);

    /// <summary>Where a grain lives: by a hash over the silos that are up. Null: nowhere.</summary>
    internal SimulatedSilo? OwnerOf(GrainKey key)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in key.Type) hash = (hash ^ c) * 1099511628211UL;
        foreach (var c in key.Id) hash = (hash ^ c) * 1099511628211UL;
        return SilosUp.MaxBy(silo => SimulatedRandom.Mix(hash + (ulong)silo.Index));
    }

    /// <summary>
    /// A process dies. What makes places different: what it is, what happened last, which events became safe last, and
    /// whether a commit was on its way to the disk.
    /// </summary>
    internal void NoteCrash(SimulatedNode node)
    {
        // The restarts at the end are none.
        if (!Faults.IsOn) return;
        var what = _silos.Exists(silo => silo.Node == node) ? "silo" : "server";
        _crashPoints.Add($"{what} {Scheduler.Place} {Causes.Last} {(_disk.Unsynced > 0 ? "unsynced" : "")}");
    }

    /// <summary>A process dies, wherever it is.</summary>
    internal void Kill(SimulatedNode node)
    {
        var pause = Faults.Random.Time(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(3));
        if (_server?.Store?.Node == node) _server.Kill(pause);
        else if (_silos.Find(silo => silo.Node == node) is { } silo) Kill(silo, pause);
        else node.Kill();
    }

    internal void KillSilo(int index, TimeSpan restartAfter) => Kill(_silos[index], restartAfter);

    /// <summary>Tells a silo to end, and ends it at once if it is not so far that it could be told.</summary>
    internal void StopSilo(int index, TimeSpan restartAfter)
    {
        if (_silos[index].IsUp) _silos[index].Stop(restartAfter);
        else if (!_silos[index].IsDraining) Kill(_silos[index], restartAfter);
    }

    /// <summary>A silo's process has drained, and is over.</summary>
    internal void End(SimulatedSilo silo, TimeSpan restartAfter)
    {
        silo.Kill(restartAfter);
        if (_server is null) _disk.Crash(Faults.Random);
    }

    internal GrainKey? RotInvocation() =>
        Faults.Happened(FaultKind.Rot) ? _disk.Rot(Faults.Random, GrainKind.Invocation) : null;

    internal void StopFaults() => _nemesis.Stop();

    internal bool IsDamaged(GrainKey key) => _disk.Peek().Damaged.Contains(key);

    internal IStoreInspection Inspect() => new SimulatedInspection(_disk.Peek());

    private void Kill(SimulatedSilo silo, TimeSpan pause)
    {
        if (silo.Node is { IsDead: false } node) NoteCrash(node);
        HasOnlyStops = false;
        End(silo, pause);
    }

    private SimulationResult RunAll(Func<WorldContext, Task> program)
    {
        _server?.Start();
        foreach (var silo in _silos) silo.Start();
        _nemesis.Begin();
        RunUntilDone("the program", program);
        if (_violations.Count == 0)
        {
            RunUntilDone("rest", context =>
            {
                context.StopFaults();
                return context.DelayAsync(Rest);
            });
        }

        if (_violations.Count == 0) RunUntilDone("the last look", FinalChecks.LiveIsStoredAsync);
        if (_violations.Count == 0 && Options.RestartsAtEnd)
            RunUntilDone("the look behind a restart", FinalChecks.RestartedIsLiveAsync);
        _violations.AddRange(FinalChecks.Audit(_disk.Recover()));
        return new SimulationResult(
            _seed, Scheduler.TraceHash, _violations, TimeSpan.FromTicks(Scheduler.Now), Scheduler.Steps,
            Faults.Crossings, Faults.Counts, Faults.PlannedLeft, Context.Effects.All, Scheduler.TraceLog ?? [],
            _crashPoints);
    }

    private void RunUntilDone(string what, Func<WorldContext, Task> program)
    {
        Task? running = null;
        ClientNode.Post(() => running = program(Context));
        while (running is not { IsCompleted: true })
        {
            if (!Scheduler.Step()) throw new SimulationException($"{what} waits for something that will never happen");
            if (Scheduler.Now > _nemesis.QuietAt + Options.QuietWithin.Ticks)
            {
                var shown = FinalChecks.Shown(_disk.Peek());
                Violation($"{what} has not ended {Options.QuietWithin} after the last fault: {shown}");
                return;
            }

            if (Scheduler.Steps <= StepsMax) continue;
            Violation($"{what} has not ended after {StepsMax} callbacks");
            return;
        }

        if (running.Exception?.InnerException is { } trouble) Violation($"{what} failed: {trouble}");
    }
}
