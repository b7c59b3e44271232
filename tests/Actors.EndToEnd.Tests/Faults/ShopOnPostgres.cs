using Actors.Client;
using Actors.EndToEnd.Tests.Shop;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>
/// A shop, a database server, and orders that are placed while something happens to the silos between them; judged when
/// the last has ended.
/// </summary>
internal sealed class ShopOnPostgres : IAsyncDisposable
{
    private readonly CancellationTokenSource _patience;
    private readonly RunningShop _shop;
    private FaultOrder[] _orders = [];
    private FaultClients? _clients;
    private Task _running = Task.CompletedTask;

    private ShopOnPostgres(PostgresServer server, RunningShop shop, TimeSpan patience)
    {
        (Server, _shop) = (server, shop);
        _patience = new CancellationTokenSource(patience);
    }

    public PostgresServer Server { get; }

    /// <summary>With a process file whose retries no fault uses up.</summary>
    public FaultFolder Folder { get; } =
        new("retry: { attempts: 50, first: 20ms, factor: 2, max: 250ms, jitter: true }");

    public Uri Address => _shop.Http.BaseAddress!;

    /// <summary>Ends whatever the test waits for.</summary>
    public CancellationToken Patient => _patience.Token;

    /// <summary>Starts server and shop.</summary>
    /// <param name="patience">How long the test may take.</param>
    /// <param name="latencyMsMax">How slow the shop is.</param>
    public static async Task<ShopOnPostgres> StartAsync(TimeSpan patience, int latencyMsMax = 50)
    {
        var shop = new ShopOnPostgres(PostgresServer.Start(), await RunningShop.StartAsync(), patience);
        await shop._shop.TurnAsync("*", new { latencyMsMax });
        return shop;
    }

    /// <summary>Begins to place orders; some of them are declined, some insured.</summary>
    public void Begin(int orders, Func<HttpActorsClientOptions, HttpActorsClient> connect, int clients = 16)
    {
        _orders =
        [
            .. Enumerable.Range(1, orders).Select(n => new FaultOrder(
                $"order-{n}", n % 10 == 0 ? OrderFate.Declined : OrderFate.Fulfilled, n % 3 == 0)),
        ];
        _clients = new FaultClients(_orders, connect, clients);
        _running = _clients.RunAsync(Patient);
    }

    /// <summary>Waits until a part of the whole, from 0 to 1, is done.</summary>
    public async Task ReachedAsync(double part)
    {
        var reached = _clients!.ReachedAsync((int)(_clients.ProgressMax * part), Patient);
        // If clients fail, that is what to say.
        await await Task.WhenAny(reached, _running);
        await reached;
    }

    /// <summary>Lets a fault last, or silos live for a while, so that there is something to disturb.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time, TimeProvider.System);
        await timer.WaitForNextTickAsync(Patient);
    }

    /// <summary>Waits until every order has ended, and nothing of it is left to do; compares all books.</summary>
    public async Task JudgeAsync(StoreOfTest store)
    {
        await _running;
        await store.RestsAsync(Patient);
        await _clients!.JudgeAsync(Patient);
        (await _shop.AuditAsync()).Violations.ShouldBeEmpty();
        foreach (var order in _orders) order.ShouldBeIn(await _shop.EntriesAsync(order.Id));
        await store.AuditAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        Server.Dispose();
        Folder.Dispose();
        _patience.Dispose();
    }
}
