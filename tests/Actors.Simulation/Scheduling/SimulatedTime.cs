namespace Actors.Simulation.Scheduling;

/// <summary>
/// The clocks of one process: a wall clock that may be set, and a monotonic one that timers go by. As the system's,
/// its timers know whole milliseconds and cut off the rest, so they may be early by less than one.
/// </summary>
internal sealed class SimulatedTime(SimulatedNode node) : TimeProvider
{
    /// <summary>When all worlds begin.</summary>
    public static DateTimeOffset Beginning { get; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() =>
        Beginning + TimeSpan.FromTicks(node.Scheduler.Now) + node.WallOffset;

    public override long GetTimestamp() => node.Scheduler.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(node, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SimulatedTimer(SimulatedNode node, TimerCallback callback, object? state) : ITimer
    {
        private SimulatedScheduler.Timer? _armed;
        private TimeSpan _period;
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed) return false;
            if (_armed is { } armed) armed.IsCancelled = true;
            _armed = null;
            _period = period;
            if (dueTime >= TimeSpan.Zero) Arm(dueTime);
            return true;
        }

        public void Dispose()
        {
            Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _isDisposed = true;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Arm(TimeSpan due)
        {
            var whole = due.Ticks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond;
            _armed = node.Scheduler.Arm(new SimulatedScheduler.Timer(node, Fire), node.Scheduler.Now + whole);
        }

        private void Fire()
        {
            _armed = null;
            if (_period > TimeSpan.Zero) Arm(_period);
            callback(state);
        }
    }
}

/// <summary>The clock of whichever process runs now: for handlers, which are the same in all of them.</summary>
internal sealed class RunningTime : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => NodeContext.RunningNode.Time.GetUtcNow();

    public override long GetTimestamp() => NodeContext.RunningNode.Time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        NodeContext.RunningNode.Time.CreateTimer(callback, state, dueTime, period);
}
