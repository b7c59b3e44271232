using Actors.Journal;

namespace Actors.Simulation.Storage;

/// <summary>How a process reaches the engine of its store: it has it, or a server has.</summary>
internal abstract class StoreLink
{
    public abstract StoreHealth Health { get; }

    public abstract long OwnerEpoch { get; }

    /// <exception cref="StoreException">The answer was lost: it may have been done.</exception>
    /// <exception cref="StoreStoppedException">The store takes no more appends from this process.</exception>
    public virtual Task<AppendResult> AppendAsync(JournalAppend append) =>
        AskAsync("append", store => store.AppendAsync(append));

    /// <exception cref="StoreException">The answer was lost: what was asked may have been done.</exception>
    public abstract Task<T> AskAsync<T>(string what, Func<SimulatedStore, Task<T>> ask);
}

/// <summary>A store in the silo's own process.</summary>
internal sealed class LocalLink(SimulatedStore store) : StoreLink
{
    public override StoreHealth Health => store.Health;

    public override long OwnerEpoch => store.OwnerEpoch;

    public override Task<T> AskAsync<T>(string what, Func<SimulatedStore, Task<T>> ask) => ask(store);
}

/// <summary>The store port, as a silo sees it.</summary>
internal sealed class StoreClient(StoreLink link) : IJournalStore
{
    private bool _isClosed;

    public long OwnerEpoch => link.OwnerEpoch;

    public StoreHealth Health => _isClosed ? StoreHealth.Stopped : link.Health;

    public async ValueTask<AppendResult> AppendAsync(
        JournalAppend append, CancellationToken cancellationToken = default)
    {
        if (_isClosed) throw new StoreStoppedException("the simulated store is closed");
        return await link.AppendAsync(append);
    }

    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        ReadAsync(
            safe =>
            {
                safe.Check(key);
                return safe.Data.Journals.GetValueOrDefault(key)?.Read(afterSequence, bytesMax)
                    ?? new JournalPage(0, 0, null, []);
            },
            cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        ReadAsync(
            safe => safe.Data.Payloads.TryGetValue(hash, out var bytes)
                ? bytes
                : throw new StoreCorruptException($"the payload {hash} is missing in the simulated store"),
            cancellationToken);

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        ReadAsync(safe => safe.Data.Journals.GetValueOrDefault(key)?.Row, cancellationToken);

    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        ReadAsync(safe => safe.Data.List(filter), cancellationToken);

    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyList<DueKey>>(safe => safe.Data.Due(until, countMax), cancellationToken);

    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyList<ResumableKey>>(safe => safe.Data.Resumable(after, countMax), cancellationToken);

    public async ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default)
    {
        if (_isClosed) throw new StoreStoppedException("the simulated store is closed");
        return await link.AskAsync("purge", store => store.PurgeAsync(new LoggedPurge(endedBefore, countMax)));
    }

    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        return default;
    }

    private async ValueTask<T> ReadAsync<T>(Func<RecoveredStore, T> read, CancellationToken cancellationToken)
    {
        var answer = await link.AskAsync("read", store => store.ReadAsync(read));
        cancellationToken.ThrowIfCancellationRequested();
        return answer;
    }
}
