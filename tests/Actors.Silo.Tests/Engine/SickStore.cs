using Actors.Journal;
using Actors.Storage.Memory;

namespace Actors.Silo.Tests.Engine;

/// <summary>A store in memory that a test can make full or stop.</summary>
internal sealed class SickStore : IJournalStore
{
    private readonly MemoryJournalStore _inner = new();

    /// <summary>How it is; unless it is ready every append fails accordingly.</summary>
    public StoreHealth Health { get; set; } = StoreHealth.Ready;

    /// <summary>The first call to <see cref="PurgeAsync"/>: what ended before this time has to go.</summary>
    public TaskCompletionSource<DateTimeOffset> Purged { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long OwnerEpoch => _inner.OwnerEpoch;

    public ValueTask<AppendResult> AppendAsync(
        JournalAppend append, CancellationToken cancellationToken = default) => Health switch
    {
        StoreHealth.Ready => _inner.AppendAsync(append, cancellationToken),
        StoreHealth.Full => throw new StoreFullException("the disk is full"),
        _ => throw new StoreStoppedException("the store has stopped after a failed flush"),
    };

    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        _inner.ReadAsync(key, afterSequence, bytesMax, cancellationToken);

    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        _inner.DueAsync(until, countMax, cancellationToken);

    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        _inner.ResumableAsync(after, countMax, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        _inner.ReadPayloadAsync(hash, cancellationToken);

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        _inner.FindAsync(key, cancellationToken);

    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        _inner.ListAsync(filter, cancellationToken);

    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default)
    {
        Purged.TrySetResult(endedBefore);
        return _inner.PurgeAsync(endedBefore, countMax, cancellationToken);
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
