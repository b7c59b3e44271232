namespace Actors.Storage;

/// <summary>
/// Remembers what was used last: two generations, each of half the size. When the young one is full it becomes the old
/// one, and what was in the old one and never used again is forgotten.
/// </summary>
internal sealed class GenerationCache<TKey, TValue>(int countMax)
    where TKey : notnull
    where TValue : class
{
    private readonly int _generationMax = Math.Max(1, countMax / 2);
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];

    public TValue? Find(TKey key)
    {
        if (_young.TryGetValue(key, out var value)) return value;
        if (_old.Remove(key, out value)) Add(key, value);
        return value;
    }

    public void Add(TKey key, TValue value)
    {
        if (_young.Count >= _generationMax)
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
        }

        _young[key] = value;
    }

    public void Remove(TKey key)
    {
        _young.Remove(key);
        _old.Remove(key);
    }

    public void Clear()
    {
        _young.Clear();
        _old.Clear();
    }
}
