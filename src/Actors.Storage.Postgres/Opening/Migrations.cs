using System.Collections.Immutable;
using System.Globalization;
using Actors.Journal;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Actors.Storage.Postgres.Opening;

/// <summary>One file of <c>deploy/postgres</c>.</summary>
/// <param name="Version">The number it begins with.</param>
/// <param name="Title">The rest of its name.</param>
/// <param name="Text">Its statements.</param>
internal sealed record Migration(int Version, string Title, string Text);

/// <summary>Brings the schema up to date, one transaction per version, under an advisory lock.</summary>
internal static class Migrations
{
    private const int LockSpace = 0x4163744A;

    /// <summary>All there are, in order.</summary>
    public static ImmutableArray<Migration> All { get; } = Load();

    /// <summary>What this program reads and writes.</summary>
    public static int Latest => All[^1].Version;

    /// <summary>Runs those that are missing.</summary>
    /// <returns>How many were.</returns>
    /// <exception cref="StoreOpenException">The schema is newer, or somebody else's.</exception>
    public static async Task<int> RunAsync(
        NpgsqlConnection connection, string schema, ILogger logger, CancellationToken cancellationToken)
    {
        var count = 0;
        while (await RunNextAsync(connection, schema, cancellationToken) is { } done)
        {
            PostgresJournalLog.Migrated(logger, schema, done.Version, done.Title);
            count++;
        }

        return count;
    }

    /// <summary>Checks that nothing is missing, and changes nothing.</summary>
    /// <exception cref="StoreOpenException">The schema is older, newer or somebody else's.</exception>
    public static async Task CheckAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(connection, schema, cancellationToken);
        if (version == Latest) return;
        throw new StoreOpenException(
            $"Schema '{schema}' has version {version}; this program needs {Latest}. Run 'actors store migrate', or " +
            "the files of deploy/postgres by hand.",
            StoreOpenException.NotAStore);
    }

    /// <summary>Lets nobody else change the schema until the transaction ends.</summary>
    public static async Task LockAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await using var locking = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1, hashtext($2))", connection)
        {
            Parameters = { new() { Value = LockSpace }, new() { Value = schema } },
        };
        await locking.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Migration?> RunNextAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, schema, cancellationToken);
        var version = await VersionAsync(connection, schema, cancellationToken);
        var next = All.FirstOrDefault(migration => migration.Version == version + 1);
        if (next is null) return null;
        if (version == 0) await MakeSchemaAsync(connection, schema, cancellationToken);
        // Several statements in one text: the simple protocol takes them as they stand in the file.
        await using var command = new NpgsqlCommand(next.Text, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return next;
    }

    private static async Task MakeSchemaAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        // Not just IF NOT EXISTS: that asks for the right to make schemas even where there is nothing to make.
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_namespace WHERE nspname = $1", connection)
        {
            Parameters = { new() { Value = schema } },
        };
        if (await find.ExecuteScalarAsync(cancellationToken) is not null) return;
        await using var make = new NpgsqlCommand($"CREATE SCHEMA {Database.Quote(schema)}", connection);
        await make.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<int> VersionAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var relation = $"{Database.Quote(schema)}.migrations";
        await using var find = new NpgsqlCommand(
            """
            SELECT to_regclass($1) IS NOT NULL,
                   (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $2)
            """,
            connection)
        {
            Parameters = { new() { Value = relation }, new() { Value = schema } },
        };
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            if (!reader.GetBoolean(0))
            {
                return reader.GetInt64(1) == 0 ? 0 : throw new StoreOpenException(
                    $"Schema '{schema}' holds tables that are not this store's. Name another schema; a new one is " +
                    "made where there is none.",
                    StoreOpenException.NotAStore);
            }
        }

        await using var ask = new NpgsqlCommand($"SELECT coalesce(max(version), 0) FROM {relation}", connection);
        var version = (int)(await ask.ExecuteScalarAsync(cancellationToken))!;
        return version <= Latest ? version : throw new StoreOpenException(
            $"Schema '{schema}' has version {version}; this program knows up to {Latest}. Use the newer program that " +
            "wrote it; nothing was changed.",
            StoreOpenException.NewerFormat);
    }

    private static ImmutableArray<Migration> Load()
    {
        var assembly = typeof(Migrations).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => !name.StartsWith(ClusterTables.Prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new Migration(
                    int.Parse(name.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture),
                    name[4..^4],
                    new StreamReader(assembly.GetManifestResourceStream(name)!).ReadToEnd())),
        ];
    }
}
