using System.Globalization;
using Actors.Journal;
using Npgsql;

namespace Actors.Storage.Postgres.Opening;

/// <summary>
/// Who may write: one row with an epoch and the time until which it holds, by the server's clock. Every commit of the
/// owner shares a lock that a change of the row takes for itself, so a change waits for the last one, and none follows.
/// </summary>
internal static class Ownership
{
    // The number stands in the function require_owner, too.
    internal const string Lock = "SELECT pg_advisory_xact_lock(1097036873, hashtext(current_schema()))";

    // Held by the session of the owner: it ends with the connection, whatever becomes of the process. The number
    // between these two locks migrations.
    private const string Presence = "1097036875, hashtext(current_schema())";

    private const string Find =
        $"""
        SELECT epoch, session, holder, expires_at - clock_timestamp(),
               (SELECT NOT pg_try_advisory_xact_lock({Presence})), shared
        FROM owners WHERE expires_at > clock_timestamp() AND NOT (shared AND $1) ORDER BY epoch DESC LIMIT 1
        """;

    // A member that hung for less than a day may go on: what it appends is judged by epoch and sequence.
    private const string RemoveBeforeSharing =
        "DELETE FROM owners WHERE NOT shared OR expires_at < clock_timestamp() - interval '1 day'";

    /// <summary>Looks who holds the store.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="shared">Whether those who share it don't count.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null: nobody does.</returns>
    public static async Task<Owner?> FindAsync(
        NpgsqlConnection connection, bool shared, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand(Find, connection) { Parameters = { new() { Value = shared } } };
        await using var row = await find.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return null;
        return new Owner(
            row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetFieldValue<TimeSpan>(3), row.GetBoolean(4),
            row.GetBoolean(5));
    }

    /// <summary>Takes the store, if nobody holds it, or one who is gone.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="gone">Who may be taken the store away from, if still gone; null: nobody.</param>
    /// <param name="lease">How long ownership lasts.</param>
    /// <param name="shared">Whether it is shared: then each process has a row.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The epoch; null: somebody holds it.</returns>
    public static async Task<long?> TryTakeAsync(
        NpgsqlConnection connection, Owner? gone, TimeSpan lease, bool shared, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var locking = new NpgsqlCommand(Lock, connection))
            await locking.ExecuteNonQueryAsync(cancellationToken);
        if (await FindAsync(connection, shared, cancellationToken) is { } owner
            && (owner.IsPresent || (owner.Epoch, owner.Session) != (gone?.Epoch, gone?.Session)))
            return null;
        await using (var remove = new NpgsqlCommand(
            shared ? RemoveBeforeSharing : "DELETE FROM owners", connection))
            await remove.ExecuteNonQueryAsync(cancellationToken);
        await using var take = new NpgsqlCommand(
            """
            INSERT INTO owners (epoch, session, holder, expires_at, shared)
            VALUES (nextval('epochs'), 0, $1, clock_timestamp() + $2, $3) RETURNING epoch
            """,
            connection)
        {
            Parameters = { new() { Value = Holder() }, new() { Value = lease }, new() { Value = shared } },
        };
        var epoch = (long)(await take.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return epoch;
    }

    /// <summary>
    /// Begins a session of the owner on a new connection: waits for what its last connection may still be doing, and
    /// lets nothing of it be done later.
    /// </summary>
    /// <returns>Number of the session; null: this process does not own the store any more.</returns>
    public static long? BeginSession(NpgsqlConnection connection, long epoch, TimeSpan lease)
    {
        // Shared: a broken connection of this owner may hold it still, and is not waited for.
        using (var presence = new NpgsqlCommand($"SELECT pg_advisory_lock_shared({Presence})", connection))
            presence.ExecuteNonQuery();
        using var transaction = connection.BeginTransaction();
        using (var locking = new NpgsqlCommand(Lock, connection)) locking.ExecuteNonQuery();
        using var command = new NpgsqlCommand(
            """
            UPDATE owners SET session = session + 1, expires_at = clock_timestamp() + $2
            WHERE epoch = $1 RETURNING session
            """,
            connection)
        {
            Parameters = { new() { Value = epoch }, new() { Value = lease } },
        };
        var session = command.ExecuteScalar() as long?;
        transaction.Commit();
        return session;
    }

    /// <summary>Makes ownership last for another lease.</summary>
    /// <returns>False: it is lost.</returns>
    public static bool Renew(NpgsqlConnection connection, long epoch, TimeSpan lease)
    {
        using var command = new NpgsqlCommand(
            "UPDATE owners SET expires_at = clock_timestamp() + $2 WHERE epoch = $1", connection)
        {
            Parameters = { new() { Value = epoch }, new() { Value = lease } },
        };
        return command.ExecuteNonQuery() == 1;
    }

    /// <summary>Gives the store back, so that the next owner need not wait.</summary>
    public static async Task ReleaseAsync(NpgsqlConnection connection, long epoch)
    {
        await using var command = new NpgsqlCommand("DELETE FROM owners WHERE epoch = $1", connection)
        {
            Parameters = { new() { Value = epoch } },
        };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>What a process that finds the store taken is told.</summary>
    /// <param name="place">The store.</param>
    /// <param name="owner">Who has it.</param>
    /// <param name="isShared">Whether the process that is told shares what it opens.</param>
    public static StoreOpenException InUse(string place, Owner owner, bool isShared) => new(
        $"The store '{place}' is in use by {owner.Holder}" + (owner.IsShared ? ", one of a cluster" : "") +
        ", whose lease lasts another " + owner.Left.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) +
        " s; a store is either one process's own or a cluster's. " + WayOut(owner.IsShared, isShared),
        StoreOpenException.InUse);

    private static string WayOut(bool isOwnerShared, bool isShared) => (isOwnerShared, isShared) switch
    {
        (true, _) => "If this process is a silo of that cluster, let it share the store (PostgresJournalOptions." +
            "Shared = true); otherwise stop the cluster, or name another schema.",
        (_, true) => "If that process is a silo of this cluster, let it share the store, too " +
            "(PostgresJournalOptions.Shared = true); otherwise stop it, or name another schema.",
        _ => "Stop that process, stand by for it (StandbyMax, --standby), or name another schema. If both are silos " +
            "of one cluster, let all of them share the store instead (PostgresJournalOptions.Shared = true).",
    };

    private static string Holder() => $"process {Environment.ProcessId} on {Environment.MachineName}";
}
