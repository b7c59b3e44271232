using Actors.Journal;

namespace Actors.Grains.Tests.Hosting;

/// <summary>Takes everything and keeps nothing: what is in memory beside it is the host's.</summary>
internal sealed class ForgetfulStore : IJournalStore
{
    public long OwnerEpoch => 1;

    public StoreHealth Health => StoreHealth.Ready;

    public ValueTask<AppendResult> AppendAsync(JournalAppend append, CancellationToken cancellationToken = default) =>
        new(AppendResult.Appended);

    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        new(new JournalPage(0, 0, null, []));

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) => default;

    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) => new([]);

    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) => new([]);

    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) => default;

    public ValueTask DisposeAsync() => default;
}
