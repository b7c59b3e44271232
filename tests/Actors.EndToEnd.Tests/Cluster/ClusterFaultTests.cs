using System.Globalization;
using Actors.EndToEnd.Tests.Faults;
using Actors.EndToEnd.Tests.Shop;
using Actors.Tests.Shared;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>
/// Three silo processes of a cluster on one database, under load. Whatever happens to one of them: every acknowledged
/// invocation ends as it was meant to, nothing is recorded twice, histories have no holes. Each test prints after how
/// long invocations of the lost silo recorded something again.
/// </summary>
public sealed class ClusterFaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Tuned = """{ "ProbeTimeout": "1s", "ProbesMissedMax": 2, "ResponseTimeout": "11s" }""";
    private const string Default = "{}";

    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(3));
    private readonly FaultFolder _folder =
        new("retry: { attempts: 50, first: 20ms, factor: 2, max: 250ms, jitter: true }");
    private PostgresServer? _server;
    private RunningShop? _shop;
    private ThreeSilos? _cluster;
    private FaultClients? _clients;
    private FaultOrder[] _orders = [];
    private Task _running = Task.CompletedTask;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private CancellationToken Patient => _patience.Token;

    [PostgresFact]
    public async Task Silos_that_are_killed_one_after_the_other_lose_nothing()
    {
        var cluster = await LoadedAsync(Tuned, 600);
        for (var kill = 1; kill <= 3; kill++)
        {
            var silo = cluster.Silos[kill % 3];
            await silo.KillAsync();
            await _clients!.ReachedAsync(_clients.ProgressMax * (2 * kill) / 10, Patient);
            await silo.StartAsync(Patient);
            await _clients.ReachedAsync(_clients.ProgressMax * (2 * kill + 1) / 10, Patient);
        }

        await JudgeAsync();
    }

    [PostgresFact]
    public Task Invocations_of_a_killed_silo_move_again_with_tuned_probes() => MeasureKillAsync("tuned", Tuned);

    [PostgresFact]
    public Task Invocations_of_a_killed_silo_move_again_with_default_probes() => MeasureKillAsync("default", Default);

    [PostgresFact]
    public async Task A_silo_that_hangs_for_longer_than_its_lease_writes_nothing_wrong_when_it_wakes_up()
    {
        var cluster = await LoadedAsync(Tuned, 300);
        var at = Now;
        cluster.Silos[1].Send(Signal.Stop);
        // All but what waits for the silo that hangs goes on, and what was on it moves.
        await MovedAsync(at);
        cluster.Silos[1].Send(Signal.Continue);

        // It finds itself declared dead, and ends: a new one takes its place.
        await cluster.Silos[1].EndedAsync(Patient);
        await cluster.Silos[1].StartAsync(Patient);
        await JudgeAsync();
        await TellAsync("hung (SIGSTOP), tuned", at);
    }

    public async Task InitializeAsync()
    {
        if (PostgresServer.Obstacle is not null) return;
        _server = PostgresServer.Start();
        _shop = await RunningShop.StartAsync();
        await _shop.TurnAsync("*", new { latencyMsMax = 50 });
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (_shop is not null) await _shop.DisposeAsync();
        _server?.Dispose();
        _folder.Dispose();
        _patience.Dispose();
    }

    private async Task MeasureKillAsync(string name, string settings)
    {
        var cluster = await LoadedAsync(settings, 300);
        var at = Now;
        await cluster.Silos[1].KillAsync();
        await JudgeAsync();
        await TellAsync($"killed with SIGKILL, {name}", at);
        (await cluster.MovedAsync(at)).Count.ShouldBeGreaterThan(0);
    }

    private async Task<ThreeSilos> LoadedAsync(string settings, int orders)
    {
        _cluster = await ThreeSilos.StartAsync(_server!, _folder, _shop!.Http.BaseAddress!, settings, Patient);
        _orders =
        [
            .. Enumerable.Range(1, orders).Select(n => new FaultOrder(
                $"order-{n}", n % 10 == 0 ? OrderFate.Declined : OrderFate.Fulfilled, n % 3 == 0)),
        ];
        _clients = new FaultClients(_orders, _cluster.Connect);
        _running = _clients.RunAsync(Patient);
        await _clients.ReachedAsync(_clients.ProgressMax / 10, Patient);
        return _cluster;
    }

    private async Task MovedAsync(DateTimeOffset since)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (await timer.WaitForNextTickAsync(Patient))
        {
            if ((await _cluster!.MovedAsync(since)).Count > 0) return;
        }
    }

    private async Task JudgeAsync()
    {
        await _running;
        await _clients!.JudgeAsync(Patient);
        (await _shop!.AuditAsync()).Violations.ShouldBeEmpty();
        foreach (var order in _orders) order.ShouldBeIn(await _shop.EntriesAsync(order.Id));
        await _cluster!.AuditAsync();
    }

    private async Task TellAsync(string fault, DateTimeOffset at)
    {
        var (first, median, last, count) = await _cluster!.MovedAsync(at);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"silo {fault}: {count} invocations moved again after {first:F0} ms (first), {median:F0} ms (median), " +
            $"{last:F0} ms (last)"));
    }
}
