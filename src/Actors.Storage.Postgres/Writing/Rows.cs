using System.Collections.Immutable;
using Actors.Journal;
using Npgsql;

namespace Actors.Storage.Postgres.Writing;

/// <summary>
/// Column by column, as arrays go to the server. Statements unnest them side by side in a select list: in <c>FROM</c>
/// the server would first write each column into a table of its own.
/// </summary>
internal static class Columns
{
    public static void Add<T>(this NpgsqlBatchCommand command, List<T> column) =>
        command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = column });
}

/// <summary>
/// Rows of the journal. Their statement is in every commit, and is the one that asks whether this is the owner.
/// </summary>
internal sealed class JournalRows
{
    private readonly List<long> _keyIds = [];
    private readonly List<long> _firsts = [];
    private readonly List<long?> _epochs = [];
    private readonly List<long> _ats = [];
    private readonly List<int> _counts = [];
    private readonly List<int> _chains = [];
    private readonly List<ReadOnlyMemory<byte>> _events = [];

    public int Count => _keyIds.Count;

    /// <summary>Asks whether all of them are there.</summary>
    public NpgsqlCommand AskFor(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(
            """
            SELECT count(*) FROM unnest($1, $2, $3) AS u(key_id, first, chain)
            JOIN journal j ON j.key_id = u.key_id AND j.first = u.first AND j.chain = u.chain
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<List<long>> { TypedValue = _keyIds });
        command.Parameters.Add(new NpgsqlParameter<List<long>> { TypedValue = _firsts });
        command.Parameters.Add(new NpgsqlParameter<List<int>> { TypedValue = _chains });
        return command;
    }

    public void Add(JournalHead head, long first, int count, long at, ReadOnlyMemory<byte> events)
    {
        _keyIds.Add(head.KeyId);
        _firsts.Add(first);
        _epochs.Add(head.Epoch == head.KeyEpoch ? null : head.Epoch);
        _ats.Add(at);
        _counts.Add(count);
        _chains.Add(unchecked((int)head.Chain));
        _events.Add(events);
    }

    /// <param name="batch">Gets the statement.</param>
    /// <param name="epoch">Of the owner.</param>
    /// <param name="session">Of the owner.</param>
    /// <param name="purge">Up to which purge this member knows the journals; null: it is the only owner.</param>
    public void AddTo(NpgsqlBatch batch, long epoch, long session, long? purge)
    {
        var command = new NpgsqlBatchCommand(
            purge is null
                ? """
                  INSERT INTO journal (key_id, first, epoch, at, count, chain, events)
                  SELECT unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8), unnest($9)
                  FROM require_owner($1, $2)
                  """
                : """
                  INSERT INTO journal (key_id, first, epoch, at, count, chain, events)
                  SELECT unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8), unnest($9)
                  FROM require_member($1, $2, $10)
                  """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = epoch });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = session });
        command.Add(_keyIds);
        command.Add(_firsts);
        command.Add(_epochs);
        command.Add(_ats);
        command.Add(_counts);
        command.Add(_chains);
        command.Add(_events);
        if (purge is { } known) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known });
        batch.BatchCommands.Add(command);
    }

    public void Clear()
    {
        _keyIds.Clear();
        _firsts.Clear();
        _epochs.Clear();
        _ats.Clear();
        _counts.Clear();
        _chains.Clear();
        _events.Clear();
    }
}

/// <summary>Rows of keys with their projections.</summary>
internal sealed class KeyRows
{
    private readonly List<Guid> _hashes = [];
    private readonly List<int?> _statuses = [];
    private readonly List<long?> _startedAts = [];
    private readonly List<string?> _correlations = [];
    private readonly List<int?> _definitions = [];
    private readonly List<long?> _endedAts = [];
    private readonly List<long?> _wakeAts = [];
    private readonly List<bool> _resumes = [];
    private readonly List<long> _ids = [];
    private readonly List<long> _epochs = [];
    private readonly List<short> _kinds = [];
    private readonly List<int> _tenants = [];
    private readonly List<int> _types = [];
    private readonly List<string> _names = [];

    public void Add(JournalHead head, NpgsqlConnection connection, Numbers numbers)
    {
        var (key, projection) = (head.Key, head.Projection);
        _hashes.Add(head.Hash);
        _statuses.Add(projection is null ? null : numbers.OfWord(connection, projection.Status));
        _startedAts.Add(projection is null ? null : StoredTime.Floor(projection.StartedAt));
        _correlations.Add(projection?.CorrelationId);
        _definitions.Add(projection?.Definition is { } definition ? numbers.OfWord(connection, definition) : null);
        _endedAts.Add(projection?.EndedAt is { } endedAt ? StoredTime.Floor(endedAt) : null);
        _wakeAts.Add(projection?.WakeAt is { } wakeAt ? StoredTime.Ceiling(wakeAt) : null);
        _resumes.Add(projection is { Resume: true });
        _ids.Add(head.KeyId);
        _epochs.Add(head.KeyEpoch);
        _kinds.Add((short)key.Kind);
        _tenants.Add(numbers.OfWord(connection, key.Tenant));
        _types.Add(numbers.OfWord(connection, key.Type));
        _names.Add(key.Id);
    }

    public void AddInsertTo(NpgsqlBatch batch)
    {
        if (_hashes.Count == 0) return;
        var command = new NpgsqlBatchCommand(
            """
            INSERT INTO keys (hash, status, started_at, correlation, definition, ended_at, wake_at, resume,
                              id, epoch, kind, tenant, type, name)
            SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8),
                   unnest($9), unnest($10), unnest($11), unnest($12), unnest($13), unnest($14)
            """);
        AddProjection(command);
        command.Add(_ids);
        command.Add(_epochs);
        command.Add(_kinds);
        command.Add(_tenants);
        command.Add(_types);
        command.Add(_names);
        batch.BatchCommands.Add(command);
    }

    public void AddUpdateTo(NpgsqlBatch batch)
    {
        if (_hashes.Count == 0) return;
        var command = new NpgsqlBatchCommand(
            """
            UPDATE keys k SET status = u.status, started_at = u.started_at, correlation = u.correlation,
                definition = u.definition, ended_at = u.ended_at, wake_at = u.wake_at, resume = u.resume
            FROM (SELECT unnest($1) AS hash, unnest($2) AS status, unnest($3) AS started_at,
                         unnest($4) AS correlation, unnest($5) AS definition, unnest($6) AS ended_at,
                         unnest($7) AS wake_at, unnest($8) AS resume) u
            WHERE k.hash = u.hash
            """);
        AddProjection(command);
        batch.BatchCommands.Add(command);
    }

    public void Clear()
    {
        _hashes.Clear();
        _statuses.Clear();
        _startedAts.Clear();
        _correlations.Clear();
        _definitions.Clear();
        _endedAts.Clear();
        _wakeAts.Clear();
        _resumes.Clear();
        _ids.Clear();
        _epochs.Clear();
        _kinds.Clear();
        _tenants.Clear();
        _types.Clear();
        _names.Clear();
    }

    private void AddProjection(NpgsqlBatchCommand command)
    {
        command.Add(_hashes);
        command.Add(_statuses);
        command.Add(_startedAts);
        command.Add(_correlations);
        command.Add(_definitions);
        command.Add(_endedAts);
        command.Add(_wakeAts);
        command.Add(_resumes);
    }
}

/// <summary>The latest snapshot of each key.</summary>
internal sealed class SnapshotRows
{
    private readonly List<long> _keyIds = [];
    private readonly List<long> _sequences = [];
    private readonly List<int> _chains = [];
    private readonly List<int> _checksums = [];
    private readonly List<ReadOnlyMemory<byte>> _states = [];

    public void Add(JournalHead head)
    {
        var checksum = JournalChain.OfSnapshot(head.SnapshotChain, head.SnapshotSequence, head.Snapshot.Span);
        _keyIds.Add(head.KeyId);
        _sequences.Add(head.SnapshotSequence);
        _chains.Add(unchecked((int)head.SnapshotChain));
        _checksums.Add(unchecked((int)checksum));
        _states.Add(head.Snapshot);
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_keyIds.Count == 0) return;
        var command = new NpgsqlBatchCommand(
            """
            INSERT INTO snapshots (key_id, sequence, chain, checksum, state)
            SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)
            ON CONFLICT (key_id) DO UPDATE SET sequence = excluded.sequence, chain = excluded.chain,
                checksum = excluded.checksum, state = excluded.state
            """);
        command.Add(_keyIds);
        command.Add(_sequences);
        command.Add(_chains);
        command.Add(_checksums);
        command.Add(_states);
        batch.BatchCommands.Add(command);
    }

    public void Clear()
    {
        _keyIds.Clear();
        _sequences.Clear();
        _chains.Clear();
        _checksums.Clear();
        _states.Clear();
    }
}

/// <summary>Payloads, stored once per hash, and who refers to them.</summary>
internal sealed class PayloadRows
{
    private readonly List<byte[]> _hashes = [];
    private readonly List<ReadOnlyMemory<byte>> _bytes = [];
    private readonly List<long> _keyIds = [];

    public void Add(long keyId, ImmutableArray<PayloadBlob> payloads)
    {
        if (payloads.IsDefaultOrEmpty) return;
        foreach (var payload in payloads)
        {
            _hashes.Add(Convert.FromHexString(payload.Hash.Hex));
            _bytes.Add(payload.Bytes);
            _keyIds.Add(keyId);
        }
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_keyIds.Count == 0) return;
        var payloads = new NpgsqlBatchCommand(
            // In order, so that two members that store the same payloads do not wait for each other.
            "INSERT INTO payloads (hash, bytes) SELECT * FROM unnest($1, $2) AS u(hash, bytes) ORDER BY hash " +
            "ON CONFLICT (hash) DO NOTHING");
        payloads.Add(_hashes);
        payloads.Add(_bytes);
        batch.BatchCommands.Add(payloads);
        var references = new NpgsqlBatchCommand(
            "INSERT INTO payload_refs (key_id, hash) SELECT unnest($1), unnest($2) ON CONFLICT DO NOTHING");
        references.Add(_keyIds);
        references.Add(_hashes);
        batch.BatchCommands.Add(references);
    }

    public void Clear()
    {
        _hashes.Clear();
        _bytes.Clear();
        _keyIds.Clear();
    }
}
