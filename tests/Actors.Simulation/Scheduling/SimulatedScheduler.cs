using System.Runtime.InteropServices;

namespace Actors.Simulation.Scheduling;

/// <summary>Something that can run now.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReadyItem(SimulatedNode Node, SendOrPostCallback Callback, object? State);

/// <summary>
/// The world's one thread. What can run is picked in an order that only the seed decides; when nothing can, time jumps
/// to the next timer. Everything that happens goes into the trace hash.
/// </summary>
internal sealed class SimulatedScheduler(ulong seed)
{
    private const int TicksPerCallbackMax = 400;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly SimulatedRandom _random = SimulatedRandom.Of(seed, 1);
    private readonly List<ReadyItem> _ready = [];
    private readonly PriorityQueue<Timer, (long Due, long Order)> _timers = new();
    private long _order;
    private int _nodes;
    private string? _intruder;

    /// <summary>Time since the world began, in ticks of 100 ns: the monotonic clock of all processes.</summary>
    public long Now { get; private set; }

    /// <summary>What happened last that a process could die at: a boundary, or a message on its way.</summary>
    public string Place { get; set; } = "";

    /// <summary>Callbacks that have run.</summary>
    public long Steps { get; private set; }

    public ulong TraceHash { get; private set; } = 14695981039346656037UL;

    /// <summary>Everything that was traced, for people; null: not wanted.</summary>
    public List<string>? TraceLog { get; init; }

    public SimulatedNode NewNode(string name) => new(this, name, ++_nodes);

    /// <summary>Notes that something happened.</summary>
    public void Trace(string what, ulong detail = 0)
    {
        var hash = TraceHash ^ (ulong)Now;
        foreach (var c in what) hash = (hash ^ c) * 1099511628211UL;
        TraceHash = SimulatedRandom.Mix(hash ^ detail);
        TraceLog?.Add($"{Now / (double)TimeSpan.TicksPerSecond,12:F6} {what} {detail:x}");
    }

    public void Post(SimulatedNode node, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Volatile.Write(ref _intruder, Environment.StackTrace);
            return;
        }

        if (!node.IsDead) Add(new ReadyItem(node, callback, state));
    }

    public void Add(ReadyItem item) => _ready.Add(item);

    public void At(SimulatedNode node, long due, Action action)
    {
        if (!node.IsDead) Arm(new Timer(node, action), due);
    }

    public Timer Arm(Timer timer, long due)
    {
        _timers.Enqueue(timer, (due, ++_order));
        return timer;
    }

    /// <summary>Runs one callback, after the next timer if nothing can run now.</summary>
    /// <returns>False if there is neither: nothing will ever happen again.</returns>
    /// <exception cref="SimulationException">Something of the world runs on another thread.</exception>
    public bool Step()
    {
        if (Volatile.Read(ref _intruder) is { } stack)
            throw new SimulationException("a callback came from outside of the simulated world:\n" + stack);
        while (true)
        {
            FireTimers();
            if (_ready.Count == 0)
            {
                if (!_timers.TryPeek(out _, out var next)) return false;
                Now = Math.Max(Now, next.Due);
                continue;
            }

            var item = Take();
            if (item.Node.IsDead) continue;
            if (item.Node.IsFrozen)
            {
                item.Node.Backlog.Add(item);
                continue;
            }

            Run(item);
            return true;
        }
    }

    private ReadyItem Take()
    {
        var index = _random.Next(_ready.Count);
        var item = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        return item;
    }

    private void Run(ReadyItem item)
    {
        Steps++;
        Now += _random.Next(TicksPerCallbackMax);
        Trace("run", (ulong)item.Node.Id);
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(item.Node.Context);
        try
        {
            item.Callback(item.State);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private void FireTimers()
    {
        while (_timers.TryPeek(out var timer, out var at) && at.Due <= Now)
        {
            _timers.Dequeue();
            if (!timer.IsCancelled && !timer.Node.IsDead)
                Add(new ReadyItem(timer.Node, static state => ((Timer)state!).Fire(), timer));
        }
    }

    /// <summary>Something that is to run at a time.</summary>
    internal sealed class Timer(SimulatedNode node, Action action)
    {
        public SimulatedNode Node => node;

        public bool IsCancelled { get; set; }

        public void Fire()
        {
            if (!IsCancelled) action();
        }
    }
}
