using Actors.Storage.Postgres;
using Actors.Tests.Shared;
using Npgsql;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>A schema of a PostgreSQL server, looked at past the silos that use it.</summary>
internal sealed class StoreOfTest : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly NpgsqlDataSource _database;

    public StoreOfTest(PostgresServer server, string schema)
    {
        Address = $"{server.Address}?schema={schema}";
        var uri = new Uri(server.Address);
        _database = NpgsqlDataSource.Create(
            $"Host={uri.Host};Port={uri.Port};Username={uri.UserInfo};Database=postgres;Search Path={schema}");
    }

    /// <summary>What silos are told.</summary>
    public string Address { get; }

    /// <summary>The first row that a statement returns; it may have one parameter.</summary>
    public async Task<object?[]> RowAsync(string text, object? parameter, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(text);
        if (parameter is not null) command.Parameters.AddWithValue(parameter);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return [null];
        var values = new object[row.FieldCount];
        row.GetValues(values);
        return [.. values.Select(value => value is DBNull ? null : value)];
    }

    /// <summary>The first value that a statement returns.</summary>
    public async Task<object?> AskAsync(string text, CancellationToken cancellationToken) =>
        (await RowAsync(text, null, cancellationToken))[0];

    /// <summary>Asks until there is an answer that is not null.</summary>
    public async Task<object> AnsweredAsync(string text, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PollInterval, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (await AskAsync(text, cancellationToken) is { } answer) return answer;
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>
    /// Waits until no invocation has anything to do: detached steps go on behind the end. Nobody is asked for that but
    /// the store: a question to a silo would wake an invocation that was forgotten.
    /// </summary>
    public async Task RestsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AnsweredAsync(
                "SELECT 1 WHERE NOT EXISTS (SELECT FROM keys WHERE kind = 1 AND resume)", cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            var left = await AskAsync(
                "SELECT string_agg(name, ', ') FROM keys WHERE kind = 1 AND resume", CancellationToken.None);
            throw new InvalidOperationException($"these have something to do, and nobody does it: {left}", e);
        }
    }

    /// <summary>Nothing may be wrong with the store, whatever was done to those who use it.</summary>
    public async Task AuditAsync()
    {
        await using var inspection = await PostgresStoreInspection.OpenAsync(
            new PostgresJournalOptions { Connection = Address });
        await FaultFolder.AuditAsync(inspection);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
