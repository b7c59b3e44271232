using Actors.Journal;

namespace Actors.Tests.Shared;

/// <summary>A store around another: does what that does, but for what is overridden.</summary>
internal abstract class DelegatingStore(IJournalStore inner) : IJournalStore
{
    public long OwnerEpoch => inner.OwnerEpoch;

    public virtual StoreHealth Health => inner.Health;

    protected IJournalStore Inner => inner;

    public virtual ValueTask<AppendResult> AppendAsync(
        JournalAppend append, CancellationToken cancellationToken = default) =>
        inner.AppendAsync(append, cancellationToken);

    public virtual ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        inner.ReadAsync(key, afterSequence, bytesMax, cancellationToken);

    public virtual ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        inner.ReadPayloadAsync(hash, cancellationToken);

    public virtual ValueTask<ProjectionRow?> FindAsync(
        GrainKey key, CancellationToken cancellationToken = default) =>
        inner.FindAsync(key, cancellationToken);

    public virtual ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        inner.ListAsync(filter, cancellationToken);

    public virtual ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        inner.DueAsync(until, countMax, cancellationToken);

    public virtual ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        inner.ResumableAsync(after, countMax, cancellationToken);

    public virtual ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) =>
        inner.PurgeAsync(endedBefore, countMax, cancellationToken);

    public virtual ValueTask DisposeAsync() => inner.DisposeAsync();
}
