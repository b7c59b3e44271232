namespace Actors.Journal;

/// <summary>
/// Port: where the histories of all grains are kept. One compliance suite holds every implementation to this text.
/// <para>An append is atomic, and durable when it returns. The journal of a key is gap-free: its records carry the
/// event sequences 1, 2, 3 ... without a hole, are chained by checksum, and their epochs never decrease. The
/// projection (what lists and timers see) commits with the events, so the two never disagree.</para>
/// <para>Times are kept to the millisecond, in UTC: rounded down, <see cref="Projection.WakeAt"/> up.</para>
/// <para>An append that throws anything but a documented refusal is <i>uncertain</i>: it may or may not be there. The
/// caller drops what it has in memory and reads again.</para>
/// </summary>
public interface IJournalStore : IAsyncDisposable
{
    /// <summary>
    /// The epoch that this process owns the store under: greater than that of every earlier owner. Appends carry it
    /// (or a later one, where ownership is per key).
    /// </summary>
    long OwnerEpoch { get; }

    /// <summary>Whether appends are taken now; changes without an append having been tried.</summary>
    StoreHealth Health { get; }

    /// <summary>
    /// Appends one batch of events to the journal of one key. Concurrent appends share a transaction (group commit).
    /// </summary>
    /// <remarks>
    /// Who awaits it must not block the thread that goes on: others may be told on it afterwards.
    /// </remarks>
    /// <returns>Appended, or which refusal; a refusal changed nothing.</returns>
    /// <exception cref="StoreFullException">No room. Nothing was appended; the store takes appends again when there
    /// is room.</exception>
    /// <exception cref="StoreStoppedException">An earlier flush failed or the store is closed: nothing will be
    /// appended until it is opened anew.</exception>
    /// <exception cref="StoreException">Uncertain: read again.</exception>
    ValueTask<AppendResult> AppendAsync(JournalAppend append, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads records of a key in order: from its latest snapshot (with <paramref name="afterSequence"/> null) or
    /// after a sequence. Sees every append that has returned.
    /// </summary>
    /// <param name="key">The journal. One that does not exist reads as empty with head sequence 0.</param>
    /// <param name="afterSequence">Null: latest snapshot, if any, and the tail behind it. Else: records with events
    /// behind that sequence, no snapshot.</param>
    /// <param name="bytesMax">Stop after the record that reaches this many bytes; at least one record is returned if
    /// there is one.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="StoreCorruptException">A record is missing, damaged or of an unknown form. Nothing is skipped
    /// silently.</exception>
    ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default);

    /// <summary>Reads a payload that was kept by hash.</summary>
    /// <exception cref="StoreCorruptException">It is missing or its bytes do not give the hash.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(PayloadHash hash, CancellationToken cancellationToken = default);

    /// <summary>Reads the projection of one key; null if it has none.</summary>
    ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default);

    /// <summary>Lists projections, newest start first.</summary>
    ValueTask<ProjectionPage> ListAsync(ProjectionFilter filter, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keys whose <see cref="Projection.WakeAt"/> is at or before <paramref name="until"/>, earliest first.
    /// </summary>
    ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keys with <see cref="Projection.Resume"/> set, oldest <see cref="Projection.StartedAt"/> first: what a
    /// starting process has to take up again.
    /// </summary>
    /// <param name="after">The last row of the previous page; null for the first.</param>
    /// <param name="countMax">Size of the page.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes journals whose projection ended before a time, oldest first, and the payloads that nothing refers to
    /// any more. What has something left to do behind its end (<see cref="Projection.Resume"/>, or a
    /// <see cref="Projection.WakeAt"/>) stays until that is done.
    /// </summary>
    /// <returns>How many journals were removed.</returns>
    ValueTask<int> PurgeAsync(DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default);
}
