using Actors.Grains.Hosting;
using Actors.Grains.Invocations;
using Actors.Grains.Tests.Hosting.Rig;
using Actors.Silo.Embedded.Client;
using Actors.Silo.Embedded.Hosting;
using Shouldly;

namespace Actors.Grains.Tests.Engine;

/// <summary>What a watch asks of a grain grows with the events it sees, not with those times the steps.</summary>
public sealed class WatchCostTests
{
    [Fact]
    public async Task Watching_four_times_as_many_steps_costs_about_four_times_as_much()
    {
        var few = await CostOfWatchingAsync(steps: 20);
        var many = await CostOfWatchingAsync(steps: 80);

        few.ShouldBeGreaterThan(20);
        // A watch may look once too often after an append; a view at each look would make it sixteen times as much.
        ((double)many / few).ShouldBeLessThan(8);
    }

    /// <summary>Watches a chain of steps, each released when the watch has seen all there is.</summary>
    private static async Task<long> CostOfWatchingAsync(int steps)
    {
        await using var world = new EngineWorld();
        var chain = Enumerable.Range(0, steps).Select(i =>
            EngineWorld.Wait($"s{i}", $"go{i}", i == 0 ? [] : [$"s{i - 1}"]));
        await world.StartAsync(o => o.AddProcess(EngineWorld.Map("chain", [.. chain])));
        var id = await world.BeginAsync("chain");
        var counting = new CountingHost(world.Engine.Current.Edge);
        var watcher = new EmbeddedActorsClient(() => world.Engine.Current with { Edge = counting });

        var watching = watcher.WatchAsync(id).CountAsync().AsTask();
        for (var i = 0; i < steps; i++)
        {
            await counting.LookedAsync((await world.Client.GetAsync(id)).Sequence).Soon();
            await world.Client.SignalAsync(id, $"go{i}");
        }

        await watching.Soon();
        (await world.Client.GetAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
        return counting.Cost;
    }

    /// <summary>Counts the answers that a client gets; one that holds a view counts as much as its steps.</summary>
    private sealed class CountingHost(IClientHost inner) : IClientHost
    {
        private readonly Lock _gate = new();
        private long _seen;
        private (long Sequence, TaskCompletionSource Done)? _awaited;

        public long Cost { get; private set; }

        public TimeProvider Time => inner.Time;

        /// <summary>Completes when the client was told a sequence, this one or a later one.</summary>
        public Task LookedAsync(long sequence)
        {
            lock (_gate)
            {
                if (_seen >= sequence) return Task.CompletedTask;
                _awaited = (sequence, new(TaskCreationOptions.RunContinuationsAsynchronously));
                return _awaited.Value.Done.Task;
            }
        }

        public async ValueTask<GrainReply> CallAsync<TReply>(
            GrainKey to, GrainRequest<TReply> request, CancellationToken cancellationToken = default)
            where TReply : GrainReply
        {
            var reply = await inner.CallAsync(to, request, cancellationToken);
            var (cost, sequence) = reply switch
            {
                InvocationReply view => (view.View.Steps.Count, view.View.Sequence),
                InvocationPosition position => (1, position.Sequence),
                _ => (1, 0L),
            };
            lock (_gate)
            {
                Cost += cost;
                _seen = Math.Max(_seen, sequence);
                if (_awaited is { } awaited && _seen >= awaited.Sequence) awaited.Done.TrySetResult();
            }

            return reply;
        }

        public void Post(GrainKey to, GrainMessage message) => inner.Post(to, message);

        public IAsyncDisposable Subscribe(GrainKey key, Action<long> grown) => inner.Subscribe(key, grown);

        public ValueTask<bool> AdmitAsync(
            InvocationId invocation, int capacity, CancellationToken cancellationToken) =>
            inner.AdmitAsync(invocation, capacity, cancellationToken);

        public void CancelAdmission(InvocationId invocation) => inner.CancelAdmission(invocation);
    }
}
