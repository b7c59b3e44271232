namespace Actors.Journal;

/// <summary>
/// A store as it lies there, read without owning or changing it: what an audit works on. Everything is read from one
/// state, also while the owner goes on writing. Used by one caller at a time.
/// </summary>
public interface IStoreInspection : IAsyncDisposable
{
    /// <summary>
    /// Looks for damage below the journals: pages, indexes, rows that belong to nothing. Reads all of the store.
    /// </summary>
    /// <returns>What is wrong and where, a sentence each; at most 100. Empty: nothing was found.</returns>
    ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken = default);

    /// <summary>The keys of all journals, in the order in which they were made.</summary>
    /// <exception cref="StoreCorruptException">The list itself can't be read to its end.</exception>
    IAsyncEnumerable<GrainKey> KeysAsync(CancellationToken cancellationToken = default);

    /// <summary>As <see cref="IJournalStore.ReadAsync"/>.</summary>
    /// <exception cref="StoreCorruptException">Damage; other journals can still be read.</exception>
    ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default);

    /// <summary>As <see cref="IJournalStore.ReadPayloadAsync"/>.</summary>
    /// <exception cref="StoreCorruptException">It is missing or damaged.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(PayloadHash hash, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="IJournalStore.FindAsync"/>.</summary>
    /// <exception cref="StoreCorruptException">Damage.</exception>
    ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default);
}
