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

    /// <summary>The server is away, or the connection to it: whatever was being done is in doubt.</summary>
    public static bool IsAway(Exception exception) => exception switch
    {
        // Shut down, crashed, starting up, too many connections; 08xxx: the connection.
        PostgresException e => e.SqlState is "57P01" or "57P02" or "57P03" or "53300"
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
