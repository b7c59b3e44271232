using Actors.Journal;
using Actors.Storage.Sqlite;

namespace Actors.Silo.Embedded.Client;

/// <summary>A store that is read where nothing can be written: nobody owns it, and it takes nothing.</summary>
internal sealed class InspectedStore(SqliteStoreInspection store) : IJournalStore
{
    public long OwnerEpoch => 0;

    public StoreHealth Health => StoreHealth.Stopped;

    public ValueTask<AppendResult> AppendAsync(JournalAppend append, CancellationToken cancellationToken = default) =>
        throw ReadOnly();

    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        store.ReadAsync(key, afterSequence, bytesMax, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        store.ReadPayloadAsync(hash, cancellationToken);

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        store.FindAsync(key, cancellationToken);

    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        store.ListAsync(filter, cancellationToken);

    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) => throw ReadOnly();

    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) => throw ReadOnly();

    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) => throw ReadOnly();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private static StoreStoppedException ReadOnly() => new("The store was opened for reading only.");
}
