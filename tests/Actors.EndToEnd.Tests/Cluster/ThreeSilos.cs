using System.Globalization;
using Actors.Client;
using Actors.EndToEnd.Tests.Faults;

namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>Three silos of a cluster as child processes on one schema.</summary>
internal sealed class ThreeSilos : IAsyncDisposable
{
    private ThreeSilos(ShopOnPostgres shop, uint? firstUser)
    {
        Store = new StoreOfTest(shop.Server, "cluster");
        var database = new UriBuilder(Store.Address);
        FirstToDatabase = new Cable(database.Port);
        database.Port = FirstToDatabase.Port;
        SiloPorts = [FaultServer.FreePort(), FaultServer.FreePort(), FaultServer.FreePort()];
        Silos =
        [
            .. new[] { database.Uri.AbsoluteUri, Store.Address, Store.Address }.Select((address, i) => FaultServer.Silo(
                shop.Folder, shop.Address, "--host", "orleans", "--cluster", address,
                "--silo-port", Text(SiloPorts[i]), "--gateway-port", Text(FaultServer.FreePort()),
                "--lease", $"{Lease.TotalSeconds}s")),
        ];
        for (var i = 0; i < Silos.Count && firstUser is not null; i++) Silos[i].RunAs(firstUser.Value + (uint)i);
    }

    /// <summary>For how long a member of the store may be silent.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(2);

    public IReadOnlyList<FaultServer> Silos { get; }

    /// <summary>Where they listen for each other.</summary>
    public IReadOnlyList<int> SiloPorts { get; }

    /// <summary>Between the first silo and the database; the others are on its own port.</summary>
    public Cable FirstToDatabase { get; }

    public StoreOfTest Store { get; }

    /// <summary>Starts them.</summary>
    /// <param name="shop">What they work for.</param>
    /// <param name="settings">Of section <c>Silo:InCluster</c>.</param>
    /// <param name="firstUser">As whom the first of them runs, the others as the next; null: as this process.</param>
    public static async Task<ThreeSilos> StartAsync(ShopOnPostgres shop, string settings, uint? firstUser = null)
    {
        await File.WriteAllTextAsync(
            shop.Folder.At("actors.json"), $$"""{ "Silo": { "InCluster": {{settings}} } }""", shop.Patient);
        var silos = new ThreeSilos(shop, firstUser);
        try
        {
            await Task.WhenAll(silos.Silos.Select(silo => silo.StartAsync(shop.Patient)));
            return silos;
        }
        catch
        {
            await silos.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client that spreads its requests over all of them.</summary>
    public HttpActorsClient Connect(HttpActorsClientOptions options) => new(
        new HttpClient(new AnySilo([.. Silos.Select(silo => silo.Address)])) { BaseAddress = Silos[0].Address },
        options);

    /// <summary>
    /// The one on which most of what is under way began: silos are not equally busy, and one may have next to nothing.
    /// </summary>
    /// <returns>Its place among <see cref="Silos"/>.</returns>
    public async Task<int> BusiestAsync(CancellationToken cancellationToken)
    {
        var process = (int)await Store.AnsweredAsync(
            """
            SELECT substring(o.holder FROM '^process ([0-9]+) ')::int FROM keys k JOIN owners o ON o.epoch = k.epoch
            WHERE k.kind = 1 AND k.ended_at IS NULL GROUP BY o.holder ORDER BY count(*) DESC LIMIT 1
            """,
            cancellationToken);
        return Enumerable.Range(0, Silos.Count).Single(i => Silos[i].ProcessId == process);
    }

    /// <summary>
    /// What was under way at a time, and how long after it the next event of each invocation was recorded.
    /// </summary>
    public async Task<(Lateness Moved, Lateness All)> LateSinceAsync(
        DateTimeOffset since, CancellationToken cancellationToken)
    {
        var row = await Store.RowAsync(
            """
            SELECT count(*) FILTER (WHERE has_moved), min(late) FILTER (WHERE has_moved),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY late) FILTER (WHERE has_moved),
                   max(late) FILTER (WHERE has_moved),
                   count(*), min(late), percentile_cont(0.5) WITHIN GROUP (ORDER BY late), max(late)
            FROM (SELECT (after.at - $1)::float8 AS late, after.epoch > before.epoch AS has_moved FROM keys k
                  CROSS JOIN LATERAL (SELECT coalesce(epoch, k.epoch) AS epoch FROM journal
                                      WHERE key_id = k.id AND at < $1 ORDER BY first DESC LIMIT 1) before
                  CROSS JOIN LATERAL (SELECT at, coalesce(epoch, k.epoch) AS epoch FROM journal
                                      WHERE key_id = k.id AND at >= $1 ORDER BY first LIMIT 1) after
                  WHERE k.kind = 1) late
            """,
            since.ToUnixTimeMilliseconds(),
            cancellationToken);
        return (Lateness.Of(row, 0), Lateness.Of(row, 4));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos) await silo.DisposeAsync();
        await FirstToDatabase.DisposeAsync();
        await Store.DisposeAsync();
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How late some invocations went on, in milliseconds.</summary>
internal sealed record Lateness(long Count, double First, double Median, double Last)
{
    public static Lateness Of(object?[] row, int from) =>
        new((long)row[from]!, Time(row[from + 1]), Time(row[from + 2]), Time(row[from + 3]));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Count} after {First:F0} ms (first), {Median:F0} (median), {Last:F0} (last)");

    private static double Time(object? value) => value as double? ?? -1;
}
