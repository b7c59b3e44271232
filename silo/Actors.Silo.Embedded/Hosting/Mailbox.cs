using Actors.Grains.Hosting;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// What waits for one grain, in the order of arrival. Many put in, the grain's run takes out. It starts small, since
/// most grains live for a handful of messages, and does not shrink: a grain whose mailbox was full once leaves memory
/// before long. The bound is the activation's.
/// </summary>
internal sealed class Mailbox
{
    private const int FirstLength = 4;

    private readonly Lock _gate = new();
    private Envelope[] _ring = new Envelope[FirstLength];
    private int _first;
    private int _count;

    /// <summary>Whether nothing waits. A moment later that may be different.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    public void Enqueue(Envelope envelope)
    {
        lock (_gate)
        {
            if (_count == _ring.Length) Grow();
            _ring[(_first + _count) & (_ring.Length - 1)] = envelope;
            Volatile.Write(ref _count, _count + 1);
        }
    }

    public bool TryDequeue(out Envelope envelope)
    {
        envelope = default;
        if (IsEmpty) return false;
        lock (_gate)
        {
            if (_count == 0) return false;
            envelope = _ring[_first];
            _ring[_first] = default;
            _first = (_first + 1) & (_ring.Length - 1);
            Volatile.Write(ref _count, _count - 1);
            return true;
        }
    }

    /// <summary>What would be taken out next; null: nothing waits.</summary>
    public GrainMessage? Peek()
    {
        lock (_gate) return _count == 0 ? null : _ring[_first].Message;
    }

    /// <summary>Whether somebody waits for an answer to something in it.</summary>
    public bool HasCall()
    {
        lock (_gate)
        {
            for (var i = 0; i < _count; i++)
            {
                if (_ring[(_first + i) & (_ring.Length - 1)].Call is not null) return true;
            }

            return false;
        }
    }

    // Lengths are powers of two.
    private void Grow()
    {
        var ring = new Envelope[_ring.Length * 2];
        for (var i = 0; i < _count; i++) ring[i] = _ring[(_first + i) & (_ring.Length - 1)];
        (_ring, _first) = (ring, 0);
    }
}
