using Actors.Journal;

namespace Actors.Storage.Memory;

/// <summary>How the next append of a <see cref="MemoryJournalStore"/> fails.</summary>
public enum AppendFault
{
    /// <summary>It throws <see cref="StoreException"/>, and nothing was appended.</summary>
    UncertainNotAppended = 1,

    /// <summary>It throws <see cref="StoreException"/>, and all of it was appended.</summary>
    UncertainAppended = 2,
}

/// <summary>
/// A journal store in memory, for tests: the same rules as a durable one, and failures at will. <see cref="Reopen"/> is
/// what a crash and a restart are to the others. Thread-safe.
/// </summary>
public sealed class MemoryJournalStore : IJournalStore
{
    private readonly MemoryData _data;
    private readonly Queue<AppendFault> _faults = new();
    private StoreHealth _health = StoreHealth.Ready;

    /// <summary>An empty store, owned under epoch 1.</summary>
    public MemoryJournalStore() : this(new MemoryData())
    {
    }

    private MemoryJournalStore(MemoryData data)
    {
        _data = data;
        OwnerEpoch = ++data.OwnerEpoch;
    }

    /// <inheritdoc/>
    public long OwnerEpoch { get; }

    /// <summary>
    /// Whether appends are taken. Tests may set it: <see cref="StoreHealth.Full"/> refuses appends until set back to
    /// <see cref="StoreHealth.Ready"/>; <see cref="StoreHealth.Stopped"/> stays.
    /// </summary>
    public StoreHealth Health
    {
        get
        {
            lock (_data.Gate) return _data.OwnerEpoch == OwnerEpoch ? _health : StoreHealth.Stopped;
        }

        set
        {
            lock (_data.Gate)
            {
                if (_health != StoreHealth.Stopped) _health = value;
            }
        }
    }

    /// <summary>
    /// Makes the next append that would succeed fail. Several faults are used up in order, one per append.
    /// </summary>
    public void FailNext(AppendFault fault)
    {
        lock (_data.Gate) _faults.Enqueue(fault);
    }

    /// <summary>
    /// The same data under a new owner, with a greater epoch and good health. This store takes no more appends.
    /// </summary>
    public MemoryJournalStore Reopen()
    {
        lock (_data.Gate) return new MemoryJournalStore(_data);
    }

    /// <inheritdoc/>
    public ValueTask<AppendResult> AppendAsync(JournalAppend append, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<AppendResult>(cancellationToken);
        Check(append);
        lock (_data.Gate)
        {
            if (Refusal() is { } refusal) return ValueTask.FromException<AppendResult>(refusal);
            var verdict = _data.Judge(append);
            if (verdict != AppendResult.Appended) return ValueTask.FromResult(verdict);
            if (!_faults.TryDequeue(out var fault))
            {
                _data.Append(append);
                return ValueTask.FromResult(AppendResult.Appended);
            }

            if (fault == AppendFault.UncertainAppended) _data.Append(append);
            return ValueTask.FromException<AppendResult>(
                new StoreException("A fault was asked for. The append may or may not have been done: read again."));
        }
    }

    /// <inheritdoc/>
    public ValueTask<JournalPage> ReadAsync(
        GrainKey key,
        long? afterSequence = null,
        int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        Read(cancellationToken, () =>
            _data.Journals.TryGetValue(key, out var journal)
                ? journal.Read(afterSequence, bytesMax)
                : new JournalPage(0, 0, null, []));

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        Read(cancellationToken, () =>
        {
            if (!_data.Payloads.TryGetValue(hash, out var bytes))
                throw new StoreCorruptException(
                $"The payload {hash} is missing in the store. Restore a backup that has it.");
            if (PayloadHash.Of(bytes.Span) != hash)
                throw new StoreCorruptException(
            $"The payload {hash} is damaged: its bytes give another hash. Restore a backup.");
            return bytes;
        });

    /// <inheritdoc/>
    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        Read(cancellationToken, () => _data.Journals.GetValueOrDefault(key)?.Row);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The page size or the cursor is not valid.</exception>
    public ValueTask<ProjectionPage> ListAsync(ProjectionFilter filter, CancellationToken cancellationToken = default)
    {
        if (filter.CountMax is < 1 or > 1_000)
            throw new ArgumentException($"A page has 1 to 1,000 rows, not {filter.CountMax}.", nameof(filter));
        return Read(cancellationToken, () => _data.List(filter));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        Read<IReadOnlyList<DueKey>>(cancellationToken, () => _data.Due(until, countMax));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        Read<IReadOnlyList<ResumableKey>>(cancellationToken, () => _data.Resumable(after, countMax));

    /// <inheritdoc/>
    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) =>
        Read(cancellationToken, () => Refusal() is { } refusal ? throw refusal : _data.Purge(endedBefore, countMax));

    /// <summary>Takes no more appends. What is stored stays, for <see cref="Reopen"/>.</summary>
    public ValueTask DisposeAsync()
    {
        Health = StoreHealth.Stopped;
        return default;
    }

    private static void Check(JournalAppend append)
    {
        if (!Names.IsId(append.Key.Tenant) || !Names.IsId(append.Key.Type) || !Names.IsId(append.Key.Id))
            throw new ArgumentException($"'{append.Key}' is not a key: {nameof(Names)} has the rules.", nameof(append));
        if (append.EventCount < 1 || append.Events.IsEmpty)
            throw new ArgumentException($"An append to '{append.Key}' must hold at least one event.", nameof(append));
        if (append.ExpectedSequence < 0)
            throw new ArgumentException($"An append to '{append.Key}' expects a negative sequence.", nameof(append));
    }

    private StoreException? Refusal() => Health switch
    {
        StoreHealth.Full => new StoreFullException(
            "There is no room in the store: a test said so. Nothing was appended."),
        StoreHealth.Stopped => new StoreStoppedException(
            "The store takes no more appends: it was closed, stopped or opened anew."),
        _ => null,
    };

    private ValueTask<T> Read<T>(CancellationToken cancellationToken, Func<T> read)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        try
        {
            lock (_data.Gate) return ValueTask.FromResult(read());
        }
        catch (Exception e)
        {
            return ValueTask.FromException<T>(e);
        }
    }
}
