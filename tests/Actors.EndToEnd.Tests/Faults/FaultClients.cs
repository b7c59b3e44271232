using System.Collections.Concurrent;
using Actors.Cli.Following;
using Actors.Client;
using Shouldly;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>Several clients that place orders and follow each to its end, whatever happens to the silo.</summary>
internal sealed class FaultClients(
    IReadOnlyList<FaultOrder> orders, Func<HttpActorsClientOptions, HttpActorsClient> connect,
    int clients = FaultClients.ClientsCount)
{
    private const int ClientsCount = 16;
    private const int JudgesCount = 8;

    private static readonly TimeSpan SettlePoll = TimeSpan.FromMilliseconds(50);

    private static readonly HttpActorsClientOptions Persistent = new()
    {
        RetryTimeMax = TimeSpan.FromMinutes(2),
        RetryDelayFirst = TimeSpan.FromMilliseconds(20),
        RetryDelayMax = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>Clients of one silo.</summary>
    public FaultClients(Uri silo, IReadOnlyList<FaultOrder> orders)
        : this(orders, options => new HttpActorsClient(silo, options))
    {
    }

    private readonly ConcurrentDictionary<string, InvocationId> _acknowledged = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _progress;
    private (int At, TaskCompletionSource Source)? _awaited;

    /// <summary>How many acknowledgements and ends the whole run consists of.</summary>
    public int ProgressMax => 2 * orders.Count;

    /// <summary>Places all orders and returns when the last has ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = connect(Persistent);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = clients,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(orders, options, async (order, token) =>
        {
            var input = Payload.From(order.Input, order.Input.GetType());
            var started = await client.StartAsync(
                new StartRequest("order-fulfilment", input) { Key = order.Id }, token);
            _acknowledged[order.Id] = started.Id;
            Advance();
            var ended = await client.WaitAsync(started.Id, null, token);
            ended.HasEnded.ShouldBeTrue();
            Advance();
        });
    }

    /// <summary>Waits until so many acknowledgements and ends have arrived.</summary>
    public Task ReachedAsync(int progress, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_progress >= progress) return Task.CompletedTask;
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited = (progress, source);
            return source.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Compares every order with what it was meant to become, once nothing goes on any more.</summary>
    public async Task JudgeAsync(CancellationToken cancellationToken)
    {
        using var client = connect(Persistent);
        _acknowledged.Count.ShouldBe(orders.Count);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = JudgesCount,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(orders, options, async (order, token) => await JudgeAsync(client, order, token));
    }

    private async Task JudgeAsync(HttpActorsClient client, FaultOrder order, CancellationToken cancellationToken)
    {
        var id = _acknowledged[order.Id];
        var watched = 0L;
        await foreach (var e in client.WatchAsync(id, 0, cancellationToken)) watched = e.Sequence;

        var view = await SettledAsync(client, id, cancellationToken);
        var steps = string.Join(", ", view.Steps.Select(s => $"{s.Name} {s.Status} ({s.Failure?.Message})"));
        view.Status.ShouldBe(order.End, $"{order}: {steps}");
        view.Steps.ShouldNotContain(s => s.Status == StepStatus.UndoFailed, $"{order}: {steps}");
        watched.ShouldBeInRange(1, view.Sequence, $"{order}: what was watched");
        await JudgeHistoryAsync(client, id, view.Sequence, cancellationToken);
    }

    /// <summary>Detached steps may go on behind the end.</summary>
    private static async Task<InvocationView> SettledAsync(
        HttpActorsClient client, InvocationId id, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SettlePoll, TimeProvider.System);
        while (true)
        {
            var view = await client.GetAsync(id, cancellationToken);
            if (!view.Steps.Any(Follower.IsOnItsWay)) return view;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static async Task JudgeHistoryAsync(
        HttpActorsClient client, InvocationId id, long head, CancellationToken cancellationToken)
    {
        var page = await client.HistoryAsync(id, cancellationToken: cancellationToken);
        page.Events.Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, (int)head).Select(n => (long)n));
        page.Events.Where(e => e.Type is "Started" or "StepSucceeded" or "UndoSucceeded" or "Completed" or "Failed")
            .GroupBy(e => (e.Type, e.Step)).Where(g => g.Count() > 1).ShouldBeEmpty(id.ToString());
    }

    private void Advance()
    {
        lock (_gate)
        {
            _progress++;
            if (_awaited is not { } awaited || _progress < awaited.At) return;
            _awaited = null;
            awaited.Source.SetResult();
        }
    }
}
