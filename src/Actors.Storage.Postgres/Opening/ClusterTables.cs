using Npgsql;

namespace Actors.Storage.Postgres.Opening;

/// <summary>The tables of a cluster, which lie in the schema of the store that its silos share.</summary>
internal static class ClusterTables
{
    /// <summary>Resources of this assembly that are not migrations of the journal.</summary>
    public const string Prefix = "orleans.";

    /// <summary>The files, and the table that shows that one was run.</summary>
    private static readonly (string File, string Table)[] Files =
    [
        ("001-clustering.sql", "orleansquery"),
        ("002-reminders.sql", "orleans_reminders"),
        ("003-states.sql", "orleans_states"),
    ];

    /// <summary>Makes them where they are missing.</summary>
    /// <returns>Whether some were.</returns>
    public static async Task<bool> MakeAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Migrations.LockAsync(connection, schema, cancellationToken);
        var isMade = false;
        foreach (var (file, table) in Files)
        {
            if (await ExistsAsync(connection, schema, table, cancellationToken)) continue;
            await using var make = new NpgsqlCommand(await TextAsync(file, cancellationToken), connection)
            {
                CommandTimeout = 0,
            };
            await make.ExecuteNonQueryAsync(cancellationToken);
            isMade = true;
        }

        await transaction.CommitAsync(cancellationToken);
        return isMade;
    }

    private static async Task<bool> ExistsAsync(
        NpgsqlConnection connection, string schema, string table, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection)
        {
            Parameters = { new() { Value = $"{Database.Quote(schema)}.{table}" } },
        };
        return (bool)(await find.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<string> TextAsync(string file, CancellationToken cancellationToken)
    {
        using var text = new StreamReader(typeof(ClusterTables).Assembly.GetManifestResourceStream(Prefix + file)!);
        return await text.ReadToEndAsync(cancellationToken);
    }
}
