using System.Globalization;
using Actors.Client;
using Actors.EndToEnd.Tests.Faults;
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
        await using var shop = await ShopOnPostgres.StartAsync(
            TimeSpan.FromMinutes(2) + kills * TimeSpan.FromSeconds(10));
        var server = shop.Server;
        await using var store = new StoreOfTest(server, "killed");
        await using var silo = FaultServer.Silo(shop.Folder, shop.Address, "--store", store.Address);
        await silo.StartAsync(shop.Patient);
        var orders = OrdersCount / KillsCount * kills;
        shop.Begin(orders, options => new HttpActorsClient(silo.Address, options));
        var memory = new List<long>();
        for (var kill = 0; kill < kills; kill++)
        {
            await shop.ReachedAsync((double)kill / (kills + 1));
            await shop.PassAsync(UpTime);
            server.KillHard();
            server.StartAgain();
            memory.Add(MegabytesOf(silo.ProcessId));
        }

        await shop.ReachedAsync(1);
        memory.Add(MegabytesOf(silo.ProcessId));
        output.WriteLine($"{kills} kills, {orders} orders; memory of the silo in MB: {string.Join(' ', memory)}");
        memory.Max().ShouldBeLessThan(MegabytesMax);
        await shop.JudgeAsync(store);
    }

    private static long MegabytesOf(int process) => File.ReadLines($"/proc/{process}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(':')[1].Replace("kB", "").Trim(), CultureInfo.InvariantCulture) / 1024)
        .Single();
}
