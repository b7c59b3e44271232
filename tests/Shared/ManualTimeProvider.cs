namespace Actors.Tests;

/// <summary>
/// A clock that stands still until it is told to move. Timers fire inside <see cref="Advance"/>, on its thread, in the
/// order in which they are due, each at its own time.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _armed = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private DateTimeOffset _now = start;
    private long _order;

    /// <summary>Starts at noon of 1 January 2026, UTC.</summary>
    public ManualTimeProvider() : this(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers are waiting to fire.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_lock) return _armed.Count;
        }
    }

    /// <summary>When the next timer is due; null: none is armed.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_lock) return _armed.Count == 0 ? null : _armed.Min(t => t.Due);
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires what is due on the way, what that arms included.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset target;
        lock (_lock) target = _now + by;
        while (TakeNext(target) is { } timer) timer.Fire();
    }

    /// <summary>
    /// Completes as soon as at least so many timers are armed: the way to wait for code that is about to wait.
    /// </summary>
    public Task WhenArmedAsync(int count = 1)
    {
        lock (_lock)
        {
            if (_armed.Count >= count) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
            return reached.Task;
        }
    }

    private ManualTimer? TakeNext(DateTimeOffset target)
    {
        lock (_lock)
        {
            var next = _armed.OrderBy(t => t.Due).ThenBy(t => t.Order).FirstOrDefault();
            if (next is null || next.Due > target)
            {
                _now = target;
                return null;
            }

            if (next.Due > _now) _now = next.Due;
            _armed.Remove(next);
            if (next.Period > TimeSpan.Zero) Arm(next, next.Period);
            return next;
        }
    }

    private void Arm(ManualTimer timer, TimeSpan dueIn)
    {
        timer.Due = _now + dueIn;
        timer.Order = _order++;
        _armed.Add(timer);
        foreach (var (_, reached) in _waiters.Where(w => w.Count <= _armed.Count)) reached.TrySetResult();
        _waiters.RemoveAll(w => w.Count <= _armed.Count);
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public DateTimeOffset Due { get; set; }

        public long Order { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                if (_disposed) return false;
                clock._armed.Remove(this);
                Period = period;
                if (dueTime != Timeout.InfiniteTimeSpan) clock.Arm(this, dueTime);
                return true;
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                clock._armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
