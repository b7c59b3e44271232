using System.Globalization;
using Actors.Journal;
using Npgsql;

namespace Actors.Storage.Postgres.Opening;

/// <summary>
/// Opening a store that several processes write to: each is a row of <c>owners</c> with an epoch and sessions of its
/// own. Members and an only owner exclude each other.
/// </summary>
internal static class Membership
{
    /// <summary>Becomes a member, unless somebody has the store alone.</summary>
    /// <returns>The epoch; or who has the store alone, and for how long.</returns>
    public static async Task<(long Epoch, string? Holder, TimeSpan Left)> TryJoinAsync(
        NpgsqlConnection connection, string name, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var locking = new NpgsqlCommand(Ownership.Lock, connection))
            await locking.ExecuteNonQueryAsync(cancellationToken);
        await using (var find = new NpgsqlCommand(
            """
            SELECT holder, expires_at - clock_timestamp() FROM owners
            WHERE NOT shared AND expires_at > clock_timestamp() ORDER BY epoch DESC LIMIT 1
            """,
            connection))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
                return (0, reader.GetString(0), reader.GetFieldValue<TimeSpan>(1));
        }

        // A member that hung for less than a day may go on: what it appends is judged by epoch and sequence.
        await using (var remove = new NpgsqlCommand(
            "DELETE FROM owners WHERE NOT shared OR expires_at < clock_timestamp() - interval '1 day'", connection))
            await remove.ExecuteNonQueryAsync(cancellationToken);
        await using var join = new NpgsqlCommand(
            """
            INSERT INTO owners (epoch, session, holder, expires_at, shared)
            VALUES (nextval('epochs'), 0, $1, clock_timestamp() + $2, true) RETURNING epoch
            """,
            connection)
        {
            Parameters = { new() { Value = name }, new() { Value = lease } },
        };
        var epoch = (long)(await join.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return (epoch, null, TimeSpan.Zero);
    }

    /// <summary>Up to which purge the journals are known that are read from now on.</summary>
    public static long LastPurge(NpgsqlConnection connection)
    {
        using var ask = new NpgsqlCommand("SELECT number FROM purges", connection);
        return (long)ask.ExecuteScalar()!;
    }

    /// <summary>Lets no member commit anything until the transaction ends.</summary>
    public static void ShutOut(NpgsqlConnection connection)
    {
        using var locking = new NpgsqlCommand(Ownership.Lock, connection);
        locking.ExecuteNonQuery();
    }

    /// <summary>Lets every member forget what it remembers of journals.</summary>
    public static void CountPurge(NpgsqlConnection connection)
    {
        using var count = new NpgsqlCommand("UPDATE purges SET number = number + 1", connection);
        count.ExecuteNonQuery();
    }

    /// <summary>What a process that wants to share a store is told while another one has it alone.</summary>
    public static StoreOpenException NotShared(string place, string holder, TimeSpan left) => new(
        $"The store '{place}' can't be shared: {holder} owns it alone, and its lease lasts another " +
        left.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) + " s. Stop that process (a silo without a " +
        "cluster), or name another schema.",
        StoreOpenException.InUse);
}
