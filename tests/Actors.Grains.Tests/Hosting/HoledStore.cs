using Actors.Journal;

namespace Actors.Grains.Tests.Hosting;

/// <summary>A store that leaves out the first record of every journal.</summary>
internal sealed class HoledStore(IJournalStore inner) : IJournalStore
{
    public long OwnerEpoch => inner.OwnerEpoch;

    public StoreHealth Health => inner.Health;

    public ValueTask<AppendResult> AppendAsync(JournalAppend append, CancellationToken cancellationToken = default) =>
        inner.AppendAsync(append, cancellationToken);

    public async ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default)
    {
        var page = await inner.ReadAsync(key, afterSequence, bytesMax, cancellationToken);
        return page with { Records = [.. page.Records.Skip(1)] };
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        inner.ReadPayloadAsync(hash, cancellationToken);

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        inner.FindAsync(key, cancellationToken);

    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        inner.ListAsync(filter, cancellationToken);

    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        inner.DueAsync(until, countMax, cancellationToken);

    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        inner.ResumableAsync(after, countMax, cancellationToken);

    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) =>
        inner.PurgeAsync(endedBefore, countMax, cancellationToken);

    public ValueTask DisposeAsync() => default;
}
