using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Actors.Journal;
using Npgsql;

namespace Actors.Storage.Postgres.Writing;

/// <summary>
/// Column by column, as arrays go to the server. Statements unnest them side by side in a select list: in <c>FROM</c>
/// the server would first write each column into a table of its own.
/// </summary>
internal static class Columns
{
    public static void Add<T>(this NpgsqlCommand command, List<T> column) =>
        command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = column });

    /// <summary>Rows out of the columns that were added last; none before it is sure that this is the owner.</summary>
    public static StringBuilder AppendSelect(this StringBuilder text, NpgsqlCommand command, int columns)
    {
        text.Append(" SELECT ");
        var last = command.Parameters.Count;
        for (var n = last - columns + 1; n < last; n++) text.Append(CultureInfo.InvariantCulture, $"unnest(${n}), ");
        return text.Append(CultureInfo.InvariantCulture, $"unnest(${last}) FROM owner");
    }
}

/// <summary>Rows of the journal; every commit has some.</summary>
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

    public void AddInsertTo(NpgsqlCommand command, StringBuilder text)
    {
        command.Add(_keyIds);
        command.Add(_firsts);
        command.Add(_epochs);
        command.Add(_ats);
        command.Add(_counts);
        command.Add(_chains);
        command.Add(_events);
        text.Append(" INSERT INTO journal (key_id, first, epoch, at, count, chain, events)").AppendSelect(command, 7);
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

    public void AddInsertTo(NpgsqlCommand command, StringBuilder text)
    {
        if (_hashes.Count == 0) return;
        AddProjectionTo(command);
        command.Add(_ids);
        command.Add(_epochs);
        command.Add(_kinds);
        command.Add(_tenants);
        command.Add(_types);
        command.Add(_names);
        text.Append(
            """
            , new_keys AS (
                INSERT INTO keys (hash, status, started_at, correlation, definition, ended_at, wake_at, resume,
                                  id, epoch, kind, tenant, type, name)
            """).AppendSelect(command, 14).Append(')');
    }

    public void AddUpdateTo(NpgsqlCommand command, StringBuilder text)
    {
        if (_hashes.Count == 0) return;
        AddProjectionTo(command);
        text.Append(
            """
            , changed_keys AS (
                UPDATE keys k SET status = u.status, started_at = u.started_at, correlation = u.correlation,
                    definition = u.definition, ended_at = u.ended_at, wake_at = u.wake_at, resume = u.resume
                FROM (
            """).AppendSelect(command, 8).Append(
            """
            )
                    AS u (hash, status, started_at, correlation, definition, ended_at, wake_at, resume)
                WHERE k.hash = u.hash)
            """);
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

    private void AddProjectionTo(NpgsqlCommand command)
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

    public void AddUpsertTo(NpgsqlCommand command, StringBuilder text)
    {
        if (_keyIds.Count == 0) return;
        command.Add(_keyIds);
        command.Add(_sequences);
        command.Add(_chains);
        command.Add(_checksums);
        command.Add(_states);
        text.Append(
            """
            , latest_snapshots AS (
                INSERT INTO snapshots (key_id, sequence, chain, checksum, state)
            """).AppendSelect(command, 5).Append(
            """

                ON CONFLICT (key_id) DO UPDATE SET sequence = excluded.sequence, chain = excluded.chain,
                    checksum = excluded.checksum, state = excluded.state)
            """);
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

    public void AddInsertTo(NpgsqlCommand command, StringBuilder text)
    {
        if (_keyIds.Count == 0) return;
        command.Add(_hashes);
        command.Add(_bytes);
        // In order, so that two members that store the same payloads do not wait for each other.
        text.Append(", new_payloads AS (INSERT INTO payloads (hash, bytes)")
            .AppendSelect(command, 2).Append(" ORDER BY 1 ON CONFLICT (hash) DO NOTHING)");
        command.Add(_keyIds);
        command.Add(_hashes);
        text.Append(", new_references AS (INSERT INTO payload_refs (key_id, hash)")
            .AppendSelect(command, 2).Append(" ON CONFLICT DO NOTHING)");
    }

    public void Clear()
    {
        _hashes.Clear();
        _bytes.Clear();
        _keyIds.Clear();
    }
}
