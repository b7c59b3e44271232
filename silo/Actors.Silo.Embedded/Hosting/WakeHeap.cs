using System.Diagnostics.CodeAnalysis;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>Whom a timer wakes, and who asked for it.</summary>
/// <param name="Grain">The grain.</param>
/// <param name="IsProjected">Whether its projection says so; else it asked for it in memory.</param>
internal readonly record struct WakeKey(GrainKey Grain, bool IsProjected);

/// <summary>
/// A binary heap of keys by due time, with one entry per key that can be moved and taken out: nothing outdated stays
/// in it. Not thread-safe.
/// </summary>
internal sealed class WakeHeap
{
    private readonly Dictionary<WakeKey, Entry> _byKey = [];
    private readonly List<Entry> _entries = [];

    public int Count => _entries.Count;

    public bool TryGet(WakeKey key, out DateTimeOffset due)
    {
        var known = _byKey.TryGetValue(key, out var entry);
        due = entry?.Due ?? default;
        return known;
    }

    public bool TryPeek(out WakeKey key, out DateTimeOffset due)
    {
        var first = _entries.Count > 0 ? _entries[0] : null;
        (key, due) = (first?.Key ?? default, first?.Due ?? default);
        return first is not null;
    }

    /// <summary>Gives a key its due time, in place of what it had.</summary>
    public void Set(WakeKey key, DateTimeOffset due)
    {
        if (!_byKey.TryGetValue(key, out var entry))
        {
            _byKey.Add(key, entry = new Entry(key) { Position = _entries.Count });
            _entries.Add(entry);
        }

        entry.Due = due;
        Settle(entry);
    }

    public bool Remove(WakeKey key)
    {
        if (!_byKey.Remove(key, out var entry)) return false;
        var last = _entries[^1];
        _entries.RemoveAt(_entries.Count - 1);
        if (last == entry) return true;
        Place(last, entry.Position);
        Settle(last);
        return true;
    }

    private void Settle(Entry entry)
    {
        while (entry.Position > 0 && _entries[(entry.Position - 1) / 2] is var parent && entry.Due < parent.Due)
        {
            var position = parent.Position;
            Place(parent, entry.Position);
            Place(entry, position);
        }

        while (TrySmallerChild(entry, out var child))
        {
            var position = child.Position;
            Place(child, entry.Position);
            Place(entry, position);
        }
    }

    private bool TrySmallerChild(Entry entry, [NotNullWhen(true)] out Entry? child)
    {
        var left = entry.Position * 2 + 1;
        child = left < _entries.Count ? _entries[left] : null;
        if (left + 1 < _entries.Count && _entries[left + 1].Due < child!.Due) child = _entries[left + 1];
        return child is not null && child.Due < entry.Due;
    }

    private void Place(Entry entry, int position)
    {
        _entries[position] = entry;
        entry.Position = position;
    }

    private sealed class Entry(WakeKey key)
    {
        public WakeKey Key => key;

        public DateTimeOffset Due { get; set; }

        public int Position { get; set; }
    }
}
