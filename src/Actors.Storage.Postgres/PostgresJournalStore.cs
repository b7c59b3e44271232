using Actors.Journal;
using Actors.Storage.Postgres.Opening;
using Actors.Storage.Postgres.Reading;
using Actors.Storage.Postgres.Writing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Actors.Storage.Postgres;

/// <summary>
/// The journal store on PostgreSQL 15 or later, owned by one process at a time, or shared by the silos of a cluster
/// (<see cref="PostgresJournalOptions.Shared"/>). One thread of each process at a time writes, in one round
/// trip per commit: its own, for all callers together, or that of a caller who is alone and may block. Reads run beside
/// it. While the server is away, appends and reads wait for it, and then fail.
/// </summary>
public sealed class PostgresJournalStore : IJournalStore
{
    private readonly Database _database;
    private readonly WriterQueue _queue;
    private readonly WriterHealth _health;
    private readonly WriterSession _session;
    private readonly JournalWriter _writer;
    private readonly Purger _purger;
    private readonly ReaderPool _readers;
    private readonly JournalReader _journals;
    private readonly ProjectionReader _projections;
    private readonly WriterEntrance _entrance;
    private int _disposed;

    private PostgresJournalStore(
        PostgresJournalOptions options, Database database, long epoch, TimeProvider time, ILogger logger)
    {
        _database = database;
        OwnerEpoch = epoch;
        _queue = new WriterQueue(new WriterBounds(
            options.QueueCountMax, options.QueueBytesMax, options.TransactionCountMax, options.TransactionBytesMax));
        _health = new WriterHealth(database.Place, logger);
        _session = new WriterSession(database, epoch, options, _health, time);
        var seen = new SeenHeads();
        _writer = new JournalWriter(options, _queue, _health, _session, seen, logger);
        _purger = new Purger(_writer);
        _readers = new ReaderPool(database, options, time);
        _journals = new JournalReader(_readers, seen);
        _projections = new ProjectionReader(_readers);
        _entrance = new WriterEntrance(_queue, _health, options.QueueCountMax, options.AppendBytesMax, _writer.Write);
        _writer.Start();
    }

    /// <inheritdoc/>
    public long OwnerEpoch { get; }

    /// <inheritdoc/>
    public StoreHealth Health => _health.Current;

    /// <summary>Commits of appends since it was opened: what group commit is measured by.</summary>
    public long Commits => _writer.Commits;

    /// <summary>Opens a store; makes or migrates its schema where that is allowed.</summary>
    /// <param name="options">Where, and the limits. Not to be changed afterwards.</param>
    /// <param name="time">The clock of pauses and leases.</param>
    /// <param name="logger">For the operator; null: none.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="ArgumentException">Options are out of range.</exception>
    /// <exception cref="StoreOpenException">In use, of a newer version, somebody else's schema, refused, or named
    /// wrongly.</exception>
    /// <exception cref="StoreException">The server can't be reached, or failed; trying again may help.</exception>
    public static async Task<PostgresJournalStore> OpenAsync(
        PostgresJournalOptions options,
        TimeProvider time,
        ILogger? logger = null,
        CancellationToken cancellationToken = default)
    {
        options.Validate();
        logger ??= NullLogger.Instance;
        var database = new Database(options);
        try
        {
            var epoch = await TakeAsync(database, options, time, logger, cancellationToken);
            return new PostgresJournalStore(options, database, epoch, time, logger);
        }
        catch (NpgsqlException e)
        {
            await database.DisposeAsync();
            throw new StoreException($"The store '{database.Place}' can't be opened: {e.Message}", e);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Brings the schema up to date without taking the store.</summary>
    /// <param name="options">Where.</param>
    /// <param name="logger">Is told each version; null: nobody.</param>
    /// <param name="cancellationToken">Ends it between two versions.</param>
    /// <returns>How many versions were missing, and which one it has now.</returns>
    /// <exception cref="StoreOpenException">It is newer, somebody else's, or refused.</exception>
    /// <exception cref="StoreException">The server can't be reached, or a statement failed; the version before it is
    /// untouched.</exception>
    public static async Task<(int Migrated, int Version)> MigrateAsync(
        PostgresJournalOptions options, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        options.Validate();
        await using var database = new Database(options);
        try
        {
            await using var connection = await database.ConnectAsync(cancellationToken);
            var count = await Migrations.RunAsync(
                connection, database.Schema, logger ?? NullLogger.Instance, cancellationToken);
            return (count, Migrations.Latest);
        }
        catch (NpgsqlException e)
        {
            throw new StoreException($"The store '{database.Place}' can't be migrated: {e.Message}", e);
        }
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
        _journals.ReadAsync(key, afterSequence, bytesMax, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        _projections.ReadPayloadAsync(hash, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        _projections.FindAsync(key, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The page size or the cursor is not valid.</exception>
    public ValueTask<ProjectionPage> ListAsync(ProjectionFilter filter, CancellationToken cancellationToken = default)
    {
        if (filter.CountMax is < 1 or > 1_000)
            throw new ArgumentException($"A page has 1 to 1,000 rows, not {filter.CountMax}.", nameof(filter));
        return _projections.ListAsync(filter, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        _projections.DueAsync(until, countMax, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        _projections.ResumableAsync(after, countMax, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// Runs in short transactions between those of the appends; cancelling leaves the rest to the next purge.
    /// </remarks>
    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) =>
        _entrance.PurgeAsync(
            most => _purger.Hide(endedBefore, most), _purger.Reclaim, countMax, cancellationToken);

    /// <summary>Carries out what is queued, gives the store back, closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _queue.Close();
        _session.BeginClosing();
        await _writer.Ended;
        await _readers.CloseAsync();
        await ReleaseAsync();
        _readers.Dispose();
        await _database.DisposeAsync();
        _health.Close();
    }

    private static async Task<long> TakeAsync(
        Database database, PostgresJournalOptions options, TimeProvider time, ILogger logger,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        if (options.Migrate) await Migrations.RunAsync(connection, database.Schema, logger, cancellationToken);
        else await Migrations.CheckAsync(connection, database.Schema, cancellationToken);
        await using (var ask = new NpgsqlCommand("SHOW fsync", connection))
        {
            if (await ask.ExecuteScalarAsync(cancellationToken) is "off")
                PostgresJournalLog.NotDurable(logger, database.Place);
        }

        var epoch = await new Standby(database, options, time, logger).TakeAsync(cancellationToken);
        PostgresJournalLog.Opened(logger, database.Place, epoch, connection.PostgreSqlVersion.ToString());
        return epoch;
    }

    private async Task ReleaseAsync()
    {
        if (_health.Current != StoreHealth.Ready) return;
        try
        {
            await using var connection = await _database.OpenAsync(CancellationToken.None);
            await Ownership.ReleaseAsync(connection, OwnerEpoch);
        }
        catch (Exception e) when (Failures.IsAway(e))
        {
            // The lease ends by itself.
        }
    }
}
