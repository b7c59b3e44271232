using Actors.Grains.Hosting;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>When the grain wants to be woken: as it asked for in memory, and as its projection says.</summary>
internal sealed partial class Activation
{
    private DateTimeOffset? _wakeAt;
    private DateTimeOffset? _noted;
    private DateTimeOffset? _projectedWakeAt;
    private bool _knowsProjection;

    /// <summary>Delivered when the time has come that a grain asked for; known by reference.</summary>
    public static WakeUp AskedWakeUp { get; } = new();

    /// <summary>Delivered when the time has come that a projection names; known by reference.</summary>
    public static WakeUp ProjectedWakeUp { get; } = new();

    /// <summary>When the grain asked to be woken; read by the scan, which tolerates an old value.</summary>
    public DateTimeOffset? WakeAt => _wakeAt;

    private void SetWakeAt(DateTimeOffset? due)
    {
        _wakeAt = due;
        if (due == _noted) return;
        _noted = due;
        _host.WakeUps.Set(new WakeKey(Key, false), due);
    }

    private void OnProjected(DateTimeOffset? wakeAt)
    {
        if (_knowsProjection && wakeAt == _projectedWakeAt) return;
        _projectedWakeAt = wakeAt;
        _knowsProjection = true;
        _host.WakeUps.Set(new WakeKey(Key, true), wakeAt);
    }

    /// <summary>After a failure it is read again what the grain waits for.</summary>
    private void ForgetWakeUps()
    {
        SetWakeAt(null);
        _projectedWakeAt = null;
        _knowsProjection = false;
    }

    /// <summary>
    /// Whether a wake-up holds; it may have been overtaken by what the grain asked for since. What the projection of
    /// a grain says is not known until it projects; then the due index was right to wake it.
    /// </summary>
    private bool IsDue(WakeUp wakeUp)
    {
        var now = _host.Time.GetUtcNow();
        var asked = _wakeAt <= now;
        var projected = _projectedWakeAt <= now;
        if (ReferenceEquals(wakeUp, AskedWakeUp))
        {
            _noted = null;
            if (!asked) SetWakeAt(_wakeAt);
        }
        else if (!projected)
        {
            projected = !_knowsProjection;
            if (_projectedWakeAt is { } later) _host.WakeUps.Note(new WakeKey(Key, true), later);
        }

        // One wake-up tells of both.
        if (asked) _wakeAt = null;
        if (_projectedWakeAt <= now) _projectedWakeAt = null;
        return asked || projected;
    }

    /// <summary>Whether the due index would wake the grain in time if it left memory now.</summary>
    private bool CanBeWokenFromOutside() => _wakeAt is not { } at || _projectedWakeAt <= at;
}
