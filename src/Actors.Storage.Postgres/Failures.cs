using System.Net.Sockets;
using Npgsql;

namespace Actors.Storage.Postgres;

/// <summary>What an exception of the driver means.</summary>
internal static class Failures
{
    /// <summary>Raised by the function <c>require_owner</c>.</summary>
    public const string NotOwner = "AC001";

    /// <summary>Raised by the function <c>require_member</c>.</summary>
    public const string Purged = "AC002";

    /// <summary>
    /// No session that can write: the server is away, or the connection to it, or it is one that writes nothing.
    /// Whatever was being done is in doubt, the connection is of no use any more, and a new one may be.
    /// </summary>
    /// <remarks>
    /// By SQLSTATE, what is away and what is not:
    /// <list type="bullet">
    /// <item>08 (the connection): away.</item>
    /// <item>57P01 to 57P05 (shut down, crashed, not ready yet, database dropped, idle for too long): away, each of
    /// them ends the session. Not 57014 (a statement was cancelled): the session goes on, and nothing was done.</item>
    /// <item>25P03, 25P04 (a transaction was idle or open for too long): away, they end the session, too.</item>
    /// <item>25006 (read-only): away. The server has become a replica, or an operator lets it write nothing; this
    /// session stays so, a new one goes to whoever is the primary by then.</item>
    /// <item>53300 (too many connections): away, there is a connection when others have ended.</item>
    /// <item>53100 (disk full): not away but <see cref="IsFull"/>, the session goes on.</item>
    /// <item>53200, 53400 and the rest of 53 (out of memory, above a limit): a failed write. It may be this statement
    /// that is too much, and sending it again and again makes nothing better.</item>
    /// <item>40001, 40P01 (serialization, deadlock): not away but <see cref="IsConflict"/>, nothing was done.</item>
    /// <item>28, 42501 (log-in or right refused) and all others: a failed write that nobody waits for. The writer is
    /// not ready without a session whose lease it can renew, whatever refuses it.</item>
    /// </list>
    /// </remarks>
    public static bool IsAway(Exception exception) => exception switch
    {
        PostgresException e => e.SqlState is "25006" or "25P03" or "25P04" or "53300"
            || e.SqlState.StartsWith("57P", StringComparison.Ordinal)
            || e.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or SocketException or IOException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Another append was there first: nothing was done.</summary>
    public static bool IsConflict(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.DeadlockDetected or Purged,
    };

    /// <summary>A journal may be gone that is remembered: nothing was done.</summary>
    public static bool IsPurged(Exception exception) => exception is PostgresException { SqlState: Purged };

    /// <summary>No room on the server: nothing was done.</summary>
    public static bool IsFull(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.DiskFull,
    };

    /// <summary>Another process owns the store: nothing was done.</summary>
    public static bool IsDisowned(Exception exception) => exception is PostgresException { SqlState: NotOwner };
}
