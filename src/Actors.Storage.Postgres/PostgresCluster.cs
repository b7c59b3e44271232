using Actors.Journal;
using Actors.Storage.Postgres.Opening;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Actors.Storage.Postgres;

/// <summary>
/// What the silos of a cluster keep in the database of the store they share, besides the journals: who they are.
/// </summary>
public static class PostgresCluster
{
    /// <summary>
    /// The connection string of Npgsql for a cluster's tables: they lie in the schema of the store.
    /// </summary>
    /// <param name="connection">As <see cref="PostgresJournalOptions.Connection"/>.</param>
    /// <exception cref="StoreOpenException">The text names no database.</exception>
    public static string ConnectionString(string connection)
    {
        var text = ConnectionText.Read(connection, out var schema);
        text.SearchPath = Database.Quote(schema ?? new PostgresJournalOptions().Schema);
        text.ApplicationName ??= "actors-cluster";
        return text.ConnectionString;
    }

    /// <summary>Brings the schema of the store up to date, and makes the tables of the cluster in it.</summary>
    /// <param name="options">Where.</param>
    /// <param name="logger">Is told what was done; null: nobody.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <returns>Whether the tables were missing.</returns>
    /// <exception cref="StoreOpenException">The schema is newer, somebody else's, or refused.</exception>
    /// <exception cref="StoreException">The server can't be reached, or a statement failed.</exception>
    public static async Task<bool> MigrateAsync(
        PostgresJournalOptions options, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        await PostgresJournalStore.MigrateAsync(options, logger ?? NullLogger.Instance, cancellationToken);
        await using var database = new Database(options);
        try
        {
            await using var connection = await database.ConnectAsync(cancellationToken);
            return await ClusterTables.MakeAsync(connection, database.Schema, cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw new StoreException(
                $"The tables of the cluster can't be made in '{database.Place}': {e.Message}. Let somebody who may " +
                "run 'actors store migrate --cluster', or the files of deploy/postgres.",
                e);
        }
    }
}
