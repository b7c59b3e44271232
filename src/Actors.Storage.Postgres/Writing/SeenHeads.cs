namespace Actors.Storage.Postgres.Writing;

/// <summary>
/// Heads that readers saw on their way: whoever is activated reads its journal and then appends to it, and the writer,
/// which holds up everybody, need not read it again. Guesses, like all that it remembers; but the number of a journal
/// that was purged must not be among them, so what was read before a purge is not taken after it. For any thread.
/// </summary>
internal sealed class SeenHeads
{
    // An append comes within milliseconds of its read, or not at all.
    private const int CountMax = 4_096;

    private readonly Lock _gate = new();
    private readonly GenerationCache<GrainKey, JournalHead> _seen = new(CountMax);
    private long _mark;

    /// <summary>To be taken before a read begins.</summary>
    public long Mark => Volatile.Read(ref _mark);

    /// <summary>A reader saw a head.</summary>
    /// <param name="head">As it is in the database.</param>
    /// <param name="mark">The <see cref="Mark"/> from before the read; too old: it is not kept.</param>
    public void Add(JournalHead head, long mark)
    {
        lock (_gate)
        {
            if (mark == _mark) _seen.Add(head.Key, head);
        }
    }

    /// <summary>Hands a head over, once. Null: none was seen.</summary>
    public JournalHead? Take(GrainKey key)
    {
        lock (_gate)
        {
            var head = _seen.Find(key);
            if (head is not null) _seen.Remove(key);
            return head;
        }
    }

    /// <summary>After a purge: nothing that was read before it counts.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            Volatile.Write(ref _mark, _mark + 1);
            _seen.Clear();
        }
    }
}
