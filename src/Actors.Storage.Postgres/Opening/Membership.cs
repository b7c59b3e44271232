using Npgsql;

namespace Actors.Storage.Postgres.Opening;

/// <summary>
/// What those who share a store owe each other. Each of them, a member, is a row of <c>owners</c> with an epoch and
/// sessions of its own; that members and an only owner exclude each other is up to <see cref="Ownership"/>.
/// </summary>
internal static class Membership
{
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
}
