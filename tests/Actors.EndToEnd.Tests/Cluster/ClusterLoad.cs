using Actors.EndToEnd.Tests.Faults;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>Tests in which something happens to one of three silos under load.</summary>
public abstract class ClusterLoad(ITestOutputHelper output) : IAsyncLifetime
{
    // Many at once: some of them are on the silo that something happens to.
    private const int ClientsCount = 48;

    private ShopOnPostgres? _shop;
    private ThreeSilos? _cluster;

    private protected static string Tuned =>
        """{ "ProbeTimeout": "1s", "ProbeTimeoutMax": "4s", "ProbesMissedMax": 2, "ResponseTimeout": "11s" }""";

    private protected static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private protected ITestOutputHelper Output => output;

    private protected ShopOnPostgres Shop => _shop!;

    private protected CancellationToken Patient => Shop.Patient;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var silo in _cluster?.Silos ?? []) output.WriteLine($"{silo.Address} complained: {silo.Errors}");
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (_shop is not null) await _shop.DisposeAsync();
    }

    /// <summary>Three silos in the midst of their work.</summary>
    private protected async Task<ThreeSilos> LoadedAsync(
        string settings, int orders, TimeSpan? patience = null, uint? firstUser = null)
    {
        _shop = await ShopOnPostgres.StartAsync(patience ?? TimeSpan.FromMinutes(4), latencyMsMax: 200);
        _cluster = await ThreeSilos.StartAsync(_shop, settings, firstUser);
        _shop.Begin(orders, _cluster.Connect, ClientsCount);
        await _shop.ReachedAsync(0.2);
        return _cluster;
    }

    private protected Task JudgeAsync() => Shop.JudgeAsync(_cluster!.Store);

    private protected async Task TellAsync(string fault, DateTimeOffset at)
    {
        var (moved, all) = await _cluster!.LateSinceAsync(at, Patient);
        output.WriteLine($"silo {fault}: invocations that moved: {moved}; all that were under way: {all}");
    }
}
