using Actors.Grains.Work;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>Tells when the time of a step is up while its attempt waits for a place.</summary>
internal sealed class StepClock : IDisposable
{
    // Timers take at most 49 days.
    private static readonly TimeSpan TimerMax = TimeSpan.FromDays(1);

    private readonly StepTime _step;
    private readonly TimeProvider _time;
    private readonly Action _up;
    private readonly ITimer _timer;

    /// <summary>Begins to watch.</summary>
    /// <param name="step">What is left.</param>
    /// <param name="time">Clock.</param>
    /// <param name="up">Called once the time is up, on whatever thread: at once, if it is up already.</param>
    public StepClock(StepTime step, TimeProvider time, Action up)
    {
        (_step, _time, _up) = (step, time, up);
        _timer = time.CreateTimer(
            static clock => ((StepClock)clock!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Look();
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var left = _step.LeftNow(_time);
        if (left <= TimeSpan.Zero)
        {
            _up();
            return;
        }

        // Timers count whole milliseconds and round down.
        var due = Math.Ceiling(Math.Min(left.TotalMilliseconds, TimerMax.TotalMilliseconds));
        _timer.Change(TimeSpan.FromMilliseconds(due), Timeout.InfiniteTimeSpan);
    }
}
