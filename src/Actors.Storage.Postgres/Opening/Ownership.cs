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

    /// <summary>Takes the store, if nobody holds it.</summary>
    /// <returns>The epoch; or who holds the store, and for how long.</returns>
    public static async Task<(long Epoch, string? Holder, TimeSpan Left)> TryTakeAsync(
        NpgsqlConnection connection, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var locking = new NpgsqlCommand(Lock, connection))
            await locking.ExecuteNonQueryAsync(cancellationToken);
        await using (var find = new NpgsqlCommand(
            """
            SELECT holder, expires_at - clock_timestamp() FROM owners
            WHERE expires_at > clock_timestamp() ORDER BY epoch DESC LIMIT 1
            """,
            connection))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
                return (0, reader.GetString(0), reader.GetFieldValue<TimeSpan>(1));
        }

        await using (var remove = new NpgsqlCommand("DELETE FROM owners", connection))
            await remove.ExecuteNonQueryAsync(cancellationToken);
        await using var take = new NpgsqlCommand(
            """
            INSERT INTO owners (epoch, session, holder, expires_at)
            VALUES (nextval('epochs'), 0, $1, clock_timestamp() + $2) RETURNING epoch
            """,
            connection)
        {
            Parameters = { new() { Value = Holder() }, new() { Value = lease } },
        };
        var epoch = (long)(await take.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return (epoch, null, TimeSpan.Zero);
    }

    /// <summary>
    /// Begins a session of the owner on a new connection: waits for what its last connection may still be doing, and
    /// lets nothing of it be done later.
    /// </summary>
    /// <returns>Number of the session; null: this process does not own the store any more.</returns>
    public static long? BeginSession(NpgsqlConnection connection, long epoch, TimeSpan lease)
    {
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
    public static StoreOpenException InUse(string place, string holder, TimeSpan left) => new(
        $"The store '{place}' is in use by {holder}, whose lease lasts another " +
        left.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) + " s. Stop that process, wait until its " +
        "lease has ended, or name another schema.",
        StoreOpenException.InUse);

    internal static string Holder() => $"process {Environment.ProcessId} on {Environment.MachineName}";
}
