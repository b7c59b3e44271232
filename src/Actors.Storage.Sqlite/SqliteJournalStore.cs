using Actors.Journal;
using Actors.Storage.Sqlite.Native;
using Actors.Storage.Sqlite.Opening;
using Actors.Storage.Sqlite.Reading;
using Actors.Storage.Sqlite.Writing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Storage.Sqlite;

/// <summary>
/// The embedded journal store: one SQLite file with a write-ahead log, flushed at every commit
/// (<c>synchronous=FULL</c>), owned by one process. One thread at a time writes: its own, for all callers together, or
/// that of a caller who is alone and may block. Reads run beside it on their callers' threads.
/// </summary>
public sealed class SqliteJournalStore : IJournalStore
{
    private readonly StoreFile _file;
    private readonly WriterQueue _queue;
    private readonly WriterHealth _health;
    private readonly JournalWriter _writer;
    private readonly RoomProbe _probe;
    private readonly Purger _purger;
    private readonly ReaderPool _readers;
    private readonly WriterEntrance _entrance;
    private int _disposed;

    private SqliteJournalStore(SqliteJournalOptions options, StoreFile file, TimeProvider time, ILogger logger)
    {
        _file = file;
        _queue = new WriterQueue(new WriterBounds(
            options.QueueCountMax, options.QueueBytesMax, options.TransactionCountMax, options.TransactionBytesMax));
        _health = new WriterHealth(file.Path, logger);
        _writer = new JournalWriter(file, options, _queue, _health, logger);
        _probe = new RoomProbe(file.Connection, _queue, _health, _writer, options.FullProbeInterval, time);
        _purger = new Purger(file.Connection, _writer);
        _readers = new ReaderPool(file.Path, options);
        _entrance = new WriterEntrance(_queue, _health, options.QueueCountMax, options.AppendBytesMax, _writer.Write);
        _writer.Start();
    }

    /// <inheritdoc/>
    public long OwnerEpoch => _file.OwnerEpoch;

    /// <inheritdoc/>
    public StoreHealth Health => _health.Current;

    /// <summary>
    /// Transactions committed since it was opened, each with one flush: what group commit is measured by.
    /// </summary>
    public long Commits => _writer.Commits;

    /// <summary>Opens a store, or makes a new one where there is none.</summary>
    /// <param name="options">Where, and the limits. Not to be changed afterwards.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For the operator; null: none.</param>
    /// <param name="cancellationToken">Ends the wait; a store that was already opened is closed again.</param>
    /// <exception cref="ArgumentException">Options are out of range.</exception>
    /// <exception cref="StoreOpenException">In use, of a newer format, no store, or not writable. Nothing was
    /// changed.</exception>
    /// <exception cref="StoreFullException">There is no room.</exception>
    /// <exception cref="StoreCorruptException">The file is damaged.</exception>
    public static async Task<SqliteJournalStore> OpenAsync(
        SqliteJournalOptions options,
        TimeProvider time,
        ILogger? logger = null,
        CancellationToken cancellationToken = default)
    {
        options.Validate();
        logger ??= NullLogger.Instance;
        // Recovery of the log may read much: not on the caller's thread.
        var store = await Task.Run(() => Open(options, time, logger), cancellationToken);
        if (!cancellationToken.IsCancellationRequested) return store;
        await store.DisposeAsync();
        throw new OperationCanceledException(cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Cancelling ends the wait for room in the queue; an append that is in the queue is carried out.
    /// </remarks>
    public ValueTask<AppendResult> AppendAsync(JournalAppend append, CancellationToken cancellationToken = default) =>
        _entrance.AppendAsync(append, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JournalPage> ReadAsync(
        GrainKey key,
        long? afterSequence = null,
        int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(
            (key, afterSequence, bytesMax),
            static (reader, what, token) => reader.Journals.Read(what.key, what.afterSequence, what.bytesMax, token),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(hash, static (reader, what, _) => reader.Journals.ReadPayload(what), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(key, static (reader, what, _) => reader.Projections.Find(what), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The page size or the cursor is not valid.</exception>
    public ValueTask<ProjectionPage> ListAsync(ProjectionFilter filter, CancellationToken cancellationToken = default)
    {
        if (filter.CountMax is < 1 or > 1_000)
            throw new ArgumentException($"A page has 1 to 1,000 rows, not {filter.CountMax}.", nameof(filter));
        return _readers.ReadAsync(
            filter, static (reader, what, token) => reader.Projections.List(what, token), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(
            (until, countMax),
            static (reader, what, _) => reader.Projections.Due(what.until, what.countMax),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(
            (after, countMax),
            static (reader, what, _) => reader.Projections.Resumable(what.after, what.countMax),
            cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// Runs in short transactions between those of the appends; cancelling leaves the rest to the next purge.
    /// </remarks>
    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) =>
        _entrance.PurgeAsync(
            most => _purger.Hide(endedBefore, most), _purger.Reclaim, countMax, cancellationToken);

    /// <summary>Carries out what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _queue.Close();
        await _writer.Ended;
        _probe.Dispose();
        await _readers.CloseAsync();
        CloseFile();
        _readers.Dispose();
        _health.Close();
    }

    private static SqliteJournalStore Open(SqliteJournalOptions options, TimeProvider time, ILogger logger)
    {
        var version = SqliteLibrary.EnsureLoaded();
        var file = StoreFile.Open(options, time);
        SqliteJournalLog.Opened(logger, file.Path, file.OwnerEpoch, version);
        return new SqliteJournalStore(options, file, time, logger);
    }

    private void CloseFile()
    {
        try
        {
            // A stopped store is left as it is: its log is what the next owner recovers from.
            if (_health.Current == StoreHealth.Ready) _file.Connection.Checkpoint(truncate: true);
        }
        catch (SqliteFailure)
        {
            // The log stays, and the next owner recovers from it.
        }
        finally
        {
            _file.Connection.Dispose();
            _file.Lock.Dispose();
        }
    }
}
