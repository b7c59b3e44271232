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
public sealed class ClusterFaultTests(ITestOutputHelper output) : ClusterLoad(output)
{
    private const string Default = "{}";
    private const string KillsVariable = "ACTORS_TEST_SILO_KILLS";

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
            await Shop.ReachedAsync((kill - 0.4) / (kills + 1));
            await silo.StartAsync(Patient);
            await Shop.ReachedAsync((double)kill / (kills + 1));
        }

        await JudgeAsync();
        Output.WriteLine($"{kills} kills, {200 * kills} orders");
    }

    [PostgresFact]
    public Task Invocations_of_a_killed_silo_move_again_with_tuned_probes() => MeasureKillAsync("tuned", Tuned);

    [PostgresFact]
    public Task Invocations_of_a_killed_silo_move_again_with_default_probes() => MeasureKillAsync("default", Default);

    [PostgresFact]
    public Task A_silo_that_hangs_for_longer_than_its_lease_writes_nothing_wrong_when_it_wakes_up() =>
        HangAsync("tuned", Tuned);

    [PostgresFact]
    public Task A_silo_that_hangs_is_found_with_default_probes_too() => HangAsync("default", Default);

    [PostgresFact]
    public Task A_silo_whose_database_does_not_answer_for_longer_than_its_lease_loses_nothing() =>
        CutOffAsync("database does not answer", cable => cable.Pull());

    [PostgresFact]
    public Task A_silo_whose_database_refuses_it_for_longer_than_its_lease_loses_nothing() =>
        CutOffAsync("database refuses connections", cable => cable.Break());

    private async Task MeasureKillAsync(string name, string settings)
    {
        var cluster = await LoadedAsync(settings, 400);
        var silo = cluster.Silos[await cluster.BusiestAsync(Patient)];
        var at = Now;
        await silo.KillAsync();
        await JudgeAsync();
        await TellAsync($"killed with SIGKILL, {name}", at);
        (await cluster.LateSinceAsync(at, Patient)).Moved.Count.ShouldBeGreaterThan(0);
    }

    private async Task HangAsync(string name, string settings)
    {
        var cluster = await LoadedAsync(settings, 400);
        var silo = cluster.Silos[await cluster.BusiestAsync(Patient)];
        var at = Now;
        silo.Send(Signal.Stop);
        // All but what waits for the silo that hangs goes on, and what was on it moves.
        await MovedAsync(cluster, at);
        silo.Send(Signal.Continue);

        // It finds itself declared dead, and ends: a new one takes its place.
        await silo.EndedAsync(Patient);
        await silo.StartAsync(Patient);
        await JudgeAsync();
        await TellAsync($"hung (SIGSTOP), {name}", at);
    }

    private async Task CutOffAsync(string name, Action<Cable> cut)
    {
        var cluster = await LoadedAsync(Tuned, 400);
        var at = Now;
        cut(cluster.FirstToDatabase);
        await Shop.PassAsync(ThreeSilos.Lease * 4);
        cluster.FirstToDatabase.Mend();
        if (cluster.Silos[0].HasEnded) await cluster.Silos[0].StartAsync(Patient);

        await JudgeAsync();
        await TellAsync($"{name} for {ThreeSilos.Lease * 4}", at);
    }

    private async Task MovedAsync(ThreeSilos cluster, DateTimeOffset since)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (await timer.WaitForNextTickAsync(Patient))
        {
            if ((await cluster.LateSinceAsync(since, Patient)).Moved.Count > 0) return;
        }
    }
}
