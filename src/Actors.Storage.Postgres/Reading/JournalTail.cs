using Npgsql;

namespace Actors.Storage.Postgres.Reading;

/// <summary>The newest records of one journal, in whatever order they come, and its snapshot.</summary>
internal sealed class JournalTail
{
    /// <summary>Part of the answer that is the snapshot.</summary>
    public const int Snapshot = 2;

    private readonly List<Record> _records = [];
    private Record? _snapshot;
    private uint _snapshotChecksum;
    private long _keyId;
    private long _keyEpoch;

    /// <summary>The next row.</summary>
    public void Take(NpgsqlDataReader row)
    {
        (_keyId, _keyEpoch) = (row.GetInt64(1), row.GetInt64(2));
        var record = new Record(
            row.GetInt64(4), row.GetInt32(5), row.GetInt64(6), row.GetInt64(7), unchecked((uint)row.GetInt32(8)),
            row.IsDBNull(10) ? null : row.GetFieldValue<byte[]>(10));
        if (row.GetInt32(3) == Snapshot) (_snapshot, _snapshotChecksum) = (record, unchecked((uint)row.GetInt32(9)));
        else _records.Add(record);
    }

    /// <summary>All rows are there: if they are all that is asked for, the request gets them.</summary>
    public void TellIfWhole(JournalRequest request)
    {
        _records.Sort(static (left, right) => left.First.CompareTo(right.First));
        var after = _snapshot?.First ?? 0;
        var from = _records.FindIndex(record => record.First > after);
        var wanted = from < 0 ? [] : _records.GetRange(from, _records.Count - from);
        if (!IsWhole(after, wanted, request.BytesMax)) return;
        request.IsRead = true;
        if (_records.Count == 0) return;
        var head = _records[^1];
        request.TakeHead(_keyId, _keyEpoch, head.Last, head.Epoch, head.Chain);
        if (_snapshot is { } snapshot)
            request.TakeSnapshot(snapshot.First, snapshot.Chain, _snapshotChecksum, snapshot.Body!);
        foreach (var record in wanted)
            request.TakeRecord(record.First, record.Count, record.Epoch, record.At, record.Chain, record.Body!);
    }

    // What does not fit together is read again, to be judged by the rules for whatever is damaged.
    private bool IsWhole(long after, List<Record> wanted, long bytesMax)
    {
        if (_records.Count == 0) return _snapshot is null;
        if (wanted.Count == 0) return _records[^1].Last == after;
        return wanted[0].First == after + 1
            && wanted.TrueForAll(static record => record.Body is not null)
            && wanted.Sum(static record => (long)record.Body!.Length) <= bytesMax;
    }

    private sealed record Record(long First, int Count, long Epoch, long At, uint Chain, byte[]? Body)
    {
        public long Last => First + Count - 1;
    }
}
