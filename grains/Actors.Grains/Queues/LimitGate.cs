using Actors.Definitions;

namespace Actors.Grains.Queues;

/// <summary>
/// The limits of one queue as a state machine without a clock: says whether an attempt may begin now, and when to ask
/// again. The embedded host drives it under a lock; a Queue grain will drive the same one in a cluster. The rate is a
/// token bucket that holds one second's worth, at least one token.
/// </summary>
public sealed class LimitGate
{
    private readonly int _concurrency;
    private readonly double _perSecond;
    private readonly double _bucket;
    private double _tokens;
    private DateTimeOffset _filledAt;
    private int _running;

    /// <summary>A gate with nothing running and a full bucket.</summary>
    /// <param name="limit">The limits; null parts are no limit.</param>
    /// <param name="now">Time of making.</param>
    public LimitGate(StepLimit limit, DateTimeOffset now)
    {
        _concurrency = limit.Concurrency ?? int.MaxValue;
        _perSecond = limit.PerSecond ?? double.PositiveInfinity;
        _bucket = _tokens = Math.Max(1, _perSecond);
        _filledAt = now;
    }

    /// <summary>Attempts that have begun and not ended.</summary>
    public int Running => _running;

    /// <summary>Most attempts at once.</summary>
    public int Concurrency => _concurrency;

    /// <summary>Most starts per second.</summary>
    public double PerSecond => _perSecond;

    /// <summary>Whether as many run as may.</summary>
    public bool IsFull => _running >= _concurrency;

    /// <summary>When the bucket is full, so that a new gate would do the same.</summary>
    public DateTimeOffset FullAt(DateTimeOffset now)
    {
        Fill(now);
        return double.IsInfinity(_perSecond) || _tokens >= _bucket
            ? now
            : now + TimeSpan.FromSeconds((_bucket - _tokens) / _perSecond);
    }

    /// <summary>Begins an attempt if the limits allow it.</summary>
    public bool TryBegin(DateTimeOffset now)
    {
        if (IsFull) return false;
        Fill(now);
        if (_tokens < 1) return false;
        if (!double.IsInfinity(_tokens)) _tokens--;
        _running++;
        return true;
    }

    /// <summary>An attempt has ended.</summary>
    public void End() => _running--;

    /// <summary>When the next token comes, if it is tokens that lack; null: an ending attempt will make room.</summary>
    public DateTimeOffset? NextTokenAt(DateTimeOffset now)
    {
        if (IsFull) return null;
        Fill(now);
        return _tokens >= 1 ? now : now + TimeSpan.FromSeconds((1 - _tokens) / _perSecond);
    }

    private void Fill(DateTimeOffset now)
    {
        // A clock that was set back gives nothing, and takes nothing of the time to come.
        if (now < _filledAt) _filledAt = now;
        if (!double.IsInfinity(_perSecond))
            _tokens = Math.Min(_bucket, _tokens + (now - _filledAt).TotalSeconds * _perSecond);
        _filledAt = now;
    }
}
