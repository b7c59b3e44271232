using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>Who wants to know when a journal has grown. Costs nothing where nobody does.</summary>
internal sealed class Watchers(HostLog log)
{
    private const int CountMax = 100_000;

    private int _count;
    private readonly ConcurrentDictionary<GrainKey, ImmutableArray<Watch>> _watches = new();

    public IAsyncDisposable Add(GrainKey key, Action<long> grown)
    {
        if (Interlocked.Increment(ref _count) > CountMax)
        {
            Interlocked.Decrement(ref _count);
            throw new OverloadedException($"{CountMax} watchers follow journals already; try again later");
        }

        var watch = new Watch(this, key, grown);
        _watches.AddOrUpdate(key, _ => [watch], (_, others) => others.Add(watch));
        return watch;
    }

    public void Tell(GrainKey key, long headSequence)
    {
        if (Volatile.Read(ref _count) == 0 || !_watches.TryGetValue(key, out var watches)) return;
        foreach (var watch in watches)
        {
            try
            {
                watch.Grown(headSequence);
            }
            catch (Exception e)
            {
                log.WatcherThrew(key, e);
            }
        }
    }

    /// <summary>Lets everybody look again.</summary>
    public void TellAll()
    {
        foreach (var (key, _) in _watches) Tell(key, 0);
    }

    private void Remove(Watch watch)
    {
        while (_watches.TryGetValue(watch.Key, out var watches))
        {
            var rest = watches.Remove(watch);
            var done = rest.IsEmpty
                ? _watches.TryRemove(KeyValuePair.Create(watch.Key, watches))
                : _watches.TryUpdate(watch.Key, rest, watches);
            if (done) return;
        }
    }

    private sealed class Watch(Watchers owner, GrainKey key, Action<long> grown) : IAsyncDisposable
    {
        private int _isRemoved;

        public GrainKey Key => key;

        public void Grown(long headSequence) => grown(headSequence);

        public ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isRemoved, 1) != 0) return default;
            owner.Remove(this);
            Interlocked.Decrement(ref owner._count);
            return default;
        }
    }
}
