using System.Runtime.InteropServices;
using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Reading;

/// <summary>Reads journals, and checks on the way that every record continues the one before it.</summary>
internal sealed class JournalReader
{
    private readonly KeyRows _keys;
    private readonly SqliteStatement _head;
    private readonly SqliteStatement _snapshot;
    private readonly SqliteStatement _before;
    private readonly SqliteStatement _records;
    private readonly SqliteStatement _payload;

    public JournalReader(SqliteConnection connection, KeyRows keys)
    {
        _keys = keys;
        _head = connection.Prepare("SELECT last, epoch FROM journal WHERE key_id = ?1 ORDER BY last DESC LIMIT 1");
        _snapshot = connection.Prepare("SELECT sequence, chain, checksum, state FROM snapshots WHERE key_id = ?1");
        _before = connection.Prepare(
            "SELECT last, chain, epoch FROM journal WHERE key_id = ?1 AND last <= ?2 ORDER BY last DESC LIMIT 1");
        _records = connection.Prepare(
            "SELECT last, count, epoch, at, chain, events FROM journal WHERE key_id = ?1 AND last > ?2 ORDER BY last");
        _payload = connection.Prepare("SELECT bytes FROM payloads WHERE hash = ?1");
    }

    public JournalPage Read(GrainKey key, long? afterSequence, int bytesMax, CancellationToken cancellationToken)
    {
        var keyId = _keys.Find(key);
        if (keyId == 0) return new JournalPage(0, 0, null, []);
        JournalSnapshot? snapshot = null;
        var start = new Position(0, JournalChain.Seed(key), 0);
        if (afterSequence is { } after)
        {
            if (after > 0) start = PositionBefore(keyId, after) ?? start;
        }
        else if (_snapshot.Bind(1, keyId).Step())
        {
            snapshot = ReadSnapshot(key, out start);
        }

        var end = start;
        var records = ReadRecords(key, keyId, ref end, bytesMax, out var isAll, cancellationToken);
        // The last record of all is the head.
        var (headSequence, headEpoch) = isAll && records.Count > 0 ? (end.Sequence, end.Epoch) : ReadHead(keyId);
        if (headSequence == 0) return new JournalPage(0, 0, null, []);
        if (start.Sequence > headSequence) throw Corrupt(key, headSequence + 1, "the journal ends before its snapshot");
        if (records.Count == 0 && end.Sequence != headSequence)
            throw Corrupt(key, start.Sequence + 1, "the records up to the head are missing");
        return new JournalPage(headSequence, headEpoch, snapshot, records);
    }

    public ReadOnlyMemory<byte> ReadPayload(PayloadHash hash)
    {
        if (!_payload.Bind(1, Convert.FromHexString(hash.Hex)).Step())
            throw new StoreCorruptException(
                $"The payload {hash} is missing in the store. Restore a backup that has it.");
        var bytes = _payload.Blob(0).ToArray();
        _payload.Reset();
        if (PayloadHash.Of(bytes) == hash) return bytes;
        throw new StoreCorruptException(
            $"The payload {hash} is damaged: its bytes give another hash. Restore a backup.");
    }

    // The record to go on from: the last one that ends at or before a sequence.
    private Position? PositionBefore(long keyId, long sequence)
    {
        if (!_before.Bind(1, keyId).Bind(2, sequence).Step()) return null;
        var position = new Position(_before.Number(0), unchecked((uint)_before.Number(1)), _before.Number(2));
        _before.Reset();
        return position;
    }

    private (long Sequence, long Epoch) ReadHead(long keyId)
    {
        if (!_head.Bind(1, keyId).Step()) return default;
        var head = (_head.Number(0), _head.Number(1));
        _head.Reset();
        return head;
    }

    private JournalSnapshot ReadSnapshot(GrainKey key, out Position start)
    {
        var sequence = _snapshot.Number(0);
        var chain = unchecked((uint)_snapshot.Number(1));
        var checksum = unchecked((uint)_snapshot.Number(2));
        var state = _snapshot.Blob(3).ToArray();
        _snapshot.Reset();
        if (JournalChain.OfSnapshot(chain, sequence, state) != checksum)
            throw Corrupt(key, sequence, "the snapshot's checksum does not fit");
        start = new Position(sequence, chain, 0);
        return new JournalSnapshot(sequence, state);
    }

    private List<JournalRecord> ReadRecords(
        GrainKey key, long keyId, ref Position position, int bytesMax, out bool isAll,
        CancellationToken cancellationToken)
    {
        List<JournalRecord> records = [];
        isAll = true;
        long bytes = 0;
        _records.Bind(1, keyId).Bind(2, position.Sequence);
        while (_records.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var record = ReadRecord(key, ref position);
            records.Add(record);
            bytes += record.Events.Length;
            if (bytes < bytesMax) continue;
            _records.Reset();
            isAll = false;
            break;
        }

        return records;
    }

    private JournalRecord ReadRecord(GrainKey key, ref Position position)
    {
        var (last, count, epoch, at) = (_records.Number(0), _records.Number(1), _records.Number(2), _records.Number(3));
        var chain = unchecked((uint)_records.Number(4));
        var first = last - count + 1;
        if (first != position.Sequence + 1)
            throw Corrupt(key, position.Sequence + 1, $"the next record there is begins at {first}");
        if (count is < 1 or > int.MaxValue || epoch < position.Epoch)
            throw Corrupt(key, first, "its record has an impossible count or epoch");
        var events = _records.Blob(5).ToArray();
        if (JournalChain.Next(position.Chain, first, (int)count, epoch, at, events) != chain)
            throw Corrupt(key, first, "the checksum of its record does not fit");
        position = new Position(last, chain, epoch);
        return new JournalRecord(first, (int)count, epoch, StoredTime.Read(at), events);
    }

    private static StoreCorruptException Corrupt(GrainKey key, long sequence, string what) => new(
        $"The journal of '{key}' is damaged at sequence {sequence}: {what}. Nothing behind that was read. " +
        "Keep a copy of the store, then restore a backup; other journals are not affected.");

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Position(long Sequence, uint Chain, long Epoch);
}
