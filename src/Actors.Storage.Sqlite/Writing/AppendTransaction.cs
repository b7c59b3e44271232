using Actors.Journal;
using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Writing;

/// <summary>
/// Applies appends inside the writer's open transaction: checks each against the head of its journal, in order, and
/// writes the rows of those that fit. Remembers heads from transaction to transaction.
/// </summary>
internal sealed class AppendTransaction
{
    private readonly GenerationCache<GrainKey, JournalHead> _heads;
    private readonly KeyRows _keys;
    private readonly WordTable _words;
    private readonly ProjectionWriter _projections;
    private readonly PayloadWriter _payloads;
    private readonly SqliteStatement _lastKey;
    private readonly SqliteStatement _findHead;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _snapshot;
    private long _lastKeyId;

    public AppendTransaction(SqliteConnection connection, int headsMax)
    {
        _heads = new GenerationCache<GrainKey, JournalHead>(headsMax);
        _words = new WordTable(connection);
        _keys = new KeyRows(connection, _words);
        _projections = new ProjectionWriter(connection, _words);
        _payloads = new PayloadWriter(connection);
        _lastKey = connection.Prepare(
            "SELECT max(ifnull((SELECT max(id) FROM keys), 0), ifnull((SELECT max(key_id) FROM purged), 0))");
        _findHead = connection.Prepare(
            "SELECT last, epoch, chain FROM journal WHERE key_id = ?1 ORDER BY last DESC LIMIT 1");
        _insert = connection.Prepare(
            "INSERT INTO journal (key_id, last, count, epoch, at, chain, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _snapshot = connection.Prepare(
            "INSERT OR REPLACE INTO snapshots (key_id, sequence, chain, checksum, state) VALUES (?1, ?2, ?3, ?4, ?5)");
        Forget();
    }

    /// <summary>Writes one append, or says why not.</summary>
    public AppendResult Apply(JournalAppend append)
    {
        var head = HeadOf(append.Key);
        if (append.Epoch < head.Epoch) return AppendResult.StaleEpoch;
        if (append.ExpectedSequence != head.Sequence) return AppendResult.StaleSequence;
        WriteKey(head, append);
        _payloads.Write(head.KeyId, append.Payloads);
        WriteRecord(head, append);
        if (append.Snapshot is { } state) WriteSnapshot(head, state.Span);
        return AppendResult.Appended;
    }

    /// <summary>After a rollback: what is remembered may never have happened.</summary>
    public void Forget()
    {
        _heads.Clear();
        _words.Forget();
        _lastKey.Step();
        _lastKeyId = Math.Max(_lastKeyId, _lastKey.Number(0));
        _lastKey.Reset();
    }

    /// <summary>A journal was removed.</summary>
    public void Forget(GrainKey key) => _heads.Remove(key);

    private JournalHead HeadOf(GrainKey key)
    {
        if (_heads.Find(key) is { } known) return known;
        var head = new JournalHead { KeyId = _keys.Find(key) };
        if (head.KeyId == 0 || !ReadHead(head)) head.Chain = JournalChain.Seed(key);
        _heads.Add(key, head);
        return head;
    }

    private bool ReadHead(JournalHead head)
    {
        if (!_findHead.Bind(1, head.KeyId).Step()) return false;
        head.Sequence = _findHead.Number(0);
        head.Epoch = _findHead.Number(1);
        head.Chain = unchecked((uint)_findHead.Number(2));
        _findHead.Reset();
        return true;
    }

    private void WriteKey(JournalHead head, JournalAppend append)
    {
        if (head.KeyId == 0)
        {
            // Our own count: SQLite would give the number of a removed last row again while rows of its journal still
            // lie about.
            head.KeyId = ++_lastKeyId;
            _projections.Insert(head.KeyId, append.Key, append.Projection);
        }
        else if (append.Projection is { } projection)
        {
            _projections.Update(head.KeyId, head.Projection, projection);
        }

        head.Projection = append.Projection ?? head.Projection;
    }

    private void WriteRecord(JournalHead head, JournalAppend append)
    {
        var events = append.Events.Span;
        var at = StoredTime.Floor(append.At);
        var chain = JournalChain.Next(head.Chain, head.Sequence + 1, append.EventCount, append.Epoch, at, events);
        var last = head.Sequence + append.EventCount;
        _insert.Bind(1, head.KeyId).Bind(2, last).Bind(3, append.EventCount).Bind(4, append.Epoch);
        // As a signed number: four bytes at most.
        _insert.Bind(5, at).Bind(6, unchecked((int)chain)).Bind(7, events).Run();
        head.Sequence = last;
        head.Epoch = append.Epoch;
        head.Chain = chain;
    }

    private void WriteSnapshot(JournalHead head, ReadOnlySpan<byte> state)
    {
        var checksum = JournalChain.OfSnapshot(head.Chain, head.Sequence, state);
        _snapshot.Bind(1, head.KeyId).Bind(2, head.Sequence).Bind(3, unchecked((int)head.Chain));
        _snapshot.Bind(4, unchecked((int)checksum)).Bind(5, state).Run();
    }
}
