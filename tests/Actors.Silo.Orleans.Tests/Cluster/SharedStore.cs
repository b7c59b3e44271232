using Actors.Journal;
using Actors.Storage.Memory;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>One store for all silos of a test: it outlives each of them.</summary>
internal sealed class SharedStore : IJournalStore
{
    private readonly MemoryJournalStore _store = new();

    public long OwnerEpoch => _store.OwnerEpoch;

    public StoreHealth Health => _store.Health;

    /// <summary>What is due besides what is: asked with the time up to which.</summary>
    public Func<DateTimeOffset, DueKey?>? AlsoDue { get; set; }

    public ValueTask<AppendResult> AppendAsync(JournalAppend append, CancellationToken cancellationToken = default) =>
        _store.AppendAsync(append, cancellationToken);

    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        _store.ReadAsync(key, afterSequence, bytesMax, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        _store.ReadPayloadAsync(hash, cancellationToken);

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        _store.FindAsync(key, cancellationToken);

    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        _store.ListAsync(filter, cancellationToken);

    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        AlsoDue?.Invoke(until) is { } also ? new([also]) : _store.DueAsync(until, countMax, cancellationToken);

    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        _store.ResumableAsync(after, countMax, cancellationToken);

    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) =>
        _store.PurgeAsync(endedBefore, countMax, cancellationToken);

    public ValueTask DisposeAsync() => default;
}
