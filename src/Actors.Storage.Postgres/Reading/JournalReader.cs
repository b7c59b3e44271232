using Actors.Journal;
using Actors.Storage.Postgres.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Actors.Storage.Postgres.Reading;

/// <summary>
/// Reads journals: those that are asked for while a read runs go together in the next one. Of each journal it
/// sees one state of the database, and checks that every record continues the one before it.
/// </summary>
internal sealed class JournalReader(IReads pool, SeenHeads? seen = null)
{
    /// <summary>Reads that run side by side; the others gather. Few, so that each takes many along.</summary>
    private const int RunningMax = 2;
    private const int KeysMax = 128;

    /// <summary>Reads that wait; above it they wait in line.</summary>
    private const int WaitingMax = 8_192;

    private const int Head = 1;
    private const int Snapshot = JournalTail.Snapshot;
    private const int Position = 3;

    // The newest records of a journal and its snapshot: all there is of most journals, for half of what the statement
    // below costs. A journal whose records are more or larger is read by that, too: one round trip more.
    private const string Tails =
        """
        SELECT q.n, k.id, k.epoch, r.*
        FROM unnest($1) WITH ORDINALITY AS q(hash, n)
        JOIN keys k ON k.hash = q.hash
        CROSS JOIN LATERAL (
            (SELECT 2 AS part, sequence AS first, 0 AS count, 0::bigint AS epoch, 0::bigint AS at, chain, checksum,
                    state AS body
             FROM snapshots WHERE key_id = k.id)
            UNION ALL
            (SELECT 4, first, count, coalesce(epoch, k.epoch), at, chain, 0,
                    CASE WHEN octet_length(events) <= 4096 THEN events END
             FROM journal WHERE key_id = k.id ORDER BY first DESC LIMIT 16)) r
        """;

    // Of a journal that is read from its middle, one record more: its place in the chain.
    private const string Parts =
        """
        SELECT q.n, k.id, k.epoch, r.*
        FROM unnest($1, $2, $3) WITH ORDINALITY AS q(hash, after, bytes_max, n)
        JOIN keys k ON k.hash = q.hash
        CROSS JOIN LATERAL (
            (SELECT 1 AS part, first, count, coalesce(epoch, k.epoch) AS epoch, at, chain,
                    0 AS checksum, NULL::bytea AS body
             FROM journal WHERE key_id = k.id ORDER BY first DESC LIMIT 1)
            UNION ALL
            (SELECT 2, sequence, 0, 0, 0, chain, checksum, state
             FROM snapshots WHERE key_id = k.id AND q.after IS NULL)
            UNION ALL
            (SELECT CASE WHEN is_before THEN 3 ELSE 4 END, first, count, coalesce(epoch, k.epoch), at, chain, 0,
                    CASE WHEN NOT is_before THEN events END
             FROM (SELECT j.*, j.first + j.count - 1 <= coalesce(q.after, 0) AS is_before,
                          sum(CASE WHEN j.first + j.count - 1 <= coalesce(q.after, 0) THEN 0
                                   ELSE octet_length(j.events) END) OVER (ORDER BY j.first)
                              - octet_length(j.events) AS bytes_before
                   FROM (SELECT * FROM journal
                         WHERE key_id = k.id AND first >= CASE
                             WHEN q.after IS NULL
                             THEN coalesce((SELECT sequence + 1 FROM snapshots WHERE key_id = k.id), 1)
                             ELSE coalesce((SELECT first FROM journal WHERE key_id = k.id AND first <= q.after
                                            ORDER BY first DESC OFFSET 1 LIMIT 1), 1) END
                         ORDER BY first LIMIT 4096) j) w
             WHERE is_before OR bytes_before < q.bytes_max)) r
        ORDER BY q.n, r.part, r.first
        """;

    private readonly Lock _gate = new();
    private readonly Queue<JournalRequest> _waiting = new();
    private readonly SemaphoreSlim _places = new(WaitingMax);
    private int _running;

    public async ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence, int bytesMax, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _places.WaitAsync(cancellationToken);
        try
        {
            var request = new JournalRequest(key, afterSequence, bytesMax);
            lock (_gate)
            {
                _waiting.Enqueue(request);
                if (_running < RunningMax)
                {
                    _running++;
                    _ = RunAsync();
                }
            }

            return await request.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task RunAsync()
    {
        // Not under the lock of who called, and not before those that call at the same time.
        await Task.Yield();
        var requests = new List<JournalRequest>();
        while (Take(requests))
        {
            try
            {
                var mark = seen?.Mark ?? 0;
                await pool.ReadAsync((connection, token) => ReadAsync(connection, requests, token), default);
                foreach (var request in requests) request.Complete(seen, mark);
            }
            catch (Exception e)
            {
                foreach (var request in requests) request.Fail(e);
            }

            requests.Clear();
        }
    }

    private bool Take(List<JournalRequest> requests)
    {
        lock (_gate)
        {
            while (requests.Count < KeysMax && _waiting.TryDequeue(out var request)) requests.Add(request);
            if (requests.Count == 0) _running--;
            return requests.Count > 0;
        }
    }

    private static async Task<bool> ReadAsync(
        NpgsqlConnection connection, List<JournalRequest> requests, CancellationToken cancellationToken)
    {
        foreach (var request in requests) request.Reset();
        var whole = requests.FindAll(static request => request.AfterSequence is null);
        if (whole.Count > 0) await ReadTailsAsync(connection, whole, cancellationToken);
        var parts = whole.Count == 0 ? requests : requests.FindAll(static request => !request.IsRead);
        if (parts.Count > 0) await ReadPartsAsync(connection, parts, cancellationToken);
        return true;
    }

    private static async Task ReadTailsAsync(
        NpgsqlConnection connection, List<JournalRequest> requests, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Tails, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. requests.Select(r => r.Hash)] });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var tails = new JournalTail[requests.Count];
        for (var i = 0; i < tails.Length; i++) tails[i] = new JournalTail();
        while (await rows.ReadAsync(cancellationToken)) tails[rows.GetInt64(0) - 1].Take(rows);
        for (var i = 0; i < tails.Length; i++) tails[i].TellIfWhole(requests[i]);
    }

    private static async Task ReadPartsAsync(
        NpgsqlConnection connection, List<JournalRequest> requests, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Parts, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. requests.Select(r => r.Hash)] });
        command.Parameters.Add(new NpgsqlParameter<long?[]>
        {
            TypedValue = [.. requests.Select(r => r.AfterSequence)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. requests.Select(r => r.BytesMax)] });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) Take(rows, requests[(int)rows.GetInt64(0) - 1]);
    }

    private static void Take(NpgsqlDataReader row, JournalRequest request)
    {
        var (first, count, epoch) = (row.GetInt64(4), row.GetInt32(5), row.GetInt64(6));
        var chain = unchecked((uint)row.GetInt32(8));
        switch (row.GetInt32(3))
        {
            case Head:
                request.TakeHead(row.GetInt64(1), row.GetInt64(2), first + count - 1, epoch, chain);
                break;
            case Snapshot:
                request.TakeSnapshot(first, chain, unchecked((uint)row.GetInt32(9)), row.GetFieldValue<byte[]>(10));
                break;
            case Position:
                request.TakePosition(first, count, epoch, chain);
                break;
            default:
                request.TakeRecord(first, count, epoch, row.GetInt64(7), chain, row.GetFieldValue<byte[]>(10));
                break;
        }
    }
}
