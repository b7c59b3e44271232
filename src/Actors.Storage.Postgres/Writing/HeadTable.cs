using Npgsql;

namespace Actors.Storage.Postgres.Writing;

/// <summary>
/// Heads of journals, remembered from commit to commit. What is remembered is a guess that the database holds to: a
/// wrong one ends in a conflict, and is then read again.
/// </summary>
internal sealed class HeadTable(int countMax, SeenHeads seen)
{
    private readonly GenerationCache<GrainKey, JournalHead> _known = new(countMax);
    private readonly Dictionary<Guid, GrainKey> _asked = [];

    public JournalHead? Find(GrainKey key) => _known.Find(key);

    /// <summary>Remembers what a reader saw of a journal that is not known; null: none did.</summary>
    public JournalHead? TakeSeen(GrainKey key)
    {
        var head = seen.Take(key);
        if (head is not null) _known.Add(key, head);
        return head;
    }

    /// <summary>A journal of which nothing is known, taken to be new.</summary>
    public JournalHead AddNew(GrainKey key)
    {
        var head = new JournalHead { Key = key, Hash = KeyHash.Of(key), Chain = JournalChain.Seed(key) };
        _known.Add(key, head);
        return head;
    }

    /// <summary>Has the head of a key be read by the next <see cref="Read"/>.</summary>
    public void Ask(GrainKey key) => _asked[KeyHash.Of(key)] = key;

    /// <summary>Reads what was asked for, in one round trip.</summary>
    /// <returns>The heads that were asked for, also of journals that are not there.</returns>
    public IReadOnlyList<JournalHead> Read(NpgsqlConnection connection)
    {
        if (_asked.Count == 0) return [];
        using var command = new NpgsqlCommand(
            """
            SELECT k.hash, k.id, j.first + j.count - 1, coalesce(j.epoch, k.epoch), j.chain, k.epoch
            FROM unnest($1) AS q(hash) JOIN keys k ON k.hash = q.hash
            CROSS JOIN LATERAL (
                SELECT first, count, epoch, chain FROM journal WHERE key_id = k.id ORDER BY first DESC LIMIT 1) j
            """,
            connection)
        {
            Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = [.. _asked.Keys] } },
        };
        var heads = new List<JournalHead>(_asked.Count);
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                var hash = reader.GetGuid(0);
                _asked.Remove(hash, out var key);
                heads.Add(new JournalHead
                {
                    Key = key,
                    Hash = hash,
                    KeyId = reader.GetInt64(1),
                    Sequence = reader.GetInt64(2),
                    Epoch = reader.GetInt64(3),
                    Chain = unchecked((uint)reader.GetInt32(4)),
                    KeyEpoch = reader.GetInt64(5),
                });
            }
        }

        foreach (var (hash, key) in _asked)
            heads.Add(new JournalHead { Key = key, Hash = hash, Chain = JournalChain.Seed(key) });
        _asked.Clear();
        foreach (var head in heads) _known.Add(head.Key, head);
        return heads;
    }

    /// <summary>A journal is to be read anew.</summary>
    public void Forget(GrainKey key) => _known.Remove(key);

    /// <summary>Journals were removed: what readers saw before says nothing any more.</summary>
    public void ForgetSeen() => seen.Forget();

    /// <summary>After a commit that was not done: what is remembered never happened.</summary>
    public void Clear()
    {
        _known.Clear();
        _asked.Clear();
    }
}
