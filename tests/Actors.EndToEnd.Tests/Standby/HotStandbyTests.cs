using System.Globalization;
using Actors.Client;
using Actors.EndToEnd.Tests.Faults;
using Actors.Tests.Shared;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Standby;

/// <summary>
/// Two silo processes on one database, under load. Each test prints the time from the fault to the first event that
/// the new owner recorded of an invocation that the old one had begun.
/// </summary>
public sealed class HotStandbyTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int OrdersCount = 300;
    private const string DefaultLease = "10s";
    private const string ShortLease = "2s";

    private static int _schemas;

    private ShopOnPostgres? _shop;
    private TwoSilos? _silos;

    // All processes of this machine have one clock.
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private CancellationToken Patient => _shop!.Patient;

    [PostgresFact]
    public Task A_standby_takes_over_from_an_owner_that_was_killed_long_before_its_lease_ends() =>
        KilledAsync(DefaultLease, TimeSpan.FromSeconds(10));

    [PostgresFact]
    public Task A_standby_takes_over_from_a_killed_owner_faster_with_a_shorter_lease() =>
        KilledAsync(ShortLease, TimeSpan.FromSeconds(5));

    [PostgresFact]
    public async Task An_owner_that_is_stopped_hands_over_at_once_and_loses_nothing()
    {
        var silos = await LoadedAsync(DefaultLease);
        var at = Now;
        silos.Owner.Send(Signal.Terminate);

        (await silos.Owner.EndedAsync(Patient)).ShouldBe(0);
        // All that was under way may have ended while the owner drained: then nothing is left to be resumed.
        await silos.BecomesAsync(silos.Standby, "ready", Patient);
        var taken = Now - at;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"owner stopped with SIGTERM: taken over after {taken.TotalMilliseconds:F0} ms"));
        taken.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        await JudgeAsync();
    }

    [PostgresFact]
    public Task A_standby_takes_over_from_an_owner_that_hangs_and_the_zombie_stands_by() =>
        HungAsync(ShortLease);

    [PostgresFact]
    public Task A_standby_takes_over_from_an_owner_that_hangs_after_the_default_lease() =>
        HungAsync(DefaultLease);

    [PostgresFact]
    public async Task An_owner_that_is_not_to_stand_by_ends_when_it_finds_its_store_taken()
    {
        const int lost = 3;
        var silos = await LoadedAsync(ShortLease, ownerStandsBy: false);
        silos.Owner.Send(Signal.Stop);
        await silos.FirstResumedAsync(Patient);
        silos.Owner.Send(Signal.Continue);

        (await silos.Owner.EndedAsync(Patient)).ShouldBe(lost);
        silos.Owner.Errors.ShouldContain("taken the store over");
        await JudgeAsync();
    }

    public async Task InitializeAsync()
    {
        if (PostgresServer.Obstacle is null) _shop = await ShopOnPostgres.StartAsync(TimeSpan.FromMinutes(2));
    }

    public async Task DisposeAsync()
    {
        if (_silos is not null) await _silos.DisposeAsync();
        if (_shop is not null) await _shop.DisposeAsync();
    }

    private async Task KilledAsync(string lease, TimeSpan max)
    {
        var silos = await LoadedAsync(lease);
        await StandbyRefusesAsync(silos.Standby, silos.Owner.ProcessId);
        var at = Now;
        await silos.Owner.KillAsync();

        var resumed = await silos.FirstResumedAsync(Patient);
        Tell("killed with SIGKILL", lease, resumed - at);
        (resumed - at).ShouldBeLessThan(max);
        await JudgeAsync();
    }

    private async Task HungAsync(string lease)
    {
        var silos = await LoadedAsync(lease);
        var at = Now;
        silos.Owner.Send(Signal.Stop);
        var resumed = await silos.FirstResumedAsync(Patient);
        Tell("hung (SIGSTOP)", lease, resumed - at);
        var epoch = await silos.Store.AskAsync("SELECT max(epoch) FROM owners", Patient);

        var woken = Now;
        silos.Owner.Send(Signal.Continue);
        var health = await silos.BecomesAsync(silos.Owner, "standby", Patient);
        health.GetProperty("reasons")[0].GetProperty("reason").GetString()!
            .ShouldContain($"process {silos.Standby.ProcessId} ");
        await StandbyRefusesAsync(silos.Owner, silos.Standby.ProcessId);
        (await silos.Store.AskAsync(
            $"""
            SELECT count(*) FROM journal j JOIN keys k ON k.id = j.key_id
            WHERE coalesce(j.epoch, k.epoch) < {epoch} AND j.at >= {woken.ToUnixTimeMilliseconds()}
            """,
            Patient)).ShouldBe(0L, "the zombie wrote something");

        // The zombie is as good a standby as any.
        silos.Standby.Send(Signal.Terminate);
        await silos.BecomesAsync(silos.Owner, "ready", Patient);
        await JudgeAsync();
    }

    private async Task<TwoSilos> LoadedAsync(string lease, bool ownerStandsBy = true)
    {
        var schema = string.Create(
            CultureInfo.InvariantCulture, $"standby_{Interlocked.Increment(ref _schemas)}");
        _silos = await TwoSilos.StartAsync(_shop!, schema, lease, ownerStandsBy, Patient);
        _shop!.Begin(OrdersCount, _silos.Connect);
        await _shop.ReachedAsync(0.1);
        return _silos;
    }

    private Task JudgeAsync() => _shop!.JudgeAsync(_silos!.Store);

    private static async Task StandbyRefusesAsync(FaultServer silo, int owner)
    {
        using var client = new HttpActorsClient(
            silo.Address, new HttpActorsClientOptions { RetryTimeMax = TimeSpan.Zero });
        var refused = await Should.ThrowAsync<StandbyException>(
            () => client.ListAsync(new InvocationFilter()));
        refused.Message.ShouldContain($"process {owner} ");
        refused.RetryAfter.ShouldNotBeNull();
    }

    private void Tell(string fault, string lease, TimeSpan time) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"owner {fault}, lease {lease}: first resumed step after {time.TotalMilliseconds:F0} ms"));
}
