using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Actors.Definitions;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Tests.Cluster;
using Actors.Silo.Orleans.Work;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Work;

/// <summary>Work goes to all silos, whichever of them came first.</summary>
public sealed class SpreadTests
{
    private const int BatchCount = 24;

    /// <summary>Less than the half minute after which whatever nobody has spoken of is handed out again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    private readonly ConcurrentDictionary<SiloAddress, int> _attempts = new();
    private int _started;

    [Fact]
    public async Task Every_part_has_one_silo_and_no_silo_has_more_than_one_part_more_than_another()
    {
        await using var cluster = await StartAsync(3);
        var parts = Enumerable.Range(0, 3).Select(i => cluster.Service<WorkParts>(i)).ToArray();
        using var late = new CancellationTokenSource(Patience);
        // Each silo hears of the others by itself.
        while (parts.Sum(p => p.GetMyQueues().Count()) != 8) await RunAsync(cluster, late.Token);
        parts.Select(p => p.GetMyQueues().Count()).Order().ShouldBe([2, 3, 3]);
        parts.SelectMany(p => p.GetMyQueues()).Distinct().Count().ShouldBe(8);
        parts[0].GetAllQueues().ShouldBe(
            Enumerable.Range(0, 8).Select(i => parts[1].GetQueueForStream(StreamId.Create("any", WorkParts.KeyOf(i)))));
    }

    [Fact]
    public async Task All_silos_run_work_also_after_each_of_them_was_replaced()
    {
        await using var cluster = await StartAsync(2);
        await WorkOnAllAsync(cluster);
        await cluster.AddSiloAsync();
        await cluster.StopAsync(0);
        await WorkOnAllAsync(cluster);
        await cluster.AddSiloAsync();
        await cluster.StopAsync(0);
        await WorkOnAllAsync(cluster);
    }

    [Fact]
    public async Task No_silo_runs_more_attempts_at_once_than_it_has_places()
    {
        const int Places = 2;
        var running = new ConcurrentDictionary<SiloAddress, int>();
        var most = new ConcurrentDictionary<SiloAddress, int>();
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cluster = await RunningCluster.StartAsync(2, options =>
        {
            options.Host = options.Host with { WorkersMax = Places };
            options
                .AddHandler<Payload, Payload>("work", async (input, step) =>
                {
                    var here = step.Services.GetRequiredService<SiloRing>().Here;
                    var now = running.AddOrUpdate(here, 1, (_, count) => count + 1);
                    most.AddOrUpdate(here, now, (_, before) => Math.Max(before, now));
                    if (running.Values.Sum() >= 2 * Places) full.TrySetResult();
                    await full.Task;
                    await Task.Yield();
                    running.AddOrUpdate(here, 0, (_, count) => count - 1);
                    return input;
                })
                .AddProcess(Process.Define<Payload>("spread").Step("only", s => s.Call("work")).Build());
        });
        using var late = new CancellationTokenSource(Patience);
        await RunAsync(cluster, late.Token);
        most.Values.ShouldBe([Places, Places]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_finds_no_place_on_its_silo_goes_on_to_one_that_has_room(bool hasLimit)
    {
        const int Places = 2;
        using var late = new CancellationTokenSource(2 * Patience);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SiloAddress? stuck = null;
        await using var cluster = await RunningCluster.StartAsync(2, options =>
        {
            options.Host = options.Host with { WorkersMax = Places };
            options
                .AddHandler<Payload, Payload>("work", async (input, step) =>
                {
                    if (step.Services.GetRequiredService<SiloRing>().Here.Equals(stuck)) await release.Task;
                    return input;
                })
                .AddProcess(Process.Define<Payload>("spread").Step("only", s =>
                {
                    s.Call("work");
                    if (hasLimit) s.Limit(concurrency: BatchCount);
                }).Build());
        });
        // Each silo hears of the others by itself.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (Enumerable.Range(0, 2).Any(i => cluster.Service<WorkParts>(i).GetMyQueues().Count() != 4))
            await pace.WaitForNextTickAsync(late.Token);
        stuck = cluster.Silos[0].SiloAddress;
        var runs = await Task.WhenAll(Enumerable.Range(0, BatchCount).Select(
            i => cluster.Client.StartAsync(new StartRequest("spread") { Key = $"s-{i}" }, late.Token)));
        var ends = runs.Select(run => cluster.Client.WaitAsync(run.Id, Patience, late.Token)).ToList();
        for (var i = 0; i < BatchCount - Places; i++)
        {
            var ended = await Task.WhenAny(ends).WaitAsync(late.Token);
            (await ended).Status.ShouldBe(InvocationStatus.Completed);
            ends.Remove(ended);
        }

        release.SetResult();
        foreach (var end in ends) (await end).Status.ShouldBe(InvocationStatus.Completed);
    }

    private Task<RunningCluster> StartAsync(int silos) => RunningCluster.StartAsync(silos, options => options
        .AddHandler<Payload, Payload>("work", (input, step) =>
        {
            _attempts.AddOrUpdate(step.Services.GetRequiredService<SiloRing>().Here, 1, (_, count) => count + 1);
            return ValueTask.FromResult(input);
        })
        .AddProcess(Process.Define<Payload>("spread").Step("only", s => s.Call("work")).Build()));

    /// <summary>Runs processes until each silo has run some of the work.</summary>
    private async Task WorkOnAllAsync(RunningCluster cluster)
    {
        using var late = new CancellationTokenSource(Patience);
        _attempts.Clear();
        while (!cluster.Silos.All(silo => _attempts.GetValueOrDefault(silo.SiloAddress) >= BatchCount / 2))
            await RunAsync(cluster, late.Token);
    }

    private Task RunAsync(RunningCluster cluster, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, BatchCount).Select(async _ =>
        {
            var start = new StartRequest("spread") { Key = $"{Interlocked.Increment(ref _started)}" };
            try
            {
                var id = (await OrdersOnCluster.RepeatAsync(
                    () => cluster.Client.StartAsync(start, cancellationToken))).Id;
                await OrdersOnCluster.RepeatAsync(
                    () => cluster.Client.WaitAsync(id, cancellationToken: cancellationToken));
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"'{start.Key}' has not ended: {await StateAsync(cluster, start.Key)}", e);
            }
        }));

    /// <summary>What each silo says of an invocation, and which parts of the stream are whose.</summary>
    private static async Task<string> StateAsync(RunningCluster cluster, string key)
    {
        var text = new StringBuilder();
        for (var i = 0; i < cluster.Silos.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{cluster.Silos[i].SiloAddress}, parts ")
                .AppendJoin(' ', cluster.Service<WorkParts>(i).GetMyQueues()).Append(": ");
            try
            {
                var view = await cluster.ClientOf(i).ExplainAsync(new InvocationId("spread", key));
                text.Append(view);
            }
            catch (ActorsException e)
            {
                text.Append(e.Message);
            }
        }

        return text.ToString();
    }
}
