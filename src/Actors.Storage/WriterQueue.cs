namespace Actors.Storage;

/// <summary>What the writer is to do next.</summary>
internal enum WriterTurn
{
    /// <summary>Appends were taken.</summary>
    Appends,

    /// <summary>There is maintenance to do.</summary>
    Maintenance,

    /// <summary>Nothing came for a while.</summary>
    Idle,

    /// <summary>The queue is closed, and empty.</summary>
    Closed,
}

/// <summary>
/// The way from all callers to the one writer. Bounded by count and bytes; above a bound callers wait in line, in
/// order. Maintenance takes turns with appends, so that neither starves.
/// </summary>
internal sealed class WriterQueue(WriterBounds bounds)
{
    // How long the writer looks for the next append before it lets go of its thread: a lone caller is back within
    // microseconds.
    private const int SpinsMax = 10;

    private readonly object _gate = new();
    private readonly Queue<AppendRequest> _appends = new();
    private readonly Queue<Action> _maintenance = new();
    private readonly Queue<TaskCompletionSource> _line = new();
    private long _bytes;
    private bool _writerSleeps;
    private bool _sleepIsTimed;
    private bool _isLent;
    private int _loans;
    private volatile bool _writerIsFree;
    private bool _closed;
    private bool _maintenanceIsNext;
    private volatile bool _hasWork;

    /// <summary>Puts an append into the queue if there is room.</summary>
    /// <param name="request">The append.</param>
    /// <param name="room">If there is none: when to try again.</param>
    /// <returns>False: closed, or no room.</returns>
    public bool TryEnqueue(AppendRequest request, out Task? room)
    {
        room = null;
        lock (_gate)
        {
            if (_closed) return false;
            if (!HasRoom(request.Bytes))
            {
                var place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _line.Enqueue(place);
                room = place.Task;
                return false;
            }

            _appends.Enqueue(request);
            _bytes += request.Bytes;
            Wake();
            return true;
        }
    }

    /// <summary>
    /// Hands the writer something to do between two transactions of appends. At most one per caller that awaits it.
    /// </summary>
    /// <returns>False: closed.</returns>
    public bool TryEnqueue(Action maintenance)
    {
        lock (_gate)
        {
            if (_closed) return false;
            _maintenance.Enqueue(maintenance);
            Wake();
            return true;
        }
    }

    /// <summary>
    /// Lets a caller write in the writer's place, if nothing waits and the writer has nothing to do. It has to
    /// <see cref="GiveBack"/>; until then the writer does nothing, and others queue.
    /// </summary>
    public bool TryBorrow()
    {
        if (!_writerIsFree) return false;
        lock (_gate)
        {
            if (!_writerIsFree || _isLent || _closed || HasWork) return false;
            _loans++;
            return _isLent = true;
        }
    }

    /// <summary>Ends what <see cref="TryBorrow"/> began.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            _isLent = false;
            // One that sleeps for ever does not know yet that something was written.
            if (_writerSleeps && (HasWork || _closed || !_sleepIsTimed)) Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes no more; what is queued is still done.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            ReleaseLine(int.MaxValue);
            Wake();
        }
    }

    /// <summary>Waits for something to do. Appends are taken up to the bounds of a transaction, at least one.</summary>
    /// <param name="batch">Gets the appends.</param>
    /// <param name="maintenance">Gets what else there is to do.</param>
    /// <param name="idleAfter">How long nothing has to come; asked again after others have written.</param>
    public WriterTurn Take(List<AppendRequest> batch, out Action? maintenance, Func<TimeSpan> idleAfter)
    {
        maintenance = null;
        _writerIsFree = true;
        Spin();
        lock (_gate)
        {
            while (_isLent || !HasWork)
            {
                if (_closed && !_isLent) return WriterTurn.Closed;
                if (!HasWork) _hasWork = false;
                if (!Sleep(idleAfter()) || HasWork || _closed) continue;
                _writerIsFree = false;
                return WriterTurn.Idle;
            }

            _writerIsFree = false;
            if (_maintenance.Count > 0 && (_maintenanceIsNext || _appends.Count == 0))
            {
                _maintenanceIsNext = false;
                maintenance = _maintenance.Dequeue();
                return WriterTurn.Maintenance;
            }

            _maintenanceIsNext = true;
            TakeAppends(batch);
            return WriterTurn.Appends;
        }
    }

    // Whether the whole time passed and nobody wrote.
    private bool Sleep(TimeSpan most)
    {
        var loans = _loans;
        _sleepIsTimed = most != Timeout.InfiniteTimeSpan;
        _writerSleeps = true;
        var isWoken = Monitor.Wait(_gate, most);
        _writerSleeps = false;
        return !isWoken && !_isLent && loans == _loans;
    }

    private void TakeAppends(List<AppendRequest> batch)
    {
        long taken = 0;
        while (batch.Count < bounds.TransactionCountMax && _appends.TryPeek(out var next))
        {
            if (batch.Count > 0 && taken + next.Bytes > bounds.TransactionBytesMax) break;
            batch.Add(_appends.Dequeue());
            taken += next.Bytes;
        }

        _bytes -= taken;
        ReleaseLine(_appends.Count == 0 ? int.MaxValue : batch.Count);
    }

    // Those released try again; if there is still no room, or not for their size, they line up anew. Whoever gave up
    // waiting takes a turn too, so an empty queue releases everybody.
    private void ReleaseLine(int countMax)
    {
        while (countMax-- > 0 && _line.TryDequeue(out var place)) place.SetResult();
    }

    private bool HasWork => _appends.Count > 0 || _maintenance.Count > 0;

    private bool HasRoom(long bytes) =>
        _appends.Count == 0 || (_appends.Count < bounds.QueueCountMax && _bytes + bytes <= bounds.QueueBytesMax);

    private void Wake()
    {
        _hasWork = true;
        if (_writerSleeps && !_isLent) Monitor.Pulse(_gate);
    }

    private void Spin()
    {
        var spinner = new SpinWait();
        for (var i = 0; i < SpinsMax && !_hasWork; i++) spinner.SpinOnce(sleep1Threshold: -1);
    }
}
