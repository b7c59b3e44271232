namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// One timer for all grains: a heap of what is due within the horizon. What is due later is not kept; it is found
/// again by the scan (of the store's due index and of the grains in memory) when its time is near. An entry may be
/// outdated: a wake-up that a grain did not ask for changes nothing.
/// </summary>
internal sealed class WakeUps : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<GrainKey, DateTimeOffset> _heap = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _horizon;
    private readonly Action<GrainKey> _deliver;
    private readonly ITimer _timer;
    private DateTimeOffset _armed = DateTimeOffset.MaxValue;

    public WakeUps(TimeProvider time, TimeSpan horizon, Action<GrainKey> deliver)
    {
        (_time, _horizon, _deliver) = (time, horizon, deliver);
        _timer = time.CreateTimer(static state => ((WakeUps)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Entries that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _heap.Count;
        }
    }

    /// <summary>Keeps a time, unless it is beyond the horizon.</summary>
    public void Note(GrainKey key, DateTimeOffset due)
    {
        var now = _time.GetUtcNow();
        if (due > now + _horizon) return;
        lock (_lock)
        {
            _heap.Enqueue(key, due);
            if (due < _armed) Arm(due, now);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        var due = new List<GrainKey>();
        lock (_lock)
        {
            _armed = DateTimeOffset.MaxValue;
            var now = _time.GetUtcNow();
            while (_heap.TryPeek(out var key, out var at) && at <= now)
            {
                _heap.Dequeue();
                due.Add(key);
            }

            if (_heap.TryPeek(out _, out var next)) Arm(next, now);
        }

        foreach (var key in due) _deliver(key);
    }

    private void Arm(DateTimeOffset due, DateTimeOffset now)
    {
        _armed = due;
        // Timers count in whole milliseconds: rounded up, never early.
        var wait = Math.Max(0, Math.Ceiling((due - now).TotalMilliseconds));
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
