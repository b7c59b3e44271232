using Actors.Storage.Postgres;
using Actors.Tests.Shared;
using Npgsql;

namespace Actors.Storage.Tests.Postgres;

/// <summary>One server for all tests on PostgreSQL, and a schema for each of them.</summary>
public sealed class ServerFixture : IDisposable
{
    private static int _schemas;

    private readonly PostgresServer? _server = PostgresServer.Obstacle is null ? PostgresServer.Start() : null;

    internal string NewAddress() => $"{_server!.Address}?schema=test_{Interlocked.Increment(ref _schemas)}";

    internal static Task<PostgresJournalStore> OpenAsync(string address, bool isShared = false) =>
        PostgresJournalStore.OpenAsync(
            new PostgresJournalOptions { Connection = address, Shared = isShared }, TimeProvider.System);

    /// <summary>Runs a statement in the schema of a store, and gives the first value it returns.</summary>
    internal static async Task<object?> AskAsync(string address, string statement)
    {
        var parts = address.Split("?schema=");
        var uri = new Uri(parts[0]);
        await using var connection = new NpgsqlConnection(
            $"Host={uri.Host};Port={uri.Port};Username={uri.UserInfo};Database=postgres;" +
            $"Search Path={parts[1]};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync();
    }

    public void Dispose() => _server?.Dispose();
}

[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<ServerFixture>
{
    public const string Name = "PostgreSQL";
}
