using Actors.Journal;
using Actors.Simulation.Faults;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.Storage;

/// <summary>
/// The store's engine, in the process that has the disk: one commit at a time, many appends in each. Readers see what
/// is safe and nothing else; an append is answered when it is safe.
/// </summary>
internal sealed class SimulatedStore
{
    private const int CommitMax = 64;
    private static readonly TimeSpan FlushMax = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan SlowFlushMax = TimeSpan.FromSeconds(3);

    private readonly SimulatedNode _node;
    private readonly SimulatedDisk _disk;
    private readonly WorldFaults _faults;
    private readonly RecoveredStore _safe;
    private readonly List<Pending> _pending = [];
    private bool _isBusy;

    public SimulatedStore(SimulatedNode node, SimulatedDisk disk, WorldFaults faults)
    {
        (_node, _disk, _faults) = (node, disk, faults);
        _safe = disk.Recover();
        foreach (var append in _safe.Late) faults.BecameSafe(append);
        OwnerEpoch = ++disk.OwnerEpoch;
    }

    public SimulatedNode Node => _node;

    public long OwnerEpoch { get; }

    public StoreHealth Health { get; set; } = StoreHealth.Ready;

    public Task<AppendResult> AppendAsync(JournalAppend append)
    {
        if (Health == StoreHealth.Full) throw new StoreFullException("there is no room on the simulated disk");
        if (Health == StoreHealth.Stopped) throw new StoreStoppedException("a flush of the simulated disk failed");
        var pending = new Pending(append);
        _pending.Add(pending);
        if (!_isBusy) Begin();
        return pending.Answer.Task;
    }

    /// <summary>Ends when nothing is being written.</summary>
    public async Task QuietAsync()
    {
        while (_isBusy && Health != StoreHealth.Stopped) await _node.DelayAsync(FlushMax);
    }

    /// <summary>Reads from what is safe, after a moment.</summary>
    public async Task<T> ReadAsync<T>(Func<RecoveredStore, T> read)
    {
        await _node.DelayAsync(_faults.Random.Time(TimeSpan.Zero, FlushMax));
        if (_faults.Draws(FaultKind.ReadFails)) throw new StoreException("the simulated disk did not answer a read");
        return read(_safe);
    }

    /// <summary>Removes what ended long ago, in a commit of its own.</summary>
    public async Task<int> PurgeAsync(LoggedPurge purge)
    {
        while (_isBusy && Health != StoreHealth.Stopped) await _node.DelayAsync(FlushMax);
        if (Health == StoreHealth.Full) throw new StoreFullException("there is no room on the simulated disk");
        if (Health == StoreHealth.Stopped) throw new StoreStoppedException("a flush of the simulated disk failed");
        _isBusy = true;
        _disk.Write(JournalLog.Write(purge));
        _faults.Cross(Boundary.Written, _node);
        await _node.DelayAsync(_faults.Random.Time(TimeSpan.Zero, FlushMax));
        if (_faults.Draws(FaultKind.FlushFails))
        {
            Stop([]);
            throw new StoreException("a flush of the simulated disk failed; it is not known what was removed");
        }

        _disk.Sync();
        var removed = _safe.Data.Purge(purge.EndedBefore, purge.CountMax);
        _faults.Cross(Boundary.Flushed, _node);
        Answer([]);
        return removed;
    }

    private void Begin()
    {
        _isBusy = true;
        _node.After(_faults.Random.Time(TimeSpan.Zero, TimeSpan.FromMilliseconds(1)), Commit);
    }

    private void Commit()
    {
        var batch = _pending.Take(CommitMax).ToList();
        _pending.RemoveRange(0, batch.Count);
        var heads = new Dictionary<GrainKey, (long Sequence, long Epoch)>();
        foreach (var pending in batch) pending.Verdict = Judge(pending.Append, heads);
        foreach (var pending in batch)
        {
            if (pending.Verdict == AppendResult.Appended && _faults.Draws(FaultKind.AppendLost)) pending.IsLost = true;
        }

        // What follows on an append that was lost does not fit any more.
        foreach (var lost in batch.Where(p => p.IsLost).Select(p => p.Append.Key).ToHashSet())
        {
            foreach (var pending in batch.Where(p => p.Append.Key == lost)) pending.IsLost = true;
        }

        var kept = batch.Where(p => p.IsKept).Select(p => p.Append).ToList();
        if (kept.Count == 0)
        {
            Answer(batch);
            return;
        }

        _disk.Write(JournalLog.Write(kept));
        _faults.Cross(Boundary.Written, _node);
        var isSlow = _faults.Draws(FaultKind.SlowFlush);
        _node.After(_faults.Random.Time(TimeSpan.Zero, isSlow ? SlowFlushMax : FlushMax), () => Flush(batch));
    }

    private AppendResult Judge(JournalAppend append, Dictionary<GrainKey, (long Sequence, long Epoch)> heads)
    {
        if (!heads.TryGetValue(append.Key, out var head))
        {
            var journal = _safe.Data.Journals.GetValueOrDefault(append.Key);
            head = (journal?.HeadSequence ?? 0, journal?.HeadEpoch ?? 0);
        }

        if (append.Epoch < head.Epoch) return AppendResult.StaleEpoch;
        if (append.ExpectedSequence != head.Sequence) return AppendResult.StaleSequence;
        heads[append.Key] = (head.Sequence + append.EventCount, append.Epoch);
        return AppendResult.Appended;
    }

    private void Flush(List<Pending> batch)
    {
        if (_faults.Draws(FaultKind.FlushFails))
        {
            Stop(batch);
            return;
        }

        _disk.Sync();
        foreach (var pending in batch.Where(p => p.IsKept))
        {
            _safe.Data.Append(pending.Append);
            _faults.BecameSafe(pending.Append);
        }

        _faults.Cross(Boundary.Flushed, _node);
        Answer(batch);
    }

    /// <summary>The pages are clean now and what was in them may be gone: nothing may be flushed again.</summary>
    private void Stop(List<Pending> batch)
    {
        Health = StoreHealth.Stopped;
        _disk.Crash(_faults.Random);
        var uncertain = new StoreException("a flush of the simulated disk failed; it is not known what was written");
        foreach (var pending in batch) _node.Post(() => pending.Answer.TrySetException(uncertain));
        var stopped = new StoreStoppedException("a flush of the simulated disk failed");
        foreach (var pending in _pending.ToList()) _node.Post(() => pending.Answer.TrySetException(stopped));
        _pending.Clear();
    }

    private void Answer(List<Pending> batch)
    {
        foreach (var pending in batch) _node.Post(() => Answer(pending));
        _isBusy = false;
        if (_pending.Count > 0 && Health != StoreHealth.Stopped) Begin();
    }

    private void Answer(Pending pending)
    {
        if (_faults.Cross(Boundary.Answered, _node)) return;
        if (pending.IsLost || pending.Verdict == AppendResult.Appended && _faults.Draws(FaultKind.AppendUncertain))
            pending.Answer.TrySetException(new StoreException("the answer of the simulated disk was lost"));
        else
            pending.Answer.TrySetResult(pending.Verdict);
    }

    private sealed class Pending(JournalAppend append)
    {
        public JournalAppend Append => append;

        public AppendResult Verdict { get; set; }

        /// <summary>Not written, and reported as uncertain.</summary>
        public bool IsLost { get; set; }

        public bool IsKept => Verdict == AppendResult.Appended && !IsLost;

        public TaskCompletionSource<AppendResult> Answer { get; } = new();
    }
}
