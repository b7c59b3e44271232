using System.Globalization;
using Actors.Client;
using Actors.EndToEnd.Tests.Faults;
using Actors.Storage.Postgres;
using Actors.Tests.Shared;
using Npgsql;

namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>Three silos of a cluster as child processes on one schema.</summary>
internal sealed class ThreeSilos : IAsyncDisposable
{
    private readonly string _address;
    private readonly NpgsqlDataSource _database;

    private ThreeSilos(PostgresServer server, FaultFolder folder, Uri shop, string schema)
    {
        var uri = new Uri(server.Address);
        _address = $"{server.Address}?schema={schema}";
        _database = NpgsqlDataSource.Create(
            $"Host={uri.Host};Port={uri.Port};Username={uri.UserInfo};Database=postgres;Search Path={schema}");
        Silos =
        [
            .. Enumerable.Range(1, 3).Select(_ => FaultServer.Silo(
                folder, shop, "--host", "orleans", "--cluster", _address,
                "--silo-port", Port(), "--gateway-port", Port(), "--lease", "2s")),
        ];
    }

    public IReadOnlyList<FaultServer> Silos { get; }

    /// <summary>Starts them.</summary>
    /// <param name="server">The database.</param>
    /// <param name="folder">Of the processes.</param>
    /// <param name="shop">The shop.</param>
    /// <param name="settings">Of section <c>Silo:InCluster</c>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<ThreeSilos> StartAsync(
        PostgresServer server, FaultFolder folder, Uri shop, string settings, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(
            folder.At("actors.json"), $$"""{ "Silo": { "InCluster": {{settings}} } }""", cancellationToken);
        var silos = new ThreeSilos(server, folder, shop, "cluster");
        await Task.WhenAll(silos.Silos.Select(silo => silo.StartAsync(cancellationToken)));
        return silos;
    }

    /// <summary>A client that spreads its requests over all of them.</summary>
    public HttpActorsClient Connect(HttpActorsClientOptions options) => new(
        new HttpClient(new AnySilo([.. Silos.Select(silo => silo.Address)])) { BaseAddress = Silos[0].Address },
        options);

    /// <summary>
    /// Of the invocations that were under way at a time and were activated anew since: how long after that time they
    /// recorded their next event. First, median, last, and how many.
    /// </summary>
    public async Task<(double First, double Median, double Last, long Count)> MovedAsync(DateTimeOffset since)
    {
        await using var command = _database.CreateCommand(
            """
            SELECT coalesce(min(late), -1), coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY late), -1),
                   coalesce(max(late), -1), count(*)
            FROM (SELECT (after.at - $1)::float8 AS late FROM keys k
                  CROSS JOIN LATERAL (SELECT coalesce(epoch, k.epoch) AS epoch FROM journal
                                      WHERE key_id = k.id AND at < $1 ORDER BY first DESC LIMIT 1) before
                  CROSS JOIN LATERAL (SELECT at, coalesce(epoch, k.epoch) AS epoch FROM journal
                                      WHERE key_id = k.id AND at >= $1 ORDER BY first LIMIT 1) after
                  WHERE k.kind = 1 AND after.epoch > before.epoch) moved
            """);
        command.Parameters.AddWithValue(since.ToUnixTimeMilliseconds());
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetDouble(0), row.GetDouble(1), row.GetDouble(2), row.GetInt64(3));
    }

    /// <summary>Nothing may be wrong with the store, whatever was done to its members.</summary>
    public async Task AuditAsync()
    {
        await using var inspection = await PostgresStoreInspection.OpenAsync(
            new PostgresJournalOptions { Connection = _address });
        await FaultFolder.AuditAsync(inspection);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos) await silo.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static string Port() => FaultServer.FreePort().ToString(CultureInfo.InvariantCulture);
}
