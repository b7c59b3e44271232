using System.Globalization;
using Actors.EndToEnd.Tests.Faults;
using Actors.EndToEnd.Tests.Shop;
using Actors.Storage.Postgres;
using Actors.Tests.Shared;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Standby;

/// <summary>A silo whose database server dies again and again.</summary>
public sealed class DatabaseKillTests(ITestOutputHelper output)
{
    private const int OrdersCount = 600;
    private const int KillsCount = 6;
    private const long MegabytesMax = 600;
    private const string KillsVariable = "ACTORS_TEST_DATABASE_KILLS";

    private static readonly TimeSpan UpTime = TimeSpan.FromSeconds(2);

    [PostgresFact]
    public async Task Orders_survive_a_database_server_that_is_killed_every_few_seconds()
    {
        // More for a longer run: each kill goes with a hundred orders.
        var kills = int.TryParse(Environment.GetEnvironmentVariable(KillsVariable), out var given) ? given : KillsCount;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2) + kills * TimeSpan.FromSeconds(10));
        using var folder = new FaultFolder("retry: { attempts: 50, first: 20ms, factor: 2, max: 250ms, jitter: true }");
        using var server = PostgresServer.Start();
        await using var shop = await RunningShop.StartAsync();
        await shop.TurnAsync("*", new { latencyMsMax = 50 });
        await using var silo = FaultServer.Silo(folder, shop.Http.BaseAddress!, "--store", server.Address);
        await silo.StartAsync(patience.Token);
        var orders = Enumerable.Range(1, OrdersCount / KillsCount * kills)
            .Select(n => new FaultOrder(
                $"order-{n}", n % 10 == 0 ? OrderFate.Declined : OrderFate.Fulfilled, n % 3 == 0))
            .ToList();

        var clients = new FaultClients(silo.Address, orders);
        var running = clients.RunAsync(patience.Token);
        var memory = new List<long>();
        for (var kill = 0; kill < kills; kill++)
        {
            await clients.ReachedAsync(kill * clients.ProgressMax / (kills + 1), patience.Token);
            await PassAsync(UpTime, patience.Token);
            server.KillHard();
            server.StartAgain();
            memory.Add(MegabytesOf(silo.ProcessId));
        }

        await running;
        memory.Add(MegabytesOf(silo.ProcessId));
        output.WriteLine($"{kills} kills, {orders.Count} orders; memory of the silo in MB: {string.Join(' ', memory)}");
        memory.Max().ShouldBeLessThan(MegabytesMax);
        await clients.JudgeAsync(patience.Token);
        (await shop.AuditAsync()).Violations.ShouldBeEmpty();
        foreach (var order in orders) order.ShouldBeIn(await shop.EntriesAsync(order.Id));
        await using var inspection = await PostgresStoreInspection.OpenAsync(
            new PostgresJournalOptions { Connection = server.Address });
        await FaultFolder.AuditAsync(inspection);
    }

    /// <summary>Lets the server live for a while, so that there is something to kill it in.</summary>
    private static async Task PassAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(time, TimeProvider.System);
        await timer.WaitForNextTickAsync(cancellationToken);
    }

    private static long MegabytesOf(int process) => File.ReadLines($"/proc/{process}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(':')[1].Replace("kB", "").Trim(), CultureInfo.InvariantCulture) / 1024)
        .Single();
}
