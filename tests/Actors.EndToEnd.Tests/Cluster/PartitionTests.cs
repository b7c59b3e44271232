using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>
/// A silo process that the others of its cluster can't reach, by rules that drop packets. They need a network of their
/// own: <c>unshare -n dotnet test ...</c> as root, on Linux.
/// </summary>
public sealed class PartitionTests(ITestOutputHelper output) : ClusterLoad(output)
{
    private const uint FirstUser = 4242;

    [PartitionFact]
    public async Task A_silo_that_is_cut_off_from_the_others_is_declared_dead_and_loses_nothing()
    {
        using var rules = new PacketRules();
        var cluster = await LoadedAsync(Tuned, 400, firstUser: FirstUser);
        var lost = await cluster.BusiestAsync(Patient);
        var at = Now;
        rules.Drop("dport", cluster.SiloPorts[lost]);
        rules.Drop("sport", cluster.SiloPorts[lost]);
        foreach (var port in cluster.SiloPorts) rules.Drop("dport", port, FirstUser + (uint)lost);

        // It reads in the database that it is dead.
        await cluster.Silos[lost].EndedAsync(Patient);
        rules.Heal();
        await cluster.Silos[lost].StartAsync(Patient);
        await JudgeAsync();
        await TellAsync("cut off from the others, tuned", at);
        (await cluster.LateSinceAsync(at, Patient)).Moved.Count.ShouldBeGreaterThan(0);
    }

    [PartitionFact]
    public async Task A_silo_that_reaches_the_others_but_is_not_reached_loses_nothing()
    {
        using var rules = new PacketRules();
        var cluster = await LoadedAsync(Tuned, 400, firstUser: FirstUser);
        var lost = await cluster.BusiestAsync(Patient);
        var at = Now;
        rules.Drop("dport", cluster.SiloPorts[lost]);
        await Shop.PassAsync(TimeSpan.FromSeconds(15));
        rules.Heal();
        if (cluster.Silos[lost].HasEnded) await cluster.Silos[lost].StartAsync(Patient);
        await JudgeAsync();
        await TellAsync("not reached by the others for 15 s, tuned", at);
    }
}
