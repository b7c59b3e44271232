using Actors.Journal;
using Npgsql;

namespace Actors.Storage.Postgres.Opening;

/// <summary>The database of a store: its connections and its name for people.</summary>
internal sealed class Database : IAsyncDisposable
{
    private const int BufferBytes = 32 * 1024;
    private const int StatementsMax = 48;

    private readonly NpgsqlDataSource _source;
    private readonly TimeSpan _lease;

    public Database(PostgresJournalOptions options)
    {
        var text = ConnectionText.Read(options.Connection, out var schema);
        Schema = schema ?? options.Schema;
        _lease = options.Lease;
        text.Enlist = false;
        // Settings below are for the life of a connection: nothing resets them, and nothing else changes them.
        text.NoResetOnClose = true;
        text.MaxAutoPrepare = StatementsMax;
        text.AutoPrepareMinUsages = 2;
        text.MaxPoolSize = options.ReadersMax + 2;
        text.ReadBufferSize = BufferBytes;
        text.WriteBufferSize = BufferBytes;
        text.ApplicationName ??= "actors";
        Place = $"{text.Host}/{text.Database ?? text.Username}, schema {Schema}";
        var builder = new NpgsqlDataSourceBuilder(text.ConnectionString);
        builder.UsePhysicalConnectionInitializer(Initialise, InitialiseAsync);
        _source = builder.Build();
    }

    /// <summary>Schema of the tables.</summary>
    public string Schema { get; }

    /// <summary>For messages: host, database, schema; never the password.</summary>
    public string Place { get; }

    // A process that hangs in the middle of a transaction must not keep the next owner out. And every statement is a
    // look-up by index: the planner, which may first see it on empty tables, is told so. A plan made for ten rows must
    // not be kept for ten million. What statements rely on they lock or check: a stricter isolation, which a role may
    // have as its default, would only make reads fail.
    private string Settings =>
        $"""
        SET search_path TO {Quote(Schema)};
        SET default_transaction_isolation = 'read committed';
        SET jit = off;
        SET plan_cache_mode = force_generic_plan;
        SET enable_seqscan = off;
        SET enable_hashjoin = off;
        SET enable_mergejoin = off;
        SET enable_bitmapscan = off;
        SET idle_in_transaction_session_timeout = {(long)_lease.TotalMilliseconds};
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
        """;

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public NpgsqlConnection Open() => _source.OpenConnection();

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        _source.OpenConnectionAsync(cancellationToken);

    /// <summary>Opens the first connection.</summary>
    /// <exception cref="StoreException">The server can't be reached.</exception>
    /// <exception cref="StoreOpenException">It refuses.</exception>
    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(cancellationToken);
        }
        catch (PostgresException e) when (!Failures.IsAway(e))
        {
            throw new StoreOpenException(
                $"PostgreSQL refuses the store '{Place}': {e.MessageText} ({e.SqlState}). Check user, password and " +
                "name of the database.",
                StoreOpenException.NotWritable,
                e);
        }
        catch (NpgsqlException e)
        {
            throw new StoreException(
                $"The server of the store '{Place}' can't be reached: {e.Message}. Check address and port, and that " +
                "it runs.",
                e);
        }
    }

    /// <summary>
    /// Keeps no connection for later: idle ones are closed now, those in use when they are given back. Without it the
    /// next one may be the very session that was given up. Nor is it remembered which of several hosts can write.
    /// </summary>
    public void Forget()
    {
        _source.Clear();
        if (_source is NpgsqlMultiHostDataSource hosts) hosts.ClearDatabaseStates();
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private void Initialise(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Settings, connection);
        command.ExecuteNonQuery();
    }

    private async Task InitialiseAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Settings, connection);
        await command.ExecuteNonQueryAsync();
    }
}
