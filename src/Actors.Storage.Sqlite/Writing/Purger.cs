using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Writing;

/// <summary>
/// Removes ended journals in steps, so that appends never wait long. First a journal is gone for everybody, at once;
/// then its rows are removed piece by piece. What a crash leaves of that is removed by the next purge.
/// </summary>
internal sealed class Purger
{
    private const int KeysPerStep = 64;
    private const int RowsPerStep = 2_000;

    private readonly JournalWriter _writer;
    private readonly SqliteStatement _ended;
    private readonly SqliteStatement _hide;
    private readonly SqliteStatement _remember;
    private readonly SqliteStatement _next;
    private readonly SqliteStatement _deleteRows;
    private readonly SqliteStatement _deleteSnapshot;
    private readonly SqliteStatement _payloads;
    private readonly SqliteStatement _deleteReference;
    private readonly SqliteStatement _deletePayload;
    private readonly SqliteStatement _done;

    public Purger(SqliteConnection connection, JournalWriter writer)
    {
        _writer = writer;
        _ended = connection.Prepare(
            """
            SELECT k.id, k.kind, t.word, y.word, k.name FROM keys k
            JOIN words t ON t.id = k.tenant JOIN words y ON y.id = k.type
            WHERE k.ended_at IS NOT NULL AND k.ended_at < ?1 AND k.resume IS NULL AND k.wake_at IS NULL
            ORDER BY k.ended_at, k.id LIMIT ?2
            """);
        _hide = connection.Prepare("DELETE FROM keys WHERE id = ?1");
        _remember = connection.Prepare("INSERT INTO purged (key_id) VALUES (?1)");
        _next = connection.Prepare("SELECT key_id FROM purged ORDER BY key_id LIMIT 1");
        _deleteRows = connection.Prepare(
            "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE key_id = ?1 LIMIT ?2) RETURNING 1");
        _deleteSnapshot = connection.Prepare("DELETE FROM snapshots WHERE key_id = ?1");
        _payloads = connection.Prepare("SELECT payload_id FROM payload_refs WHERE key_id = ?1 LIMIT ?2");
        _deleteReference = connection.Prepare("DELETE FROM payload_refs WHERE key_id = ?1 AND payload_id = ?2");
        _deletePayload = connection.Prepare(
            "DELETE FROM payloads WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM payload_refs WHERE payload_id = ?1)");
        _done = connection.Prepare("DELETE FROM purged WHERE key_id = ?1");
    }

    /// <summary>One transaction: takes ended journals away from everybody's eyes.</summary>
    /// <returns>How many; 0: there are no more.</returns>
    public int Hide(DateTimeOffset endedBefore, int countMax)
    {
        List<(long Id, GrainKey Key)> hidden = [];
        _writer.Transact(() =>
        {
            _ended.Bind(1, StoredTime.Ceiling(endedBefore)).Bind(2, Math.Min(countMax, KeysPerStep));
            while (_ended.Step())
            {
                var key = new GrainKey((GrainKind)_ended.Number(1), _ended.Text(2), _ended.Text(3), _ended.Text(4));
                hidden.Add((_ended.Number(0), key));
            }

            foreach (var (id, _) in hidden)
            {
                _hide.Bind(1, id).Run();
                _remember.Bind(1, id).Run();
            }
        });
        foreach (var (_, key) in hidden) _writer.Appends.Forget(key);
        return hidden.Count;
    }

    /// <summary>One transaction: removes rows of hidden journals.</summary>
    /// <returns>Whether there are more.</returns>
    public bool Reclaim()
    {
        var more = true;
        _writer.Transact(() =>
        {
            var budget = RowsPerStep;
            while (budget > 0 && more)
            {
                more = _next.Step();
                if (!more) break;
                var keyId = _next.Number(0);
                _next.Reset();
                budget -= RemoveRows(keyId, budget);
            }
        });
        return more;
    }

    private int RemoveRows(long keyId, int budget)
    {
        var removed = 1;
        _deleteRows.Bind(1, keyId).Bind(2, budget);
        while (_deleteRows.Step()) removed++;
        if (removed > budget) return removed;
        removed += RemovePayloads(keyId, budget - removed + 1);
        if (removed > budget) return removed;
        _deleteSnapshot.Bind(1, keyId).Run();
        _done.Bind(1, keyId).Run();
        return removed;
    }

    private int RemovePayloads(long keyId, int budget)
    {
        List<long> payloads = [];
        _payloads.Bind(1, keyId).Bind(2, budget);
        while (_payloads.Step()) payloads.Add(_payloads.Number(0));
        foreach (var payload in payloads)
        {
            _deleteReference.Bind(1, keyId).Bind(2, payload).Run();
            _deletePayload.Bind(1, payload).Run();
        }

        return payloads.Count;
    }
}
