using Actors.Definitions;
using Orleans.Core.Internal;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>Silos come and go, in peace and without a word, and grains move, while orders run.</summary>
public sealed class LossTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_silo_that_stops_in_peace_loses_nothing(int silos)
    {
        await using var orders = await OrdersOnCluster.OpenAsync(silos);
        await orders.RunWhileAsync(cluster => cluster.StopAsync(1));
        await orders.AuditAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_silo_that_dies_loses_nothing(int silos)
    {
        await using var orders = await OrdersOnCluster.OpenAsync(silos);
        await orders.RunWhileAsync(cluster => cluster.KillAsync(1));
        await orders.AuditAsync();
    }

    [Fact]
    public async Task A_silo_that_joins_takes_its_share_and_nothing_is_lost()
    {
        await using var orders = await OrdersOnCluster.OpenAsync(2);
        await orders.RunWhileAsync(cluster => cluster.AddSiloAsync());
        await orders.AuditAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Orders_that_are_moved_from_silo_to_silo_lose_nothing(int silos)
    {
        await using var orders = await OrdersOnCluster.OpenAsync(silos, holds: true);
        await orders.RunWhileAsync(async cluster =>
        {
            for (var round = 0; round < 3; round++)
            {
                await Task.WhenAll(orders.Ids.Select(id => MoveAsync(cluster, id, cluster.Silos[round % silos])));
                // Orleans takes in what moves in groups, and waits for all of a group. Two silos that move the same
                // grains to and fro at once would wait for each other until a call times out.
                await Task.WhenAll(orders.Ids.Select(id => OrdersOnCluster.RepeatAsync(
                    () => cluster.ClientOf(0).GetAsync(id))));
            }
        });
        (await orders.MovesAsync()).ShouldBeGreaterThan(0);
        await orders.AuditAsync();
    }

    [Fact]
    public async Task Orders_whose_grains_are_put_out_of_memory_go_on_where_they_are_placed_next()
    {
        await using var orders = await OrdersOnCluster.OpenAsync(3, holds: true);
        await orders.RunWhileAsync(async cluster =>
        {
            for (var round = 0; round < 3; round++)
                await Task.WhenAll(orders.Ids.Select(id => Manage(cluster, id).DeactivateOnIdle().AsTask()));
        });
        (await orders.MovesAsync()).ShouldBeGreaterThan(0);
        await orders.AuditAsync();
    }

    [Fact]
    public async Task An_attempt_that_a_silo_had_just_begun_when_it_died_is_soon_handed_out_again()
    {
        using var late = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cluster = await RunningCluster.StartAsync(3, (silo, options) => options
            .AddHandler<Payload, Payload>("work", async (input, _) =>
            {
                if (silo != 1) return input;
                begun.TrySetResult();
                await new TaskCompletionSource().Task;
                return input;
            })
            .AddProcess(Process.Define<Payload>("lost").Step("only", s => s.Call("work")).Build()));
        // Less than the half minute after which an attempt that nobody has said anything of is handed out again.
        late.CancelAfter(TimeSpan.FromSeconds(20));
        var runs = Enumerable.Range(0, 40).Select(async i =>
        {
            var id = (await cluster.ClientOf(0).StartAsync(new StartRequest("lost") { Key = $"l-{i}" }, late.Token)).Id;
            return await OrdersOnCluster.RepeatAsync(
                () => cluster.ClientOf(0).WaitAsync(id, cancellationToken: late.Token));
        }).ToArray();
        await begun.Task.WaitAsync(late.Token);
        await cluster.KillAsync(1);
        foreach (var run in await Task.WhenAll(runs)) run.Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task A_silo_that_the_others_can_not_reach_is_declared_dead_and_loses_nothing()
    {
        await using var orders = await OrdersOnCluster.OpenAsync(3);
        await orders.RunWhileAsync(cluster =>
        {
            cluster.Wires.Isolate(2);
            return Task.CompletedTask;
        });
        await orders.AuditAsync();
    }

    [Fact]
    public async Task A_silo_that_reaches_the_others_but_is_not_reached_loses_nothing()
    {
        await using var orders = await OrdersOnCluster.OpenAsync(3);
        await orders.RunWhileAsync(cluster =>
        {
            cluster.Wires.Cut(0, 2);
            cluster.Wires.Cut(1, 2);
            return Task.CompletedTask;
        });
        await orders.AuditAsync();
    }

    private static async Task MoveAsync(RunningCluster cluster, InvocationId id, InProcessSiloHandle to)
    {
        // Left to itself, Orleans mostly finds that a grain is best where it is.
        RequestContext.Set(IPlacementDirector.PlacementHintKey, to.SiloAddress);
        await Manage(cluster, id).MigrateOnIdle();
    }

    private static IGrainManagementExtension Manage(RunningCluster cluster, InvocationId id) =>
        Shells.Shell.Of(cluster.Service<IGrainFactory>(0), id.Key).AsReference<IGrainManagementExtension>();
}
