using System.Runtime.CompilerServices;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>Reading the grain's journal, and reading it again after something failed.</summary>
internal sealed partial class Activation
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(5);

    private ITimer? _retryTimer;
    private volatile bool _waitsForStore;

    /// <summary>Only the timer ends the pause: by a wall clock that was set back it would last for ever.</summary>
    private volatile bool _pausesLoad;

    /// <summary>Whether it was dropped, and is read again as soon as the store takes appends.</summary>
    public bool WaitsForStore => _waitsForStore;

    private bool IsLoaded()
    {
        if (_loading is null && _grain is not null) return _poison is null;
        if (_loading is null)
        {
            // Callers are to hear at once how the store is; everything else waits for the pause to end.
            if (_mailbox.IsEmpty || _pausesLoad && !_callWaits) return false;
            _callWaits = false;
            _pausesLoad = false;
            _loading = LoadAsync();
            if (!_loading.IsCompleted)
            {
                _host.Begins();
                _loading.GetAwaiter().UnsafeOnCompleted(OnLoaded);
                return false;
            }
        }

        if (!_loading.IsCompleted) return false;
        var loaded = _loading;
        _loading = null;
        if (loaded.Exception?.InnerException is not { } trouble) return FirstTurn();
        OnLoadFailed(trouble);
        return false;
    }

    private void OnLoaded()
    {
        Schedule(runHere: false);
        _host.Ends();
    }

    private bool FirstTurn()
    {
        if (Turn(ActivatedMessage, null) is not { } why) return true;
        // Nothing will receive what waits: without an answer it would be read again at once, for ever.
        FailMailboxOfDropped(why);
        _callWaits = false;
        return false;
    }

    private static JournalPage NoJournal { get; } = new(0, 0, null, []);

    private static Activated ActivatedMessage { get; } = new();

    private static Touch TouchMessage { get; } = new();

    private async Task LoadAsync()
    {
        var grain = _host.Factory.Create(Key);
        var page = IsNew() ? NoJournal : await _host.Store.ReadAsync(Key);
        var history = new History(_host.Store, Key, page);
        await grain.ActivateAsync(history, CancellationToken.None);
        _sequence = page.HeadSequence;
        _epoch = _host.Around.EpochAfter(page.HeadEpoch);
        // What has no journal has no projection.
        _knowsProjection = _sequence == 0;
        _grain = grain;
        NoteKnown();
        _host.CountActivation();
    }

    private bool IsNew() => _failures == 0 && _mailbox.Peek() is IFirstMessage { IsIdNew: true };

    private void OnLoadFailed(Exception trouble)
    {
        _grain = null;
        var known = trouble is ActorsException;
        // Nobody can act on these for the caller: the history is damaged, or nothing of that type is registered here.
        var final = trouble is StoreCorruptException or NotFoundException;
        if (trouble is StoreCorruptException) _host.Log.Corrupt(Key, trouble);
        else if (!final) _host.Log.LoadFailed(Key, trouble);
        FailMailbox(known
            ? trouble
            : new UnavailableException($"grain '{Key}' can't be activated: {trouble.Message}", trouble));
        if (final)
        {
            _host.Closed.Add(Key, trouble as StoreCorruptException);
            Leave();
            return;
        }

        _failures++;
        ReloadLater();
    }

    /// <summary>A timer that has ended the pause already loses its message, too: it is sent anew.</summary>
    private void FailMailboxOfDropped(Exception why)
    {
        FailMailbox(why);
        if (_failures > 0 && !_pausesLoad) RetryNow();
    }

    private void FailMailbox(Exception why)
    {
        while (_mailbox.TryDequeue(out var envelope))
        {
            envelope.Call?.Fail(why);
            if (envelope.Message is StepOutcome or WorkRefused && _atWork > 0) _atWork--;
            Interlocked.Decrement(ref _messages);
        }
    }

    /// <summary>
    /// Reads the grain again after a pause: 100 ms, doubling to 5 s, and not while the store takes no appends.
    /// </summary>
    private void ReloadLater()
    {
        var pause = TimeSpan.FromTicks(Math.Min(RetryMax.Ticks, RetryFirst.Ticks << Math.Min(_failures - 1, 10)));
        _pausesLoad = true;
        _retryTimer ??= _host.Time.CreateTimer(
            static state => ((Activation)state!).RetryNow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _retryTimer.Change(pause, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Reads the grain again; if the store is full or away, when it no longer is. The host looks for that at least
    /// every second; the timer is for a host that was not started.
    /// </summary>
    public void RetryNow()
    {
        _waitsForStore = _host.Store.Health is StoreHealth.Full or StoreHealth.Away;
        if (_waitsForStore)
        {
            _retryTimer?.Change(RetryMax, Timeout.InfiniteTimeSpan);
            return;
        }

        if (_host.Store.Health != StoreHealth.Ready) return;
        _pausesLoad = false;
        // A message makes the run read the journal; what is outstanding is handed out by the first turn.
        if (TryEnqueue(new Envelope(TouchMessage, null), runHere: false) is false) Schedule(runHere: false);
    }

    private sealed class History(IJournalStore store, GrainKey key, JournalPage first) : IGrainHistory
    {
        public JournalSnapshot? Snapshot => first.Snapshot;

        public IAsyncEnumerable<JournalRecord> Records => ReadAsync();

        public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(PayloadHash hash) => store.ReadPayloadAsync(hash);

        private async IAsyncEnumerable<JournalRecord> ReadAsync(
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var page = first;
            var last = page.Snapshot?.Sequence ?? 0;
            while (true)
            {
                foreach (var record in page.Records)
                {
                    if (record.FirstSequence != last + 1) throw Gap(last, record.FirstSequence);
                    last = record.LastSequence;
                    yield return record;
                }

                if (last == first.HeadSequence) yield break;
                if (page.Records.Count == 0) throw Gap(last, first.HeadSequence + 1);
                page = await store.ReadAsync(key, last, cancellationToken: cancellationToken);
            }
        }

        private StoreCorruptException Gap(long last, long next) =>
            new($"the journal of '{key}' has nothing between event {last} and event {next}; restore a backup");
    }
}
