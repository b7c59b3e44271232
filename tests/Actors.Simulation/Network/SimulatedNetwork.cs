using Actors.Simulation.Faults;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.Network;

/// <summary>A place in the network, which one process after the other may have.</summary>
internal interface IHostPlace
{
    /// <summary>Who listens there; null: nobody.</summary>
    SimulatedNode? Listener { get; }
}

/// <summary>
/// What goes between processes: every message takes its own time, so that later ones may overtake; some are lost, some
/// come twice; and whole directions may be cut.
/// </summary>
internal sealed class SimulatedNetwork(SimulatedScheduler scheduler, SimulatedNode world, WorldFaults faults)
{
    private static readonly TimeSpan DelayMax = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SlowMax = TimeSpan.FromSeconds(8);

    private readonly HashSet<(IHostPlace From, IHostPlace To)> _cuts = [];

    public long Messages { get; private set; }

    public void Cut(IHostPlace from, IHostPlace to) => _cuts.Add((from, to));

    public void Heal(IHostPlace from, IHostPlace to) => _cuts.Remove((from, to));

    public void HealAll() => _cuts.Clear();

    /// <summary>Sends something to whoever listens at a place when it arrives.</summary>
    public void Send(SimulatedNode sender, IHostPlace from, IHostPlace to, string what, Action<SimulatedNode> arrives)
    {
        if (sender.IsDead) return;
        Messages++;
        scheduler.Place = what;
        scheduler.Trace(what, (ulong)sender.Id);
        if (_cuts.Contains((from, to)) || faults.Draws(FaultKind.Drop)) return;
        var copies = faults.Draws(FaultKind.Duplicate) ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            var most = faults.Draws(FaultKind.Delay) ? SlowMax : DelayMax;
            world.After(faults.Random.Time(TimeSpan.Zero, most), () => Arrive(to, arrives));
        }
    }

    private static void Arrive(IHostPlace to, Action<SimulatedNode> arrives)
    {
        if (to.Listener is { IsDead: false } listener) listener.Post(() => arrives(listener));
    }
}
