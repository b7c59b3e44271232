using System.Runtime.CompilerServices;
using Actors.Grains.Hosting;
using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>Reading the grain's journal, and reading it again after something failed.</summary>
internal sealed partial class Activation
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(5);

    private ITimer? _retryTimer;

    private bool IsLoaded()
    {
        if (_loading is null && _grain is not null) return _poison is null;
        if (_retryLoadAt != default && _host.Time.GetUtcNow() < _retryLoadAt && _mailbox.IsEmpty) return false;
        if (_loading is null)
        {
            _retryLoadAt = default;
            _loading = LoadAsync();
            if (!_loading.IsCompleted)
            {
                _loading.GetAwaiter().UnsafeOnCompleted(() => Schedule(runHere: false));
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

    private bool FirstTurn()
    {
        Turn(ActivatedMessage, null);
        return _grain is not null;
    }

    private static Activated ActivatedMessage { get; } = new();

    private async Task LoadAsync()
    {
        var grain = _host.Factory.Create(Key);
        var page = await _host.Store.ReadAsync(Key);
        var history = new History(_host.Store, Key, page);
        await grain.ActivateAsync(history, CancellationToken.None);
        _sequence = page.HeadSequence;
        _grain = grain;
        _host.CountActivation();
    }

    private void OnLoadFailed(Exception trouble)
    {
        _grain = null;
        var known = trouble is ActorsException;
        // Nobody can act on these for the caller: the history is damaged, or nothing of that type is registered here.
        var final = trouble is StoreCorruptException or NotFoundException;
        if (trouble is StoreCorruptException) _host.Log.Corrupt(Key, trouble);
        else if (!final) _host.Log.LoadFailed(Key, trouble);
        while (_mailbox.TryDequeue(out var envelope))
        {
            envelope.Call?.Fail(known ? trouble : new UnavailableException($"grain '{Key}' can't be activated: {trouble.Message}", trouble));
            Interlocked.Decrement(ref _messages);
        }

        if (final)
        {
            if (Interlocked.CompareExchange(ref _messages, Gone, 0) == 0) _host.Remove(this);
            return;
        }

        _failures++;
        ReloadLater();
    }

    /// <summary>
    /// Reads the grain again after a pause: 100 ms, doubling to 5 s, and not while the store takes no appends.
    /// </summary>
    private void ReloadLater()
    {
        var pause = TimeSpan.FromTicks(Math.Min(RetryMax.Ticks, RetryFirst.Ticks << Math.Min(_failures - 1, 10)));
        _retryLoadAt = _host.Time.GetUtcNow() + pause;
        _retryTimer ??= _host.Time.CreateTimer(static state => ((Activation)state!).RetryNow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _retryTimer.Change(pause, Timeout.InfiniteTimeSpan);
    }

    private void RetryNow()
    {
        if (_host.Store.Health == StoreHealth.Full)
        {
            _retryTimer?.Change(RetryMax, Timeout.InfiniteTimeSpan);
            return;
        }

        // A wake-up makes the run read the journal; what is outstanding is handed out by the first turn.
        if (_host.Store.Health == StoreHealth.Ready) TryEnqueue(new Envelope(new WakeUp(), null), runHere: false);
    }

    private sealed class History(IJournalStore store, GrainKey key, JournalPage first) : IGrainHistory
    {
        public JournalSnapshot? Snapshot => first.Snapshot;

        public IAsyncEnumerable<JournalRecord> Records => ReadAsync();

        public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(PayloadHash hash) => store.ReadPayloadAsync(hash);

        private async IAsyncEnumerable<JournalRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var page = first;
            while (true)
            {
                foreach (var record in page.Records) yield return record;
                if (!page.More) yield break;
                var after = page.Records.Count > 0 ? page.Records[^1].LastSequence : page.Snapshot!.Sequence;
                page = await store.ReadAsync(key, after, cancellationToken: cancellationToken);
            }
        }
    }
}
