using Actors.Journal;
using Npgsql;
using NpgsqlTypes;

namespace Actors.Storage.Postgres.Reading;

/// <summary>Reads what lists, timers and a starting process see, and payloads.</summary>
internal sealed class ProjectionReader(IReads pool)
{
    private const string Columns =
        """
        k.kind, t.word, y.word, k.name, k.id, k.started_at,
        s.word, k.ended_at, k.wake_at, k.resume, k.correlation, d.word
        """;

    private const string KeyColumns = "k.kind, t.word, y.word, k.name, k.id";

    private const string KeyWords = "JOIN words t ON t.id = k.tenant JOIN words y ON y.id = k.type";

    private const string AllWords =
        $"{KeyWords} JOIN words s ON s.id = k.status LEFT JOIN words d ON d.id = k.definition";

    public async ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken) =>
        (await FindAsync([key], cancellationToken)).FirstOrDefault();

    /// <returns>Those that there are, in any order.</returns>
    public ValueTask<List<ProjectionRow>> FindAsync(GrainKey[] keys, CancellationToken cancellationToken) =>
        pool.ReadAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(
                    $"SELECT {Columns} FROM keys k {AllWords} WHERE k.hash = ANY($1)", connection);
                command.Parameters.Add(
                    new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(keys, KeyHash.Of) });
                await using var row = await command.ExecuteReaderAsync(token);
                List<ProjectionRow> rows = [];
                while (await row.ReadAsync(token)) rows.Add(ReadRow(row));
                return rows;
            },
            cancellationToken);

    public ValueTask<ProjectionPage> ListAsync(ProjectionFilter filter, CancellationToken cancellationToken)
    {
        var (startedAt, id) = ListCursor.Read(filter.Cursor);
        return pool.ReadAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(
                    $"""
                    SELECT {Columns} FROM keys k {AllWords}
                    WHERE k.status IS NOT NULL AND k.kind = $1 AND k.tenant = (SELECT id FROM words WHERE word = $2)
                      AND k.started_at >= $3 AND k.started_at < $4 AND (k.started_at, k.id) < ($5, $6)
                      AND ($7 IS NULL OR k.type = (SELECT id FROM words WHERE word = $7))
                      AND ($8 IS NULL OR k.status = (SELECT id FROM words WHERE word = $8))
                      AND ($9 IS NULL OR k.correlation = $9)
                    ORDER BY k.started_at DESC, k.id DESC LIMIT $10
                    """,
                    connection);
                command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)filter.Kind });
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = filter.Tenant });
                Add(command, filter.StartedFrom is { } from ? StoredTime.Ceiling(from) : long.MinValue);
                Add(command, filter.StartedBefore is { } before ? StoredTime.Ceiling(before) : long.MaxValue);
                Add(command, startedAt);
                Add(command, id);
                Add(command, filter.Type);
                Add(command, filter.Status);
                Add(command, filter.CorrelationId);
                Add(command, filter.CountMax + 1L);
                await using var row = await command.ExecuteReaderAsync(token);
                return await ReadPageAsync(row, filter.CountMax, token);
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken) => pool.ReadAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                $"""
                SELECT {KeyColumns}, k.wake_at FROM keys k {KeyWords}
                WHERE k.wake_at IS NOT NULL AND k.wake_at <= $1 ORDER BY k.wake_at, k.id LIMIT $2
                """,
                connection);
            Add(command, StoredTime.Floor(until));
            Add(command, (long)countMax);
            await using var row = await command.ExecuteReaderAsync(token);
            List<DueKey> keys = [];
            while (await row.ReadAsync(token)) keys.Add(new DueKey(ReadKey(row), StoredTime.Read(row.GetInt64(5))));
            return (IReadOnlyList<DueKey>)keys;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken) => pool.ReadAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                $"""
                SELECT {KeyColumns}, k.started_at FROM keys k {KeyWords}
                WHERE k.resume AND (k.started_at, k.id) > ($1, $2) ORDER BY k.started_at, k.id LIMIT $3
                """,
                connection);
            Add(command, after is null ? long.MinValue : StoredTime.Floor(after.StartedAt));
            Add(command, after?.Position ?? 0);
            Add(command, (long)countMax);
            await using var row = await command.ExecuteReaderAsync(token);
            List<ResumableKey> keys = [];
            while (await row.ReadAsync(token))
                keys.Add(new ResumableKey(ReadKey(row), StoredTime.Read(row.GetInt64(5)), row.GetInt64(4)));
            return (IReadOnlyList<ResumableKey>)keys;
        },
        cancellationToken);

    public async ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken)
    {
        var bytes = await pool.ReadAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand("SELECT bytes FROM payloads WHERE hash = $1", connection);
                command.Parameters.Add(
                    new NpgsqlParameter<byte[]> { TypedValue = Convert.FromHexString(hash.Hex) });
                return await command.ExecuteScalarAsync(token) as byte[];
            },
            cancellationToken);
        if (bytes is null)
        {
            throw new StoreCorruptException(
                $"The payload {hash} is missing in the store. Restore a backup that has it.");
        }

        return PayloadHash.Of(bytes) == hash ? bytes : throw new StoreCorruptException(
            $"The payload {hash} is damaged: its bytes give another hash. Restore a backup.");
    }

    private static void Add(NpgsqlCommand command, long value) =>
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });

    private static void Add(NpgsqlCommand command, string? value) => command.Parameters.Add(
        new NpgsqlParameter { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });

    private static async Task<ProjectionPage> ReadPageAsync(
        NpgsqlDataReader row, int countMax, CancellationToken cancellationToken)
    {
        List<ProjectionRow> rows = [];
        string? last = null;
        while (await row.ReadAsync(cancellationToken))
        {
            if (rows.Count == countMax) return new ProjectionPage(rows, last);
            rows.Add(ReadRow(row));
            last = ListCursor.Write(row.GetInt64(5), row.GetInt64(4));
        }

        return new ProjectionPage(rows, null);
    }

    private static ProjectionRow ReadRow(NpgsqlDataReader row) => new(
        ReadKey(row),
        new Projection(
            row.GetString(6),
            StoredTime.Read(row.GetInt64(5)),
            ReadTime(row, 7),
            ReadTime(row, 8),
            row.GetBoolean(9),
            row.IsDBNull(10) ? null : row.GetString(10),
            row.IsDBNull(11) ? null : row.GetString(11)));

    private static DateTimeOffset? ReadTime(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : StoredTime.Read(row.GetInt64(column));

    private static GrainKey ReadKey(NpgsqlDataReader row) =>
        new((GrainKind)row.GetInt16(0), row.GetString(1), row.GetString(2), row.GetString(3));
}
