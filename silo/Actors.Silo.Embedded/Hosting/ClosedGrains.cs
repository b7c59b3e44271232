using System.Collections.Concurrent;
using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Grains whose journals can't be trusted: they stay closed until the silo is started anew. Beyond the bound a
/// journal is read, and refused, each time.
/// </summary>
internal sealed class ClosedGrains
{
    public const int CountMax = 10_000;

    private readonly ConcurrentDictionary<GrainKey, StoreCorruptException> _closed = new();
    private volatile bool _isAny;

    public int Count => _isAny ? _closed.Count : 0;

    /// <summary>Closes a grain.</summary>
    /// <param name="key">Which.</param>
    /// <param name="why">What callers are told; null: it is not closed.</param>
    public void Add(GrainKey key, StoreCorruptException? why)
    {
        if (why is null || _closed.Count >= CountMax) return;
        _closed[key] = why;
        _isAny = true;
    }

    public StoreCorruptException? Find(GrainKey key) => _isAny ? _closed.GetValueOrDefault(key) : null;
}
