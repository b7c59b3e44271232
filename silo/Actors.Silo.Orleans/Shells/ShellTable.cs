using System.Collections.Concurrent;

namespace Actors.Silo.Orleans.Shells;

/// <summary>The shells that Orleans has placed on this silo.</summary>
internal sealed class ShellTable
{
    private readonly ConcurrentDictionary<GrainKey, ShellGrain> _shells = new();

    public void Add(GrainKey key, ShellGrain shell) => _shells[key] = shell;

    public void Remove(GrainKey key, ShellGrain shell) => _shells.TryRemove(KeyValuePair.Create(key, shell));

    public ShellGrain? Find(GrainKey key) => _shells.GetValueOrDefault(key);
}
