using Actors.Definitions;
using Actors.Silo.Orleans.Tests.Cluster;
using Actors.Silo.Orleans.Work;
using Orleans.Configuration;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Work;

/// <summary>What waits at a limit of the cluster, or before a stage of a queued pipeline.</summary>
public sealed class LimitTests
{
    /// <summary>Much less than a turn at any limit of these tests takes to come.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    [Fact]
    public async Task What_waits_at_a_limit_is_cancelled_at_once_and_never_begins()
    {
        await using var cluster = await StartAsync(Limited(concurrency: 1));
        var first = await StartFirstAsync(cluster);
        var second = await StartSecondAsync(cluster);
        await cluster.Client.CancelAsync(second);
        (await cluster.Client.WaitAsync(second, Soon)).Status.ShouldBe(InvocationStatus.Cancelled);
        (await cluster.Client.HistoryAsync(second)).Events.ShouldNotContain(e => e.Type.StartsWith("StepUndo"));
        await GoOnAsync(cluster, first, calls: 1);
        // Its place is not lost.
        (await RunAsync(cluster, "third")).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task What_waits_for_a_rate_does_not_outlive_its_deadline()
    {
        await using var cluster = await StartAsync(
            Limited(perSecond: 1.0 / 3600).Deadline(TimeSpan.FromSeconds(2)));
        _release.SetResult();
        (await RunAsync(cluster, "first")).Status.ShouldBe(InvocationStatus.Completed);
        (await RunAsync(cluster, "second")).Status.ShouldBe(InvocationStatus.Failed);
        _calls.ShouldBe(1);
    }

    [Fact]
    public async Task What_waits_before_a_stage_is_cancelled_at_once_and_never_begins()
    {
        await using var cluster = await StartAsync(Process.Define<Payload>("limited")
            .Pipeline(PipelineMode.Queued)
            .Step("only", s => s.Call("work")));
        var first = await StartFirstAsync(cluster);
        var second = await StartSecondAsync(cluster);
        await cluster.Client.CancelAsync(second);
        (await cluster.Client.WaitAsync(second, Soon)).Status.ShouldBe(InvocationStatus.Cancelled);
        await GoOnAsync(cluster, first, calls: 1);
        (await RunAsync(cluster, "third")).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task What_waits_at_the_limit_of_a_stage_gives_up_the_stage_too()
    {
        await using var cluster = await StartAsync(Process.Define<Payload>("limited")
            .Pipeline(PipelineMode.Queued)
            .Step("only", s => s.Call("work").Limit(perSecond: 1.0 / 3600)));
        var first = await StartFirstAsync(cluster);
        await GoOnAsync(cluster, first, calls: 1);
        foreach (var key in new[] { "second", "third" })
        {
            var id = await StartSecondAsync(cluster, key);
            await cluster.Client.CancelAsync(id);
            (await cluster.Client.WaitAsync(id, Soon)).Status.ShouldBe(InvocationStatus.Cancelled);
        }

        _calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_limit_holds_however_long_nobody_asks_and_is_forgotten_when_nothing_is_left()
    {
        await using var cluster = await StartAsync(Limited(concurrency: 1), silo => silo
            .Configure<GrainCollectionOptions>(memory =>
            {
                memory.CollectionQuantum = TimeSpan.FromSeconds(1);
                memory.ClassSpecificCollectionAge[typeof(WorkQueueGrain).FullName!] = TimeSpan.FromSeconds(2);
            }));
        var first = await StartFirstAsync(cluster);
        using var idle = new PeriodicTimer(2 * Soon / 3);
        await idle.WaitForNextTickAsync();
        var second = await StartSecondAsync(cluster);
        _calls.ShouldBe(1);
        _release.SetResult();
        foreach (var id in new[] { first, second })
            (await cluster.Client.WaitAsync(id, Soon)).Status.ShouldBe(InvocationStatus.Completed);
        using var late = new CancellationTokenSource(3 * Soon);
        using var pace = new PeriodicTimer(Moment);
        while (await cluster.CountAsync("actors.queue") > 0) await pace.WaitForNextTickAsync(late.Token);
    }

    private static ProcessBuilder<Payload> Limited(int? concurrency = null, double? perSecond = null) =>
        Process.Define<Payload>("limited").Step("only", s => s.Call("work").Limit(concurrency, perSecond));

    private static async Task<InvocationView> RunAsync(RunningCluster cluster, string key)
    {
        var started = await cluster.Client.StartAsync(new StartRequest("limited") { Key = key });
        return await cluster.Client.WaitAsync(started.Id, Soon);
    }

    private Task<RunningCluster> StartAsync(ProcessBuilder<Payload> process, Action<ISiloBuilder>? more = null) =>
        RunningCluster.StartAsync(
            2,
            options => options
                .AddHandler<Payload, Payload>("work", async (input, _) =>
                {
                    Interlocked.Increment(ref _calls);
                    _begun.TrySetResult();
                    await _release.Task;
                    return input;
                })
                .AddProcess(process.Build()),
            more: more);

    private async Task<InvocationId> StartFirstAsync(RunningCluster cluster)
    {
        var started = await cluster.Client.StartAsync(new StartRequest("limited") { Key = "first" });
        await _begun.Task.WaitAsync(Soon);
        return started.Id;
    }

    /// <summary>Starts one that waits.</summary>
    private static async Task<InvocationId> StartSecondAsync(RunningCluster cluster, string key = "second")
    {
        var started = await cluster.Client.StartAsync(new StartRequest("limited") { Key = key });
        return started.Id;
    }

    private async Task GoOnAsync(RunningCluster cluster, InvocationId first, int calls)
    {
        _release.SetResult();
        (await cluster.Client.WaitAsync(first, Soon)).Status.ShouldBe(InvocationStatus.Completed);
        _calls.ShouldBe(calls);
    }
}
