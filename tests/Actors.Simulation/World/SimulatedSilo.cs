using Actors.Grains.Work;
using Actors.Journal;
using Actors.Silo.Embedded;
using Actors.Simulation.Network;
using Actors.Simulation.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Simulation.World;

/// <summary>
/// A machine that runs one silo process after the other: the engine itself, as a program would start it.
/// </summary>
internal sealed class SimulatedSilo(SimulatedWorld world, int index) : IHostPlace
{
    /// <summary>Attempts take less than the engine waits for, where nothing goes wrong.</summary>
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(200);

    private ActorsEngine? _engine;

    public int Index => index;

    public string Name { get; } = $"silo{index}";

    public SimulatedNode? Listener => Node is { IsDead: false } ? Node : null;

    /// <summary>The process; null: there is none.</summary>
    public SimulatedNode? Node { get; private set; }

    /// <summary>Whether it takes calls.</summary>
    public bool IsUp => Node is { IsDead: false } && _engine is { IsRunning: true };

    /// <summary>Whether it was told to end, and is not at its end yet.</summary>
    public bool IsDraining => Node is { IsDead: false } && _engine is { IsRunning: false };

    public ActorsEngine Engine => _engine ?? throw new UnavailableException($"{Name} does not run");

    /// <summary>When another process is started; null: not by itself.</summary>
    public long? RestartAt { get; set; }

    /// <summary>Its part in the cluster; null: it does not run, or is alone.</summary>
    public SimulatedCluster? Cluster { get; private set; }

    /// <summary>The store as this process sees it.</summary>
    public IJournalStore? Store { get; private set; }

    public void Start()
    {
        RestartAt = null;
        var node = world.Scheduler.NewNode(Name);
        node.WallOffset = world.Skew(this);
        Node = node;
        node.Post(() => Begin(node));
    }

    /// <summary>The process is over at once.</summary>
    public void Kill(TimeSpan restartAfter)
    {
        Node?.Kill();
        RestartAt = world.Scheduler.Now + restartAfter.Ticks;
        Abandon();
    }

    /// <summary>The process is told to end: it drains, and then it is over.</summary>
    public void Stop(TimeSpan restartAfter)
    {
        if (Node is { IsDead: false } node && _engine is { IsRunning: true } engine)
            node.Post(() => Drain(node, engine, restartAfter));
    }

    /// <summary>The process may go on, but its place in the network is free for another one.</summary>
    public SimulatedNode? Abandon()
    {
        var left = Node;
        (Node, _engine, Cluster, Store) = (null, null, null, null);
        return left;
    }

    private async void Begin(SimulatedNode node)
    {
        try
        {
            var store = await world.OpenStoreAsync(this, node);
            if (Node == node) Store = store;
            var options = new ActorsOptions
            {
                Store = (_, _) => new ValueTask<IJournalStore>(store),
                Host = world.Options.Host(world.ProgramRandom),
                Runtime = new SimulatedRuntime(node, world.NewRandom()),
            };
            world.Options.Configure(options, world.Context);
            var wrap = options.WrapWorker;
            options.WrapWorker = worker => new SimulatedWorker(wrap?.Invoke(worker) ?? worker, world, node);
            options.Cluster = (host, worker, _) => Surround(node, host, worker);
            var engine = new ActorsEngine(options, NoServices.Instance, NullLoggerFactory.Instance, node.Time);
            await engine.StartAsync(CancellationToken.None);
            world.Scheduler.Trace("up", (ulong)node.Id);
            if (Node == node) _engine = engine;
        }
        catch (ActorsException)
        {
            // As a program that can't start: it ends, and is started again.
            world.Scheduler.Trace("start failed", (ulong)node.Id);
            world.Kill(node);
        }
    }

    private async void Drain(SimulatedNode node, ActorsEngine engine, TimeSpan restartAfter)
    {
        var began = world.Scheduler.Now;
        world.Scheduler.Trace("drain", (ulong)node.Id);
        try
        {
            await engine.StopAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            world.Violation($"[drain] {Name} can't stop: {e}");
        }

        var took = TimeSpan.FromTicks(world.Scheduler.Now - began);
        world.Scheduler.Trace("drained", (ulong)node.Id);
        // The engine is over; its program takes a moment to be.
        await node.DelayAsync(Farewell);
        if (world.IsOrderly && (took > DrainMax || node.Attempts > 0))
            world.Violation($"[drain] {Name} took {took} to stop, and {node.Attempts} attempts did not end");
        if (world.IsOrderly && node.Watches > 0)
            world.Violation($"[drain] {Name} has stopped, and {node.Watches} watches wait for it");
        if (Node != node)
        {
            node.Kill();
            return;
        }

        world.End(this, restartAfter);
    }

    private SimulatedCluster? Surround(SimulatedNode node, EmbeddedGrainHost host, IWorker worker)
    {
        world.Hosts.Add(host);
        if (world.Options.Silos == 1) return null;
        var cluster = new SimulatedCluster(world, this, node, host, worker);
        cluster.Begin();
        // One that was stopped while it started may go on when another has its place already.
        if (Node == node) Cluster = cluster;
        return cluster;
    }

    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
