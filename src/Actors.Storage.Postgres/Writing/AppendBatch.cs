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
    private readonly KeyRows _inserted = new();
    private readonly KeyRows _updated = new();
    private readonly SnapshotRows _snapshots = new();
    private readonly PayloadRows _payloads = new();
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
        foreach (var head in _newKeys) _inserted.Add(head, connection, numbers);
        foreach (var head in _projected) _updated.Add(head, connection, numbers);
        foreach (var head in _snapshotted) _snapshots.Add(head);
    }

    /// <summary>Adds the statements to a batch; together they are one transaction.</summary>
    public void AddTo(NpgsqlBatch batch, long epoch, long session, long? purge)
    {
        _journal.AddTo(batch, epoch, session, purge);
        _inserted.AddInsertTo(batch);
        _updated.AddUpdateTo(batch);
        _snapshots.AddTo(batch);
        _payloads.AddTo(batch);
    }

    // A guess is checked before anybody is refused because of it.
    private bool NeedsReading(JournalAppend append, bool distrust)
    {
        if (heads.Find(append.Key) is not { } head) return distrust || append.ExpectedSequence > 0;
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
        _inserted.Clear();
        _updated.Clear();
        _snapshots.Clear();
        _payloads.Clear();
        _newKeys.Clear();
        _projected.Clear();
        foreach (var head in _snapshotted) head.Snapshot = default;
        _snapshotted.Clear();
    }
}
