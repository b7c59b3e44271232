using System.Net.Http.Json;
using Shop.Ledger;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Faults;

public sealed class RandomKillTests(ITestOutputHelper output)
{
    private const int OrdersCount = 500;
    private const int KillsCount = 32;
    private const int KillDelayMsMax = 60;
    private const int ShopKillEvery = 4;
    private const int StartKillEvery = 5;
    private const int StartKillDelayMsMax = 1_000;
    private const int SeedMax = 1_000_000_000;
    private const string SeedVariable = "ACTORS_TEST_SEED";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public Task Five_hundred_orders_survive_a_silo_that_is_killed_again_and_again() => RunAsync(killShop: false);

    [Fact]
    public Task Five_hundred_orders_survive_a_silo_and_a_shop_that_are_killed_again_and_again() =>
        RunAsync(killShop: true);

    private async Task RunAsync(bool killShop)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var given)
            ? given
            : Random.Shared.Next(SeedMax);
        output.WriteLine($"seed {seed}; set {SeedVariable} to it to have the same faults again");
        var random = new Random(seed);
        var orders = Orders(random);
        using var patience = new CancellationTokenSource(Patience);
        using var folder = new FaultFolder("retry: { attempts: 50, first: 20ms, factor: 2, max: 250ms, jitter: true }");
        await using var shop = FaultServer.Shop(
            folder, "--knobs:seed", $"{seed}", "--knobs:*:lostAnswerRate", "0.1", "--knobs:*:duplicateRate", "0.1",
            "--knobs:*:errorRate", "0.05", "--knobs:*:latencyMsMax", "10");
        await using var silo = FaultServer.Silo(folder, shop.Address);
        await shop.StartAsync(patience.Token);
        await silo.StartAsync(patience.Token);

        var clients = new FaultClients(silo.Address, orders);
        var running = clients.RunAsync(patience.Token);
        var killing = KillAsync(clients, silo, killShop ? shop : null, random, patience.Token);
        // If one fails the other ends, too, before what both use is disposed of; what failed is what is told.
        if (!(await Task.WhenAny(running, killing)).IsCompletedSuccessfully) await patience.CancelAsync();
        await Task.WhenAll(running, killing);

        silo.Kills.ShouldBeGreaterThanOrEqualTo(KillsCount);
        await clients.JudgeAsync(patience.Token);
        await JudgeBooksAsync(shop, orders, patience.Token);
        await FaultFolder.AuditAsync(Path.Combine(folder.Data, "store.db"));
        output.WriteLine($"{silo.Kills} kills of the silo, {shop.Kills} of the shop");
    }

    private static FaultOrder[] Orders(Random random) =>
    [
        .. Enumerable.Range(1, OrdersCount).Select(n =>
        {
            var fate = random.Next(10) switch
            {
                0 => OrderFate.Declined,
                1 => OrderFate.OutOfStock,
                _ => OrderFate.Fulfilled,
            };
            return new FaultOrder($"order-{n}", fate, random.Next(3) == 0);
        }),
    ];

    /// <summary>
    /// Kills after equal parts of the work and a random while, and now and then once more while the silo starts.
    /// </summary>
    private static async Task KillAsync(
        FaultClients clients, FaultServer silo, FaultServer? shop, Random random, CancellationToken cancellationToken)
    {
        for (var kill = 1; kill <= KillsCount; kill++)
        {
            await clients.ReachedAsync(kill * clients.ProgressMax / (KillsCount + 2), cancellationToken);
            await PassAsync(random.Next(KillDelayMsMax), cancellationToken);
            await silo.KillAsync();
            if (shop is not null && kill % ShopKillEvery == 0)
            {
                await shop.KillAsync();
                shop.Launch();
            }

            if (kill % StartKillEvery == 0)
            {
                silo.Launch();
                await PassAsync(random.Next(StartKillDelayMsMax), cancellationToken);
                await silo.KillAsync();
            }

            await silo.StartAsync(cancellationToken);
        }
    }

    /// <summary>Lets time pass, so that a kill comes at a moment that nothing in the silo determines.</summary>
    private static async Task PassAsync(int milliseconds, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1 + milliseconds), TimeProvider.System);
        await timer.WaitForNextTickAsync(cancellationToken);
    }

    private static async Task JudgeBooksAsync(
        FaultServer shop, IReadOnlyList<FaultOrder> orders, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = shop.Address };
        var audit = await http.GetFromJsonAsync<AuditReport>("/ledger/audit", cancellationToken);
        audit!.Violations.ShouldBeEmpty();
        audit.Orders.ShouldBe(orders.Count, "the books hold every order, and nothing else");

        var entries = new List<LedgerEntry>();
        while (true)
        {
            var after = entries.Count == 0 ? 0 : entries[^1].Id;
            var page = await http.GetFromJsonAsync<LedgerEntry[]>($"/ledger?after={after}", cancellationToken);
            if (page!.Length == 0) break;
            entries.AddRange(page);
        }

        var byOrder = entries.ToLookup(e => e.OrderId, StringComparer.Ordinal);
        foreach (var order in orders) order.ShouldBeIn([.. byOrder[order.Id]]);
        byOrder.Select(group => group.Key).Except(orders.Select(o => o.Id), StringComparer.Ordinal).ShouldBeEmpty();
    }
}
