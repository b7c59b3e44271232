namespace Actors.Simulation.Scheduling;

/// <summary>
/// One process of the simulated world: what runs in it, its clock, its end. A restart is a new one. Once dead, nothing
/// of it runs any more, and what its last turn still does has no effect on the world.
/// </summary>
internal sealed class SimulatedNode
{
    public SimulatedNode(SimulatedScheduler scheduler, string name, int id)
    {
        (Scheduler, Name, Id) = (scheduler, name, id);
        Context = new NodeContext(this);
        Time = new SimulatedTime(this);
    }

    public SimulatedScheduler Scheduler { get; }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>Counted from 1 in the order of starts.</summary>
    public int Id { get; }

    public NodeContext Context { get; }

    public SimulatedTime Time { get; }

    public bool IsDead { get; private set; }

    /// <summary>Stopped by the operating system for a while: its callbacks wait.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>How far its wall clock is off; may jump.</summary>
    public TimeSpan WallOffset { get; set; }

    /// <summary>Attempts that run in it.</summary>
    public int Attempts { get; set; }

    /// <summary>Watches that it serves.</summary>
    public int Watches { get; set; }

    public List<ReadyItem> Backlog { get; } = [];

    public void Kill() => IsDead = true;

    public void Freeze() => IsFrozen = true;

    public void Thaw()
    {
        IsFrozen = false;
        foreach (var item in Backlog) Scheduler.Add(item);
        Backlog.Clear();
    }

    /// <summary>Runs something in this process soon.</summary>
    public void Post(Action action) => Scheduler.Post(this, static state => ((Action)state!)(), action);

    /// <summary>Runs something in this process after a time.</summary>
    public void After(TimeSpan time, Action action) => Scheduler.At(this, Scheduler.Now + time.Ticks, action);

    /// <summary>Goes on in this process after a time.</summary>
    public Task DelayAsync(TimeSpan time)
    {
        var done = new TaskCompletionSource();
        After(time, done.SetResult);
        return done.Task;
    }
}

/// <summary>Brings everything that is awaited in a process back into it.</summary>
internal sealed class NodeContext(SimulatedNode node) : SynchronizationContext
{
    public SimulatedNode Node => node;

    /// <summary>The process that runs now.</summary>
    public static SimulatedNode RunningNode => (Current as NodeContext)?.Node
        ?? throw new SimulationException("this code runs outside of the simulated world");

    public override void Post(SendOrPostCallback d, object? state) => node.Scheduler.Post(node, d, state);

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new SimulationException("something blocks on the simulated world: it has one thread");

    public override SynchronizationContext CreateCopy() => this;
}

/// <summary>The simulation itself is broken: something left its thread, or its loop can't go on.</summary>
internal sealed class SimulationException(string message) : Exception(message);
