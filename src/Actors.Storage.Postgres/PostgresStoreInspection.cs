using System.Data;
using System.Runtime.CompilerServices;
using Actors.Journal;
using Actors.Storage.Postgres.Opening;
using Actors.Storage.Postgres.Reading;
using Npgsql;

namespace Actors.Storage.Postgres;

/// <summary>
/// Reads a store on PostgreSQL for an audit: in one transaction that only reads, and sees one state. What the server
/// keeps below its tables is not looked at; <c>pg_amcheck</c> does that.
/// </summary>
public sealed class PostgresStoreInspection : IStoreInspection
{
    private const int KeysPerPage = 1_000;

    // What is listed is looked at next: the snapshots, the first records and the projections of so many keys are read
    // by three statements.
    private const int KeysAhead = 128;
    private const int BytesAhead = 16 * 1024;

    private readonly Database _database;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly OneTransaction _reads;
    private readonly JournalReader _journals;
    private readonly ProjectionReader _projections;
    private readonly Dictionary<(GrainKey, long?), Task<JournalPage>> _pagesAhead = [];
    private readonly Dictionary<GrainKey, ProjectionRow?> _rowsAhead = [];

    private PostgresStoreInspection(Database database, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        (_database, _connection, _transaction) = (database, connection, transaction);
        _reads = new OneTransaction(connection, database.Place);
        _journals = new JournalReader(_reads);
        _projections = new ProjectionReader(_reads);
    }

    /// <summary>Opens a store.</summary>
    /// <param name="options">Where. The schema has to be up to date.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="StoreOpenException">There is no store, or one of another version.</exception>
    /// <exception cref="StoreException">The server can't be reached.</exception>
    public static async Task<PostgresStoreInspection> OpenAsync(
        PostgresJournalOptions options, CancellationToken cancellationToken = default)
    {
        options.Validate();
        var database = new Database(options);
        try
        {
            var connection = await database.ConnectAsync(cancellationToken);
            await Migrations.CheckAsync(connection, database.Schema, cancellationToken);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using var settings = new NpgsqlCommand(
                "SET TRANSACTION READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0", connection);
            await settings.ExecuteNonQueryAsync(cancellationToken);
            return new PostgresStoreInspection(database, connection, transaction);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken = default) =>
        _reads.ReadAsync<IReadOnlyList<string>>(
            async (connection, token) =>
            {
                // Here everything is read, unlike anywhere else.
                await ExecuteAsync("SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on", token);
                List<string> findings = [];
                await using (var command = new NpgsqlCommand(
                    """
                    SELECT 'journal rows of a key that does not exist: ' || count(*) FROM journal j
                    WHERE NOT EXISTS (SELECT 1 FROM keys k WHERE k.id = j.key_id)
                      AND NOT EXISTS (SELECT 1 FROM purged p WHERE p.key_id = j.key_id) HAVING count(*) > 0
                    UNION ALL
                    SELECT 'keys without a journal: ' || count(*) FROM keys k
                    WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.key_id = k.id) HAVING count(*) > 0
                    UNION ALL
                    SELECT 'references to payloads that do not exist: ' || count(*) FROM payload_refs r
                    WHERE NOT EXISTS (SELECT 1 FROM payloads p WHERE p.hash = r.hash) HAVING count(*) > 0
                    UNION ALL
                    SELECT 'payloads that nothing refers to: ' || count(*) FROM payloads p
                    WHERE NOT EXISTS (SELECT 1 FROM payload_refs r WHERE r.hash = p.hash) HAVING count(*) > 0
                    """,
                    connection) { CommandTimeout = 0 })
                await using (var row = await command.ExecuteReaderAsync(token))
                {
                    while (await row.ReadAsync(token)) findings.Add(row.GetString(0));
                }

                await ExecuteAsync("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off", token);
                return findings;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<GrainKey> KeysAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ExecuteAsync(
            """
            CLOSE ALL;
            DECLARE all_keys CURSOR FOR SELECT k.kind, t.word, y.word, k.name FROM keys k
            JOIN words t ON t.id = k.tenant JOIN words y ON y.id = k.type ORDER BY k.id
            """,
            cancellationToken);
        while (true)
        {
            var page = await _reads.ReadAsync(FetchAsync, cancellationToken);
            foreach (var keys in page.Chunk(KeysAhead))
            {
                await LookAheadAsync(keys, cancellationToken);
                foreach (var key in keys) yield return key;
            }

            if (page.Count < KeysPerPage) yield break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        _pagesAhead.Remove((key, afterSequence), out var ahead)
            ? await ahead
            : await _journals.ReadAsync(key, afterSequence, bytesMax, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        _projections.ReadPayloadAsync(hash, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        _rowsAhead.TryGetValue(key, out var ahead) ? new(ahead) : _projections.FindAsync(key, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task LookAheadAsync(GrainKey[] keys, CancellationToken cancellationToken)
    {
        _pagesAhead.Clear();
        _rowsAhead.Clear();
        foreach (var key in keys)
        {
            _pagesAhead[(key, null)] = _journals.ReadAsync(key, null, bytesMax: 1, cancellationToken).AsTask();
            _pagesAhead[(key, 0)] = _journals.ReadAsync(key, 0, BytesAhead, cancellationToken).AsTask();
            _rowsAhead[key] = null;
        }

        // Damage is told to whoever asks for that journal.
        Task all = Task.WhenAll(_pagesAhead.Values);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var row in await _projections.FindAsync(keys, cancellationToken)) _rowsAhead[row.Key] = row;
    }

    private static async Task<List<GrainKey>> FetchAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"FETCH {KeysPerPage} FROM all_keys", connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        List<GrainKey> keys = [];
        while (await row.ReadAsync(cancellationToken))
        {
            keys.Add(new GrainKey(
                (GrainKind)row.GetInt16(0), row.GetString(1), row.GetString(2), row.GetString(3)));
        }

        return keys;
    }

    private async Task ExecuteAsync(string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, _connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed class OneTransaction(NpgsqlConnection connection, string place) : IReads
    {
        private readonly SemaphoreSlim _free = new(1);

        public async ValueTask<T> ReadAsync<T>(
            Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
        {
            await _free.WaitAsync(cancellationToken);
            try
            {
                return await read(connection, cancellationToken);
            }
            catch (NpgsqlException e)
            {
                throw new StoreException($"A read from the store '{place}' failed ({e.Message}).", e);
            }
            finally
            {
                _free.Release();
            }
        }
    }
}
