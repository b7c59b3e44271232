using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>Who wants to know when a journal has grown. Costs nothing where nobody does.</summary>
internal sealed class Watchers
{
    private readonly ConcurrentDictionary<GrainKey, ImmutableArray<Watch>> _watches = new();

    public IAsyncDisposable Add(GrainKey key, Action<long> grown)
    {
        var watch = new Watch(this, key, grown);
        _watches.AddOrUpdate(key, _ => [watch], (_, others) => others.Add(watch));
        return watch;
    }

    public void Tell(GrainKey key, long headSequence)
    {
        if (_watches.IsEmpty || !_watches.TryGetValue(key, out var watches)) return;
        foreach (var watch in watches) watch.Grown(headSequence);
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
        public GrainKey Key => key;

        public void Grown(long headSequence) => grown(headSequence);

        public ValueTask DisposeAsync()
        {
            owner.Remove(this);
            return default;
        }
    }
}
