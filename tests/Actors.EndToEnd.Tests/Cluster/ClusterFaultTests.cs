using Actors.EndToEnd.Tests.Faults;
using Actors.Tests.Shared;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>
/// Three silo processes of a cluster on one database, under load. Whatever happens to one of them: every acknowledged
/// invocation ends as it was meant to, nothing is recorded twice, histories have no holes. Each test prints after how
/// long what was under way recorded something again.
/// </summary>
public sealed class ClusterFaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Tuned = """{ "ProbeTimeout": "1s", "ProbesMissedMax": 2, "ResponseTimeout": "11s" }""";
    private const string Default = "{}";
    private const string KillsVariable = "ACTORS_TEST_SILO_KILLS";

    // Many at once: some of them are on the silo that something happens to.
    private const int ClientsCount = 48;

    private ShopOnPostgres? _shop;
    private ThreeSilos? _cluster;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private CancellationToken Patient => _shop!.Patient;

    [PostgresFact]
    public async Task Silos_that_are_killed_one_after_the_other_lose_nothing()
    {
        // More for a longer run: each kill goes with two hundred orders.
        var kills = int.TryParse(Environment.GetEnvironmentVariable(KillsVariable), out var given) ? given : 3;
        var cluster = await LoadedAsync(Tuned, 200 * kills, TimeSpan.FromMinutes(3) + kills * TimeSpan.FromSeconds(15));
        for (var kill = 1; kill <= kills; kill++)
        {
            var silo = cluster.Silos[kill % 3];
            await silo.KillAsync();
            await _shop!.ReachedAsync((kill - 0.4) / (kills + 1));
            await silo.StartAsync(Patient);
            await _shop.ReachedAsync((double)kill / (kills + 1));
        }

        await JudgeAsync();
        output.WriteLine($"{kills} kills, {200 * kills} orders");
    }

    [PostgresFact]
    public Task Invocations_of_a_killed_silo_move_again_with_tuned_probes() => MeasureKillAsync("tuned", Tuned);

    [PostgresFact]
    public Task Invocations_of_a_killed_silo_move_again_with_default_probes() => MeasureKillAsync("default", Default);

    [PostgresFact]
    public async Task A_silo_that_hangs_for_longer_than_its_lease_writes_nothing_wrong_when_it_wakes_up()
    {
        var cluster = await LoadedAsync(Tuned, 400);
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

    [PostgresFact]
    public Task A_silo_whose_database_does_not_answer_for_longer_than_its_lease_loses_nothing() =>
        CutOffAsync("database does not answer", cable => cable.Pull());

    [PostgresFact]
    public Task A_silo_whose_database_refuses_it_for_longer_than_its_lease_loses_nothing() =>
        CutOffAsync("database refuses connections", cable => cable.Break());

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var silo in _cluster?.Silos ?? []) output.WriteLine($"{silo.Address} complained: {silo.Errors}");
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (_shop is not null) await _shop.DisposeAsync();
    }

    private async Task MeasureKillAsync(string name, string settings)
    {
        var cluster = await LoadedAsync(settings, 400);
        var at = Now;
        await cluster.Silos[1].KillAsync();
        await JudgeAsync();
        await TellAsync($"killed with SIGKILL, {name}", at);
        (await cluster.LateSinceAsync(at, Patient)).Moved.Count.ShouldBeGreaterThan(0);
    }

    private async Task CutOffAsync(string name, Action<Cable> cut)
    {
        var cluster = await LoadedAsync(Tuned, 400);
        var at = Now;
        cut(cluster.FirstToDatabase);
        await _shop!.PassAsync(ThreeSilos.Lease * 4);
        cluster.FirstToDatabase.Mend();
        if (cluster.Silos[0].HasEnded) await cluster.Silos[0].StartAsync(Patient);

        await JudgeAsync();
        await TellAsync($"{name} for {ThreeSilos.Lease * 4}", at);
    }

    private async Task<ThreeSilos> LoadedAsync(string settings, int orders, TimeSpan? patience = null)
    {
        _shop = await ShopOnPostgres.StartAsync(patience ?? TimeSpan.FromMinutes(4), latencyMsMax: 200);
        _cluster = await ThreeSilos.StartAsync(_shop, settings);
        _shop.Begin(orders, _cluster.Connect, ClientsCount);
        await _shop.ReachedAsync(0.2);
        return _cluster;
    }

    private async Task MovedAsync(DateTimeOffset since)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (await timer.WaitForNextTickAsync(Patient))
        {
            if ((await _cluster!.LateSinceAsync(since, Patient)).Moved.Count > 0) return;
        }
    }

    private async Task JudgeAsync() => await _shop!.JudgeAsync(_cluster!.Store);

    private async Task TellAsync(string fault, DateTimeOffset at)
    {
        var (moved, all) = await _cluster!.LateSinceAsync(at, Patient);
        output.WriteLine($"silo {fault}: invocations that moved: {moved}; all that were under way: {all}");
    }
}
