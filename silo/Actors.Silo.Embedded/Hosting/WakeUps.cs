namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// One timer for all grains: what is due within the horizon, at most two entries per grain. What is due later is not
/// kept; the scan (of the store's due index and of the grains in memory) finds it again when its time is near. So a
/// million far-off timers take no memory, and an entry that is lost is found again.
/// </summary>
internal sealed class WakeUps : IDisposable
{
    /// <summary>Entries that are kept; more are left to the scan.</summary>
    public const int CountMax = 1_000_000;

    private readonly Lock _lock = new();
    private readonly WakeHeap _heap = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _horizon;
    private readonly Action<WakeKey, TimeSpan> _deliver;
    private readonly ITimer _timer;
    private DateTimeOffset _armed = DateTimeOffset.MaxValue;

    /// <param name="time">Clock.</param>
    /// <param name="horizon">How far ahead entries are kept.</param>
    /// <param name="deliver">Wakes a grain; told how late it is. Called outside of any lock.</param>
    public WakeUps(TimeProvider time, TimeSpan horizon, Action<WakeKey, TimeSpan> deliver)
    {
        (_time, _horizon, _deliver) = (time, horizon, deliver);
        _timer = time.CreateTimer(
            static state => ((WakeUps)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Entries that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _heap.Count;
        }
    }

    /// <summary>Wakes a grain at a time, or earlier if there is an earlier entry of that kind.</summary>
    public void Note(WakeKey key, DateTimeOffset due) => Change(key, due, keepEarlier: true);

    /// <summary>Wakes a grain at a time and, by this kind of entry, at no other; null: not at all.</summary>
    public void Set(WakeKey key, DateTimeOffset? due)
    {
        if (due is not { } at || !Change(key, at, keepEarlier: false))
        {
            lock (_lock) _heap.Remove(key);
        }
    }

    /// <summary>Delivers what is due. Called by the timer; harmless at any other time.</summary>
    public void Fire()
    {
        var due = new List<(WakeKey Key, TimeSpan Late)>();
        lock (_lock)
        {
            _armed = DateTimeOffset.MaxValue;
            var now = _time.GetUtcNow();
            while (_heap.TryPeek(out var key, out var at) && at <= now)
            {
                _heap.Remove(key);
                due.Add((key, now - at));
            }

            if (_heap.TryPeek(out _, out var next)) Arm(next, now);
        }

        foreach (var (key, late) in due) _deliver(key, late);
    }

    public void Dispose() => _timer.Dispose();

    /// <returns>False if it is too far off.</returns>
    private bool Change(WakeKey key, DateTimeOffset due, bool keepEarlier)
    {
        var now = _time.GetUtcNow();
        if (due > now + _horizon) return false;
        lock (_lock)
        {
            var isKnown = _heap.TryGet(key, out var known);
            if (isKnown && keepEarlier && known <= due || !isKnown && _heap.Count >= CountMax) return true;
            _heap.Set(key, due);
            if (due < _armed) Arm(due, now);
            return true;
        }
    }

    private void Arm(DateTimeOffset due, DateTimeOffset now)
    {
        _armed = due;
        // Timers count in whole milliseconds: rounded up, never early.
        var wait = Math.Max(0, Math.Ceiling((due - now).TotalMilliseconds));
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
