using System.Security.Cryptography;
using Npgsql;

namespace Actors.Storage.Postgres.Writing;

/// <summary>While the store is full: writes and removes something of some size, to see whether there is room.</summary>
internal static class RoomProbe
{
    private const int ProbeBytes = 64 * 1024;

    // The server would compress zeros to next to nothing.
    private static readonly byte[] Incompressible = RandomNumberGenerator.GetBytes(ProbeBytes);

    public static void Run(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(
            """
            WITH filled AS (INSERT INTO snapshots VALUES (0, 0, 0, 0, $1) RETURNING key_id)
            SELECT key_id FROM filled
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Incompressible });
        command.ExecuteNonQuery();
        using var clear = new NpgsqlCommand("DELETE FROM snapshots WHERE key_id = 0", connection);
        clear.ExecuteNonQuery();
    }
}
