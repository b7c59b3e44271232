using Npgsql;

namespace Actors.Storage.Postgres.Opening;

/// <summary>The tables of a cluster, which lie in the schema of the store that its silos share.</summary>
internal static class ClusterTables
{
    /// <summary>Resources of this assembly that are not migrations of the journal.</summary>
    public const string Prefix = "orleans.";

    /// <summary>Makes them where they are missing.</summary>
    /// <returns>Whether they were.</returns>
    public static async Task<bool> MakeAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Migrations.LockAsync(connection, schema, cancellationToken);
        await using var find = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection)
        {
            Parameters = { new() { Value = $"{Database.Quote(schema)}.orleansquery" } },
        };
        if ((bool)(await find.ExecuteScalarAsync(cancellationToken))!) return false;
        foreach (var text in Texts())
        {
            await using var make = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
            await make.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static IEnumerable<string> Texts()
    {
        var assembly = typeof(ClusterTables).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new StreamReader(assembly.GetManifestResourceStream(name)!).ReadToEnd());
    }
}
