using System.Runtime.InteropServices;
using Actors.Journal;
using Actors.Storage.Postgres.Writing;

namespace Actors.Storage.Postgres.Reading;

/// <summary>A read of one journal, and the rows that came for it.</summary>
internal sealed class JournalRequest(GrainKey key, long? afterSequence, int bytesMax)
{
    private readonly TaskCompletionSource<JournalPage> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly List<JournalRecord> _records = [];
    private JournalHead? _head;
    private JournalSnapshot? _snapshot;
    private Position _position = new(0, JournalChain.Seed(key), 0);
    private StoreCorruptException? _damage;

    public Guid Hash { get; } = KeyHash.Of(key);

    public long? AfterSequence => afterSequence;

    public long BytesMax => Math.Max(1, bytesMax);

    /// <summary>Whether all that is asked for has come.</summary>
    public bool IsRead { get; set; }

    public Task<JournalPage> Task => _done.Task;

    /// <summary>The last record there is.</summary>
    public void TakeHead(long keyId, long keyEpoch, long sequence, long epoch, uint chain) => _head = new JournalHead
    {
        Key = key,
        Hash = Hash,
        KeyId = keyId,
        KeyEpoch = keyEpoch,
        Sequence = sequence,
        Epoch = epoch,
        Chain = chain,
    };

    /// <summary>The snapshot; comes before the records.</summary>
    public void TakeSnapshot(long sequence, uint chain, uint checksum, byte[] state)
    {
        if (JournalChain.OfSnapshot(chain, sequence, state) != checksum)
            _damage ??= Corrupt(sequence, "the snapshot's checksum does not fit");
        _snapshot = new JournalSnapshot(sequence, state);
        _position = new Position(sequence, chain, 0);
    }

    /// <summary>A record before those asked for, for its place in the chain.</summary>
    public void TakePosition(long first, int count, long epoch, uint chain) =>
        _position = new Position(first + count - 1, chain, epoch);

    /// <summary>The next record.</summary>
    public void TakeRecord(long first, int count, long epoch, long at, uint chain, byte[] events)
    {
        if (_damage is not null) return;
        if (first != _position.Sequence + 1)
            _damage = Corrupt(_position.Sequence + 1, $"the next record there is begins at {first}");
        else if (count < 1 || epoch < _position.Epoch)
            _damage = Corrupt(first, "its record has an impossible count or epoch");
        else if (JournalChain.Next(_position.Chain, first, count, epoch, at, events) != chain)
            _damage = Corrupt(first, "the checksum of its record does not fit");
        _position = new Position(first + count - 1, chain, epoch);
        _records.Add(new JournalRecord(first, count, epoch, StoredTime.Read(at), events));
    }

    /// <summary>All rows are there.</summary>
    /// <param name="seen">Is told the head unless there is damage; null: nobody is.</param>
    /// <param name="mark">Its mark from before the read.</param>
    public void Complete(SeenHeads? seen, long mark)
    {
        var (sequence, epoch) = (_head?.Sequence ?? 0, _head?.Epoch ?? 0);
        if (_damage is null && _snapshot?.Sequence > sequence)
            _damage = Corrupt(sequence + 1, "the journal ends before its snapshot");
        if (_damage is null && _records.Count == 0 && _position.Sequence != sequence)
            _damage = Corrupt(_position.Sequence + 1, "the records up to the head are missing");
        if (_damage is null && _head is not null) seen?.Add(_head, mark);
        if (_damage is { } damage) _done.SetException(damage);
        else _done.SetResult(new JournalPage(sequence, epoch, _snapshot, _records));
    }

    public void Fail(Exception exception) => _done.TrySetException(exception);

    /// <summary>The read is done again.</summary>
    public void Reset()
    {
        _records.Clear();
        IsRead = false;
        (_head, _snapshot, _damage) = (null, null, null);
        _position = new Position(0, JournalChain.Seed(key), 0);
    }

    private StoreCorruptException Corrupt(long sequence, string what) => new(
        $"The journal of '{key}' is damaged at sequence {sequence}: {what}. Nothing behind that was read. " +
        "Restore a backup; other journals are not affected.");

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Position(long Sequence, uint Chain, long Epoch);
}
