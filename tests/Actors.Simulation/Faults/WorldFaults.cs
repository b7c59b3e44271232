using Actors.Journal;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.Faults;

/// <summary>Decides what goes wrong: by chance as long as it may, and at the planned places.</summary>
internal sealed class WorldFaults(
    ulong seed, FaultOptions options, SimulatedScheduler scheduler, Action<SimulatedNode> kill,
    Action<JournalAppend> becameSafe)
{
    private readonly int[] _counts = new int[Enum.GetValues<FaultKind>().Length];
    private int _planned;
    private int _chances;

    /// <summary>Of faults, latencies and the like.</summary>
    public SimulatedRandom Random { get; } = SimulatedRandom.Of(seed, 2);

    /// <summary>Whether things go wrong by chance.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>How often each kind has happened.</summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <summary>Planned faults that have not happened.</summary>
    public int PlannedLeft => options.Plan.Length - _planned;

    /// <summary>Boundaries that processes have crossed.</summary>
    public int Crossings { get; private set; }

    /// <summary>Whether a fault happens now that could.</summary>
    public bool Draws(FaultKind kind)
    {
        if (Planned(kind)) return Happened(kind);
        return IsOn && options.Rates.TryGetValue(kind, out var rate) && Random.Chance(rate) && Happened(kind);
    }

    /// <summary>Whether a fault that has a rate per second happens within a part of one.</summary>
    public bool DrawsWithin(FaultKind kind, TimeSpan time) =>
        IsOn && options.Rates.TryGetValue(kind, out var rate) && Random.Chance(rate * time.TotalSeconds) &&
        Happened(kind);

    /// <summary>A process comes to a place where its death would be interesting.</summary>
    /// <returns>Whether it is dead.</returns>
    public bool Cross(Boundary boundary, SimulatedNode node)
    {
        if (node.IsDead) return true;
        Crossings++;
        scheduler.Place = boundary.ToString();
        scheduler.Trace(scheduler.Place, (ulong)node.Id);
        if (!Planned(FaultKind.Kill)) return false;
        Happened(FaultKind.Kill);
        kill(node);
        return true;
    }

    /// <summary>An append can't be lost any more.</summary>
    public void BecameSafe(JournalAppend append) => becameSafe(append);

    public bool Happened(FaultKind kind)
    {
        _counts[(int)kind]++;
        scheduler.Trace(kind.ToString());
        return true;
    }

    private bool Planned(FaultKind kind)
    {
        if (_planned >= options.Plan.Length || options.Plan[_planned].Kind != kind) return false;
        if (_chances++ < options.Plan[_planned].At) return false;
        _planned++;
        _chances = 0;
        return true;
    }
}
