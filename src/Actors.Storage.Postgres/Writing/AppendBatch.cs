using System.Text;
using Actors.Journal;
using Npgsql;

namespace Actors.Storage.Postgres.Writing;

/// <summary>
/// Judges the appends of one commit, each against the head of its journal, in order, and gathers the rows of those that
/// fit. Made once; sent as often as it takes.
/// </summary>
internal sealed class AppendBatch(HeadTable heads, Numbers numbers)
{
    private readonly JournalRows _journal = new();
    private readonly KeyRows _newKeyRows = new();
    private readonly KeyRows _changedKeyRows = new();
    private readonly SnapshotRows _snapshots = new();
    private readonly PayloadRows _payloads = new();
    private readonly StringBuilder _text = new();
    private readonly List<JournalHead> _newKeys = [];
    private readonly List<JournalHead> _projected = [];
    private readonly List<JournalHead> _snapshotted = [];
    private long _number;

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => _journal.Count == 0;

    /// <summary>Whether the commit was done: all of its records are there.</summary>
    public bool IsThere(NpgsqlConnection connection)
    {
        using var command = _journal.AskFor(connection);
        return (long)command.ExecuteScalar()! == _journal.Count;
    }

    /// <summary>Judges and gathers.</summary>
    /// <param name="requests">The appends; each gets its verdict.</param>
    /// <param name="connection">To look up what is not remembered.</param>
    /// <param name="distrust">Whether heads have to be read even of journals that must be new.</param>
    public void Make(List<AppendRequest> requests, NpgsqlConnection connection, bool distrust)
    {
        _number++;
        Clear();
        foreach (var request in requests)
        {
            if (NeedsReading(request.Append, distrust)) heads.Ask(request.Append.Key);
        }

        foreach (var head in heads.Read(connection)) head.SureInBatch = _number;
        foreach (var request in requests) request.Verdict = Judge(request.Append, connection);
        foreach (var head in _newKeys) _newKeyRows.Add(head, connection, numbers);
        foreach (var head in _projected) _changedKeyRows.Add(head, connection, numbers);
        foreach (var head in _snapshotted) _snapshots.Add(head);
    }

    /// <summary>
    /// The commit: one statement, so that the driver sends it from the thread that asks. All but the first of several
    /// it would send from the pool. Nothing in it is done before it is sure that this is the owner.
    /// </summary>
    /// <param name="connection">Runs it.</param>
    /// <param name="epoch">Of the owner.</param>
    /// <param name="session">Of the owner.</param>
    /// <param name="purge">Up to which purge this member knows the journals; null: it is the only owner.</param>
    public NpgsqlCommand ToCommand(NpgsqlConnection connection, long epoch, long session, long? purge)
    {
        var command = connection.CreateCommand();
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = epoch });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = session });
        if (purge is { } known) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known });
        _text.Clear().Append(
            purge is null
                ? "WITH owner AS MATERIALIZED (SELECT require_owner($1, $2))"
                : "WITH owner AS MATERIALIZED (SELECT require_member($1, $2, $3))");
        _newKeyRows.AddInsertTo(command, _text);
        _changedKeyRows.AddUpdateTo(command, _text);
        _snapshots.AddUpsertTo(command, _text);
        _payloads.AddInsertTo(command, _text);
        _journal.AddInsertTo(command, _text);
        command.CommandText = _text.ToString();
        return command;
    }

    // A guess is checked before anybody is refused because of it.
    private bool NeedsReading(JournalAppend append, bool distrust)
    {
        var head = heads.Find(append.Key) ?? (distrust ? null : heads.TakeSeen(append.Key));
        if (head is null) return distrust || append.ExpectedSequence > 0;
        if (head.SureInBatch == _number) return false;
        head.SureInBatch = _number;
        return append.ExpectedSequence != head.Sequence || append.Epoch < head.Epoch;
    }

    private AppendResult Judge(JournalAppend append, NpgsqlConnection connection)
    {
        var head = heads.Find(append.Key) ?? heads.AddNew(append.Key);
        head.SureInBatch = _number;
        if (append.Epoch < head.Epoch) return AppendResult.StaleEpoch;
        if (append.ExpectedSequence != head.Sequence) return AppendResult.StaleSequence;
        AddKey(head, append, connection);
        _payloads.Add(head.KeyId, append.Payloads);
        var at = StoredTime.Floor(append.At);
        var first = head.Sequence + 1;
        head.Chain = JournalChain.Next(
            head.Chain, first, append.EventCount, append.Epoch, at, append.Events.Span);
        head.Sequence += append.EventCount;
        head.Epoch = append.Epoch;
        _journal.Add(head, first, append.EventCount, at, append.Events);
        if (append.Snapshot is { } state) AddSnapshot(head, state);
        return AppendResult.Appended;
    }

    private void AddKey(JournalHead head, JournalAppend append, NpgsqlConnection connection)
    {
        var projection = append.Projection;
        if (head.KeyId == 0)
        {
            head.KeyId = numbers.NextKey(connection);
            head.KeyEpoch = append.Epoch;
            head.ProjectedInBatch = _number;
            _newKeys.Add(head);
        }
        else if (projection is not null && projection != head.Projection && head.ProjectedInBatch != _number)
        {
            head.ProjectedInBatch = _number;
            _projected.Add(head);
        }

        head.Projection = projection ?? head.Projection;
    }

    private void AddSnapshot(JournalHead head, ReadOnlyMemory<byte> state)
    {
        if (head.SnapshotInBatch != _number) _snapshotted.Add(head);
        head.SnapshotInBatch = _number;
        (head.Snapshot, head.SnapshotSequence, head.SnapshotChain) = (state, head.Sequence, head.Chain);
    }

    private void Clear()
    {
        _journal.Clear();
        _newKeyRows.Clear();
        _changedKeyRows.Clear();
        _snapshots.Clear();
        _payloads.Clear();
        _newKeys.Clear();
        _projected.Clear();
        foreach (var head in _snapshotted) head.Snapshot = default;
        _snapshotted.Clear();
    }
}
