using System.Collections.Concurrent;
using Actors.Definitions;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>Silos leave, in peace and without a word, while orders run.</summary>
public sealed class LossTests
{
    private const int Orders = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_silo_that_stops_in_peace_loses_nothing()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.RunWhileAsync(cluster => cluster.StopAsync(1));
        await shop.AuditAsync();
    }

    [Fact]
    public async Task A_silo_that_dies_loses_nothing()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.RunWhileAsync(cluster => cluster.KillAsync(1));
        await shop.AuditAsync();
    }

    [Fact]
    public async Task A_silo_that_joins_takes_its_share_and_nothing_is_lost()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.RunWhileAsync(cluster => cluster.AddSiloAsync());
        await shop.AuditAsync();
    }

    private sealed class Shop : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);
        private readonly TaskCompletionSource _halfWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private RunningCluster? _cluster;
        private int _packed;

        private RunningCluster Cluster => _cluster!;

        public static async Task<Shop> OpenAsync()
        {
            var shop = new Shop();
            shop._cluster = await RunningCluster.StartAsync(2, shop.Configure);
            return shop;
        }

        /// <summary>Starts orders, disturbs the cluster when half of them are in work, and sees them end.</summary>
        public async Task RunWhileAsync(Func<RunningCluster, Task> disturb)
        {
            using var late = new CancellationTokenSource(Patience);
            var orders = Enumerable.Range(0, Orders).Select(i => OrderAsync($"order-{i}", late.Token)).ToArray();
            await _halfWay.Task.WaitAsync(late.Token);
            await disturb(Cluster);
            foreach (var order in orders) (await order).Status.ShouldBe(InvocationStatus.Completed);
        }

        /// <summary>Every order is in the store once, ended, with a history without holes.</summary>
        public async Task AuditAsync()
        {
            for (var i = 0; i < Orders; i++)
            {
                var id = new InvocationId("order", $"order-{i}");
                var history = await Cluster.ClientOf(0).HistoryAsync(id);
                history.Events.Select(e => (int)e.Sequence).ShouldBe(Enumerable.Range(1, (int)history.Head));
                history.Events.Count(e => e.Type == "StepSucceeded").ShouldBe(3);
                foreach (var step in new[] { "reserve", "pack", "ship" })
                    _attempts[$"{id.Id}/{step}"].ShouldBeGreaterThanOrEqualTo(1);
            }
        }

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();

        private void Configure(ActorsOptions options) => options
            .AddHandler<Payload, Payload>("work", async (input, step) =>
            {
                _attempts.AddOrUpdate($"{step.InvocationId.Id}/{step.Step}", 1, (_, n) => n + 1);
                if (step.Step == "pack" && Interlocked.Increment(ref _packed) == Orders / 2) _halfWay.TrySetResult();
                await Task.Yield();
                return input;
            })
            .AddProcess(Process.Define<Payload>("order")
                .Step("reserve", s => s.Call("work"))
                .Step("pack", s => s.After("reserve").Call("work"))
                .Step("ship", s => s.After("pack").Call("work"))
                .Build());

        /// <summary>Repeats what got no answer, as every caller has to: a start counts once.</summary>
        private async Task<InvocationView> OrderAsync(string key, CancellationToken cancellationToken)
        {
            var id = new InvocationId("order", key);
            var start = new StartRequest("order") { Key = key };
            await RepeatAsync(() => Cluster.Client.StartAsync(start, cancellationToken));
            return await RepeatAsync(() => Cluster.Client.WaitAsync(id, cancellationToken: cancellationToken));
        }

        private static async Task<T> RepeatAsync<T>(Func<Task<T>> call)
        {
            while (true)
            {
                try
                {
                    return await call();
                }
                catch (TransientException)
                {
                    await Task.Yield();
                }
            }
        }
    }
}
