using Actors.Storage.Postgres.Opening;
using Npgsql;

namespace Actors.Storage.Postgres.Writing;

/// <summary>
/// Removes ended journals in steps, so that appends never wait long. First a journal is gone for everybody, at once;
/// then its rows are removed piece by piece. What a crash leaves of that is removed by the next purge.
/// </summary>
internal sealed class Purger(JournalWriter writer)
{
    private const int KeysPerStep = 64;
    private const int RowsPerStep = 2_000;

    /// <summary>One transaction: takes ended journals away from everybody's eyes.</summary>
    /// <returns>How many; 0: there are no more.</returns>
    public int Hide(DateTimeOffset endedBefore, int countMax)
    {
        List<GrainKey> hidden = [];
        writer.Transact(connection =>
        {
            using var command = new NpgsqlCommand(
                """
                WITH ended AS MATERIALIZED (
                    SELECT hash FROM keys
                    WHERE ended_at IS NOT NULL AND ended_at < $1 AND resume IS NOT TRUE AND wake_at IS NULL
                    ORDER BY ended_at, id LIMIT $2),
                gone AS (DELETE FROM keys k USING ended e WHERE k.hash = e.hash
                         RETURNING k.id, k.kind, k.tenant, k.type, k.name),
                kept AS (INSERT INTO purged (key_id) SELECT id FROM gone)
                SELECT g.kind, t.word, y.word, g.name
                FROM gone g JOIN words t ON t.id = g.tenant JOIN words y ON y.id = g.type
                """,
                connection);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = StoredTime.Ceiling(endedBefore) });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Math.Min(countMax, KeysPerStep) });
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                hidden.Add(new GrainKey(
                    (GrainKind)reader.GetInt16(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
            }

            reader.Close();
            if (hidden.Count > 0) Membership.CountPurge(connection);
        });
        foreach (var key in hidden) writer.Heads.Forget(key);
        if (hidden.Count > 0) writer.Heads.ForgetSeen();
        return hidden.Count;
    }

    /// <summary>One transaction: removes rows of hidden journals.</summary>
    /// <returns>Whether there are more.</returns>
    public bool Reclaim()
    {
        var more = false;
        writer.Transact(
            connection => more = RemoveRecords(connection) || RemovePayloads(connection) || End(connection));
        return more;
    }

    private static bool RemoveRecords(NpgsqlConnection connection) => Execute(
        connection,
        $"""
        DELETE FROM journal WHERE ctid = ANY(ARRAY(
            SELECT j.ctid FROM purged p JOIN journal j ON j.key_id = p.key_id LIMIT {RowsPerStep}))
        """) == RowsPerStep;

    private static bool RemovePayloads(NpgsqlConnection connection)
    {
        List<byte[]> hashes = [];
        using (var command = new NpgsqlCommand(
            $"""
            DELETE FROM payload_refs WHERE ctid = ANY(ARRAY(
                SELECT r.ctid FROM purged p JOIN payload_refs r ON r.key_id = p.key_id LIMIT {RowsPerStep}))
            RETURNING hash
            """,
            connection))
        {
            using var reader = command.ExecuteReader();
            while (reader.Read()) hashes.Add(reader.GetFieldValue<byte[]>(0));
        }

        if (hashes.Count == 0) return false;
        using var remove = new NpgsqlCommand(
            """
            DELETE FROM payloads p WHERE p.hash = ANY($1)
                AND NOT EXISTS (SELECT 1 FROM payload_refs r WHERE r.hash = p.hash)
            """,
            connection);
        remove.Parameters.Add(new NpgsqlParameter<List<byte[]>> { TypedValue = hashes });
        remove.ExecuteNonQuery();
        return hashes.Count == RowsPerStep;
    }

    private static bool End(NpgsqlConnection connection)
    {
        Execute(connection, "DELETE FROM snapshots s USING purged p WHERE s.key_id = p.key_id");
        Execute(connection, "DELETE FROM purged");
        return false;
    }

    private static int Execute(NpgsqlConnection connection, string text)
    {
        using var command = new NpgsqlCommand(text, connection);
        return command.ExecuteNonQuery();
    }
}
