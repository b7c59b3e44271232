using Actors.Journal;
using Actors.Simulation.Faults;
using Actors.Simulation.Network;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.World;

/// <summary>
/// Breaks things by chance until it is told to stop or its time is over, and looks after them as operators do: what is
/// down is started again, a store that has stopped is restarted with its process.
/// </summary>
internal sealed class Nemesis(
    SimulatedWorld world, SimulatedNode outside, IReadOnlyList<SimulatedSilo> silos, StoreServer? server)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongMax = TimeSpan.FromSeconds(15);

    private readonly Dictionary<SimulatedSilo, TimeSpan> _skew = [];
    private readonly List<SimulatedNode> _zombies = [];
    private readonly long _endsAt = world.Options.Faults.For.Ticks;
    private int _plannedLeft = world.Options.Faults.Plan.Length;
    private long _lastFault;

    /// <summary>When the last fault was, or will be at the latest.</summary>
    public long QuietAt => world.Faults.IsOn && world.Options.Faults.Rates.Count > 0 ? _endsAt : _lastFault;

    private WorldFaults Faults => world.Faults;

    private SimulatedRandom Random => world.Faults.Random;

    public void Begin() => outside.After(Period, Tick);

    /// <summary>How far a machine's clock is off.</summary>
    public TimeSpan SkewOf(SimulatedSilo silo) => _skew.GetValueOrDefault(silo);

    /// <summary>No more faults by chance; what is broken is mended.</summary>
    public void Stop()
    {
        if (!Faults.IsOn) return;
        Faults.IsOn = false;
        _lastFault = world.Scheduler.Now;
        world.Network.HealAll();
        foreach (var zombie in _zombies) zombie.Kill();
        foreach (var silo in silos) silo.Node?.Thaw();
        Mend();
    }

    private void Tick()
    {
        if (world.Scheduler.Now >= _endsAt) Stop();
        if (Faults.PlannedLeft != _plannedLeft) (_plannedLeft, _lastFault) = (Faults.PlannedLeft, world.Scheduler.Now);
        Restart();
        foreach (var silo in silos)
        {
            if (silo.Node is { IsFrozen: false } node) Torment(silo, node);
        }

        if (server?.Store is { Node.IsDead: false } && Faults.DrawsWithin(FaultKind.ServerKill, Period))
            server.Kill(Random.Time(Period, LongMax));
        if (Faults.DrawsWithin(FaultKind.Full, Period)) Fill();
        if (silos.Count > 1 && Faults.DrawsWithin(FaultKind.Partition, Period)) Cut();
        outside.After(Period, Tick);
    }

    private void Restart()
    {
        var now = world.Scheduler.Now;
        if (server is { RestartAt: { } due } && due <= now) server.Start();
        if (server?.Store is { Health: StoreHealth.Stopped, Node.IsDead: false })
            server.Kill(Random.Time(Period, LongMax));
        foreach (var silo in silos)
        {
            if (silo.RestartAt is { } at && at <= now) silo.Start();
            else if (!silo.IsDraining && silo is { Store.Health: StoreHealth.Stopped, Node: { IsDead: false } node })
                world.Kill(node);
        }
    }

    private void Torment(SimulatedSilo silo, SimulatedNode node)
    {
        if (Faults.DrawsWithin(FaultKind.Kill, Period))
        {
            world.Kill(node);
        }
        else if (silo.IsUp && Faults.DrawsWithin(FaultKind.Stop, Period))
        {
            silo.Stop(Random.Time(Period, LongMax));
        }
        else if (Faults.DrawsWithin(FaultKind.Freeze, Period))
        {
            node.Freeze();
            outside.After(Random.Time(Period, LongMax), node.Thaw);
        }
        else if (server is not null && Faults.DrawsWithin(FaultKind.Zombie, Period))
        {
            Replace(silo, node);
        }
        else if (Faults.DrawsWithin(FaultKind.ClockJump, Period))
        {
            _skew[silo] = Random.Time(TimeSpan.Zero, TimeSpan.FromMinutes(10)) - TimeSpan.FromMinutes(Random.Next(5));
            node.WallOffset = _skew[silo];
        }
    }

    /// <summary>Stops a process, starts another in its place, and lets the first one go on.</summary>
    private void Replace(SimulatedSilo silo, SimulatedNode node)
    {
        node.Freeze();
        _zombies.Add(node);
        silo.Abandon();
        silo.RestartAt = world.Scheduler.Now + Random.Time(Period, LongMax).Ticks;
        outside.After(Random.Time(Period, LongMax * 2), node.Thaw);
        outside.After(LongMax * 3, node.Kill);
    }

    private void Fill()
    {
        Turn(StoreHealth.Ready, StoreHealth.Full);
        outside.After(Random.Time(Period, LongMax), Mend);
    }

    private void Cut()
    {
        var places = silos.Cast<IHostPlace>().Append(server!).ToList();
        var (from, to) = (Random.Pick(places), Random.Pick(places));
        world.Network.Cut(from, to);
        outside.After(Random.Time(Period, LongMax), () => world.Network.Heal(from, to));
    }

    private void Mend() => Turn(StoreHealth.Full, StoreHealth.Ready);

    private void Turn(StoreHealth from, StoreHealth to)
    {
        foreach (var store in world.Stores.Where(store => store.Health == from)) store.Health = to;
    }
}
