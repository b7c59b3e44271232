using System.Collections.Concurrent;
using Actors.Definitions;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>Orders of three steps on a cluster, while something happens to it.</summary>
internal sealed class OrdersOnCluster : IAsyncDisposable
{
    private const int Orders = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _halfWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _isDisturbed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RunningCluster? _cluster;
    private bool _holds;
    private int _packed;

    private RunningCluster Cluster => _cluster!;

    public IEnumerable<InvocationId> Ids { get; } =
        [.. Enumerable.Range(0, Orders).Select(i => new InvocationId("order", $"order-{i}"))];

    /// <param name="silos">How many.</param>
    /// <param name="holds">Whether no order ends before the cluster was disturbed.</param>
    public static async Task<OrdersOnCluster> OpenAsync(int silos, bool holds = false)
    {
        var orders = new OrdersOnCluster { _holds = holds };
        if (!holds) orders._isDisturbed.SetResult();
        orders._cluster = await RunningCluster.StartAsync(silos, orders.Configure);
        return orders;
    }

    /// <summary>Starts orders, disturbs the cluster when half of them are in work, and sees them end.</summary>
    public async Task RunWhileAsync(Func<RunningCluster, Task> disturb)
    {
        using var late = new CancellationTokenSource(Patience);
        var orders = Ids.Select(id => OrderAsync(id, late.Token)).ToArray();
        await _halfWay.Task.WaitAsync(late.Token);
        await disturb(Cluster).WaitAsync(late.Token);
        _isDisturbed.TrySetResult();
        foreach (var order in orders) (await order).Status.ShouldBe(InvocationStatus.Completed);
    }

    /// <summary>Every order is in the store once, ended, with a history without holes.</summary>
    public async Task AuditAsync()
    {
        foreach (var id in Ids)
        {
            var history = await Cluster.ClientOf(0).HistoryAsync(id);
            history.Events.Select(e => (int)e.Sequence).ShouldBe(Enumerable.Range(1, (int)history.Head));
            history.Events.Count(e => e.Type == "StepSucceeded").ShouldBe(3);
            foreach (var step in new[] { "reserve", "pack", "ship" })
                _attempts[$"{id.Id}/{step}"].ShouldBeGreaterThanOrEqualTo(1);
        }
    }

    /// <summary>How often an order's journal was written on by another activation.</summary>
    public async Task<int> MovesAsync()
    {
        var moves = 0;
        foreach (var id in Ids)
            moves += (await Cluster.Store.ReadAsync(id.Key, 0)).Records.Select(r => r.Epoch).Distinct().Count() - 1;
        return moves;
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>Repeats what got no answer, as every caller has to.</summary>
    public static async Task<T> RepeatAsync<T>(Func<Task<T>> call)
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

    private void Configure(ActorsOptions options) => options
        .AddHandler<Payload, Payload>("work", async (input, step) =>
        {
            _attempts.AddOrUpdate($"{step.InvocationId.Id}/{step.Step}", 1, (_, n) => n + 1);
            if (step.Step == "pack" && Interlocked.Increment(ref _packed) == Orders / 2) _halfWay.TrySetResult();
            await Task.Yield();
            if (step.Step == "ship") await _isDisturbed.Task.WaitAsync(step.CancellationToken);
            return input;
        })
        .AddProcess(Process.Define<Payload>("order")
            .Step("reserve", s => s.Call("work"))
            .Step("pack", s => s.After("reserve").Call("work"))
            .Step("ship", s => s.After("pack").Call("work"))
            .Build());

    /// <summary>A start counts once.</summary>
    private async Task<InvocationView> OrderAsync(InvocationId id, CancellationToken cancellationToken)
    {
        var start = new StartRequest("order") { Key = id.Id };
        await RepeatAsync(() => Cluster.Client.StartAsync(start, cancellationToken));
        // A grain that somebody waits for leaves only when it has answered, after ten seconds at most.
        if (_holds) await _isDisturbed.Task.WaitAsync(cancellationToken);
        return await RepeatAsync(() => Cluster.Client.WaitAsync(id, cancellationToken: cancellationToken));
    }
}
