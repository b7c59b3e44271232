using System.Runtime.InteropServices;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// One grain in memory: its mailbox, its turns, its appends. Runs on the thread pool, at most once at a time;
/// everything but the mailbox and the counters is touched by the run only. One append is in flight at a time; turns
/// meanwhile collect into the next batch.
/// </summary>
internal sealed partial class Activation : IThreadPoolWorkItem
{
    private const int TurnsPerRun = 64;

    /// <summary>Turns that may run ahead of the append in flight; further messages wait in the mailbox.</summary>
    private const int TurnsAheadMax = 1024;

    private const int Gone = int.MinValue;

    private readonly EmbeddedGrainHost _host;
    private readonly Mailbox _mailbox = new();
    private readonly HashSet<PendingCall> _postponedCalls = [];
    private readonly Action _onAppended;
    private Grain? _grain;
    private TurnBatch _collecting;
    private TurnBatch? _spare;
    private TurnBatch? _inFlight;
    private ValueTask<AppendResult> _append;
    private long _sequence;
    private long _epoch;
    private long _appending;
    private Exception? _poison;
    private int _failures;
    private bool _rests;
    private volatile bool _isResting;
    private Task? _loading;
    private int _prunePostponedAt = 64;
    private int _messages;
    private int _scheduled;
    private int _appended;
    private volatile bool _mustLeave;
    private volatile bool _isLeaving;
    private volatile bool _callWaits;
    private int _atWork;

    public Activation(EmbeddedGrainHost host, GrainKey key)
    {
        (_host, Key) = (host, key);
        _onAppended = OnAppended;
        _isShared = host.Around.IsShared;
        _collecting = host.Batches.Rent();
        LastUsed = host.Time.GetTimestamp();
    }

    public GrainKey Key { get; }

    /// <summary>When it last ran, as a timestamp of the host's clock.</summary>
    public long LastUsed { get; private set; }

    /// <summary>Whether nothing waits for it right now.</summary>
    public bool IsIdle => Volatile.Read(ref _messages) == 0 && Volatile.Read(ref _scheduled) == 0;

    /// <summary>Whether it was asked to leave and has not said no, or has left.</summary>
    /// <remarks>Read in the order in which they are set: in none of them it is between two.</remarks>
    public bool IsAskedToLeave => _mustLeave || _isLeaving || Volatile.Read(ref _messages) == Gone;

    /// <summary>Whether it is done and stays for a moment only.</summary>
    public bool IsResting => _isResting;

    /// <summary>Messages that wait, or are being received.</summary>
    public int Depth => Math.Max(0, Volatile.Read(ref _messages));

    private bool IsAhead => _inFlight is not null && _collecting.Turns >= TurnsAheadMax;

    /// <summary>Puts a message into the mailbox.</summary>
    /// <param name="envelope">The message.</param>
    /// <param name="runHere">Run the grain on this thread if nobody runs it.</param>
    /// <returns>Null if the grain has left memory: find the new one. Else whether there was room.</returns>
    public bool? TryEnqueue(Envelope envelope, bool runHere)
    {
        while (true)
        {
            var count = Volatile.Read(ref _messages);
            if (count < 0) return null;
            // What workers answer is bounded by what they took, and nothing would ask for it again.
            if (count >= _host.Options.MailboxMax && envelope.Message is not (StepOutcome or WorkRefused)) return false;
            if (Interlocked.CompareExchange(ref _messages, count + 1, count) == count) break;
        }

        _mailbox.Enqueue(envelope);
        if (envelope.Call is not null) _callWaits = true;
        Schedule(runHere);
        return true;
    }

    /// <summary>Lets the grain leave memory if it is idle, or at once if the host has closed.</summary>
    public void AskToLeave(bool runHere = false)
    {
        _mustLeave = true;
        Schedule(runHere);
    }

    public void Schedule(bool runHere, bool preferLocal = true)
    {
        if (Interlocked.Exchange(ref _scheduled, 1) != 0) return;
        _host.Begins();
        if (runHere) Execute();
        else _host.Runtime.Queue(this, preferLocal);
    }

    public void Execute()
    {
        LastUsed = _host.Time.GetTimestamp();
        try
        {
            Run();
        }
        catch (Exception e)
        {
            // Nothing may end the process, or leave the grain scheduled for ever.
            _host.Log.TurnFailed(Key, nameof(Run), e);
            var why = new UnavailableException($"grain '{Key}' failed and was dropped: {e.Message}", e);
            Poison(why);
            // What waits might be what it failed over: it must not be tried for ever.
            FailMailboxOfDropped(why);
        }

        // A full fence: whoever puts something in sees either this, or is seen by the look that follows.
        Interlocked.Exchange(ref _scheduled, 0);
        // Others come first: a busy grain goes to the end of the line.
        if (HasWork()) Schedule(runHere: false, preferLocal: false);
        _host.Ends();
    }

    private bool HasWork() =>
        Volatile.Read(ref _appended) == 1 || _loading is { IsCompleted: true } || _looking is { IsCompleted: true } ||
        _loading is null && _looking is null && _poison is null &&
        (_host.IsClosed && _mustLeave && _inFlight is null ||
            IsMoving && _inFlight is null || !_mailbox.IsEmpty && !IsAhead && (!_pausesLoad || _callWaits));

    private void Run()
    {
        if (Interlocked.Exchange(ref _appended, 0) == 1) FinishAppend();
        if (_collecting.Turns >= TurnsAheadMax) Flush();
        if (_host.IsClosed)
        {
            Close();
            return;
        }

        var turns = 0;
        for (; turns < TurnsPerRun; turns++)
        {
            if (IsAhead || !IsLoaded() || !IsFresh() || !_mailbox.TryDequeue(out var envelope)) break;
            Receive(envelope);
            Interlocked.Decrement(ref _messages);
        }

        if (turns > 0) _host.Metrics.Turns(turns);
        Flush();
        if (_host.StoreStopped is { } stopped) FailPostponed(stopped);
        LeaveIfWanted();
        MoveIfReady();
    }

    private void Receive(Envelope envelope)
    {
        if (envelope.Call is { IsAbandoned: true }) return;
        if (envelope.Message is StepOutcome or WorkRefused && _atWork > 0) _atWork--;
        if (envelope.Message is WakeUp wakeUp && !IsDue(wakeUp)) return;
        Turn(envelope.Message, envelope.Call);
    }

    /// <returns>Why the grain was dropped; null: it was not.</returns>
    private Exception? Turn(GrainMessage message, PendingCall? caller)
    {
        _caller = caller;
        _isAnswered = caller is null;
        _collecting.Turns++;
        SeeTime();
        try
        {
            if (message is Touch)
            {
                ((IGrainTurn)this).Reply(Done.Instance);
            }
            else
            {
                _rests = false;
                var events = _collecting.Events.EventCount;
                _grain!.Receive(message, this);
                if (!_isAnswered) throw new InvalidOperationException("the message was not answered, now or later");
                if (_isShared && caller is not null && message is not IRepeatable)
                    _collecting.NeedsProof |= _collecting.Events.EventCount == events;
                RunInTurn();
            }

            if (_inFlight is null && _collecting is { HasEvents: false, NeedsProof: false }) CarryOut(_collecting);
            return null;
        }
        catch (Exception e)
        {
            _host.Log.TurnFailed(Key, message.GetType().Name, e);
            var why = new UnavailableException($"grain '{Key}' failed in a turn and was dropped: {e.Message}", e);
            caller?.Fail(why);
            Poison(why);
            return why;
        }
        finally
        {
            _caller = null;
            _inTurn = null;
        }
    }

    /// <summary>
    /// The state can't be trusted any more. What is being written was decided before, and is still carried out.
    /// </summary>
    private void Poison(Exception why)
    {
        Fail(_collecting, why);
        if (_inFlight is null) Drop(why);
        else _poison = why;
    }

    private void Flush()
    {
        while (_inFlight is null && !_collecting.IsEmpty)
        {
            if (_collecting is { HasEvents: false, NeedsProof: false })
            {
                CarryOut(_collecting);
                return;
            }

            if (_collecting.HasEvents ? !TryBeginAppend() : !BeginProof()) return;
            FinishAppend();
        }
    }

    /// <returns>Whether it is over already.</returns>
    private bool TryBeginAppend()
    {
        ReadOnlyMemory<byte>? snapshot;
        try
        {
            _grain!.BeforeAppend(this);
            snapshot = _grain.TakeSnapshot();
        }
        catch (Exception e)
        {
            _host.Log.TurnFailed(Key, nameof(Grain.BeforeAppend), e);
            Poison(new UnavailableException($"grain '{Key}' could not be written and was dropped: {e.Message}", e));
            return false;
        }

        var batch = _collecting;
        var (events, count, payloads) = batch.Events.Take();
        return Begin(batch, count, Append(new JournalAppend(
            Key, _epoch, _sequence, events, count, _now, batch.Projection, payloads, snapshot, IsLone(batch))));
    }

    // Nobody is kept waiting by this thread while it writes.
    private bool IsLone(TurnBatch batch) =>
        batch.Turns == 1 && _host.IsLone && _mailbox.IsEmpty && _host.Runtime.MayBlock;

    private bool Begin(TurnBatch batch, long count, ValueTask<AppendResult> append)
    {
        _inFlight = batch;
        _collecting = _spare ?? _host.Batches.Rent();
        _spare = null;
        _appending = count;
        _host.AppendBegins();
        _append = append;
        if (append.IsCompleted) return true;
        append.GetAwaiter().UnsafeOnCompleted(_onAppended);
        return false;
    }

    private ValueTask<AppendResult> Append(JournalAppend append)
    {
        try
        {
            return _host.Store.AppendAsync(append);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<AppendResult>(e);
        }
    }

    private void OnAppended()
    {
        Volatile.Write(ref _appended, 1);
        Schedule(runHere: true);
    }

    private void FinishAppend()
    {
        var batch = _inFlight!;
        try
        {
            var result = _append.GetAwaiter().GetResult();
            if (result != AppendResult.Appended)
            {
                _host.Log.AppendRefused(Key, result.ToString());
                Drop(new UnavailableException($"grain '{Key}' was not the owner of its journal ({result}); try again"));
                return;
            }
        }
        catch (StoreFullException e)
        {
            Drop(e);
            return;
        }
        catch (Exception e)
        {
            _host.Log.AppendFailed(Key, e);
            _host.CheckStore(e);
            Drop(e as StoreStoppedException ?? (Exception)new UnavailableException(
                $"it is not known whether grain '{Key}' was stored: {e.Message}", e));
            return;
        }
        finally
        {
            _append = default;
            _host.AppendEnds();
        }

        _failures = 0;
        _sequence += _appending;
        _inFlight = null;
        NoteKnown();
        if (batch.Projection is { } projection) OnProjected(projection.WakeAt);
        CarryOut(batch);
        _spare = batch;
        _host.Watchers.Tell(Key, _sequence);
        if (_poison is not { } why) return;
        _poison = null;
        Drop(why);
    }

    private void CarryOut(TurnBatch batch)
    {
        foreach (ref readonly var effect in CollectionsMarshal.AsSpan(batch.Effects))
        {
            try
            {
                CarryOut(effect);
            }
            catch (Exception e)
            {
                // Its cause is durable, and the other effects must not suffer.
                _host.Log.EffectFailed(Key, effect.Kind, e);
            }
        }

        batch.Clear();
    }

    private void CarryOut(in Effect effect)
    {
        switch (effect.Kind)
        {
            case EffectKind.Reply: effect.Call!.Complete((GrainReply)effect.Subject!); break;
            case EffectKind.Post: _host.Around.Post(effect.Key, (GrainMessage)effect.Subject!); break;
            case EffectKind.Dispatch: _atWork += _host.Around.Dispatch((WorkItem)effect.Subject!) ? 1 : 0; break;
            case EffectKind.CancelWork: _host.Around.CancelWork(effect.Work); break;
            case EffectKind.LeaveStage:
                _host.Around.LeaveStage(new InvocationId(Key.Tenant, Key.Type, Key.Id));
                break;
        }
    }

    /// <summary>
    /// Forgets the grain with everything that was asked for and is not durable. Messages that were not received stay;
    /// a fresh grain, read from the journal, receives them, and takes up what was outstanding.
    /// </summary>
    private void Drop(Exception why)
    {
        Fail(_inFlight, why);
        Fail(_collecting, why);
        FailPostponed(why);
        _inFlight = null;
        _grain = null;
        ForgetWakeUps();
        _rests = false;
        _poison = null;
        _failures++;
        _host.Metrics.Dropped();
        _callWaits = false;
        if (_mailbox.HasCall()) _callWaits = true;
        ReloadLater();
    }

    private void FailPostponed(Exception why)
    {
        foreach (var call in _postponedCalls) call.Fail(why);
        _postponedCalls.Clear();
    }

    private static void Fail(TurnBatch? batch, Exception why)
    {
        if (batch is null) return;
        foreach (var effect in batch.Effects)
        {
            if (effect.Kind == EffectKind.Reply) effect.Call!.Fail(why);
        }

        batch.Clear();
    }

    private void LeaveIfWanted()
    {
        PruneAbandoned();
        var mustLeave = _mustLeave;
        if (!_rests && !mustLeave) return;
        _isLeaving = mustLeave;
        _mustLeave = false;
        LeaveUnlessNeeded(mustLeave);
        _isLeaving = false;
    }

    private void LeaveUnlessNeeded(bool mustLeave)
    {
        if (mustLeave) _isResting = false;
        if (_grain is null || _loading is not null || _inFlight is not null || !_collecting.IsEmpty) return;
        // Activated anew by its outcome, the grain would hand out the very attempt that has just ended.
        if (_atWork > 0) return;
        _postponedCalls.RemoveWhere(static c => c.IsAbandoned);
        if (_postponedCalls.Count > 0 || !CanBeWokenFromOutside()) return;
        if (mustLeave || !_host.Resting.IsKept) Leave();
        else if (!_isResting) Rest();
    }

    private void Rest()
    {
        _isResting = true;
        _host.Resting.Add(this)?.AskToLeave(runHere: true);
    }

    /// <summary>Callers that have gone are forgotten before they are many.</summary>
    private void PruneAbandoned()
    {
        if (_postponedCalls.Count < _prunePostponedAt) return;
        _postponedCalls.RemoveWhere(static c => c.IsAbandoned);
        _prunePostponedAt = Math.Max(64, _postponedCalls.Count * 2);
    }

    private void Leave()
    {
        if (Interlocked.CompareExchange(ref _messages, Gone, 0) != 0) return;
        _host.Remove(this);
        _host.Around.Left(Key);
        _left?.TrySetResult();
        _host.Batches.Return(_collecting);
        _host.Batches.Return(_spare);
        // Others use them now, and a run that was scheduled meanwhile must not see theirs.
        (_collecting, _spare) = (TurnBatch.OfNobody, null);
        _retryTimer?.Dispose();
    }

    /// <summary>The host is closed: whoever waits is told, as soon as nothing is being written any more.</summary>
    private void Close()
    {
        if (_loading is { IsCompleted: false } || _inFlight is not null) return;
        LetGo(new UnavailableException("the silo has stopped; what it acknowledged is safe"));
    }
}
