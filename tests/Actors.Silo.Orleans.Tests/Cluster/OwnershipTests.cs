using Actors.Definitions;
using Actors.Silo.Embedded;
using Actors.Silo.Orleans.Hosting;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

public sealed class OwnershipTests
{
    [Fact]
    public async Task Of_two_activations_of_one_key_only_one_appends_and_the_other_reads_again()
    {
        await using var cluster = await RunningCluster.StartAsync(2, AddProcess);
        var id = new InvocationId("approve", "a");
        await cluster.Client.StartAsync(new StartRequest("approve") { Key = "a" });
        var hosts = new[] { HostOf(cluster, 0), HostOf(cluster, 1) };

        // Both silos hold the grain, as after a partition: each was told past the directory that it is here.
        var request = new Grains.Invocations.ReadInvocation();
        foreach (var host in hosts) await host.CallAsync(id.Key, request);
        var signals = hosts.Select((host, i) => SignalAsync(host, id, $"s-{i}"));
        var refused = (await Task.WhenAll(signals)).Count(taken => !taken);
        refused.ShouldBeLessThanOrEqualTo(1);
        var page = await cluster.Store.ReadAsync(id.Key, 0);
        page.Records.Select(r => r.FirstSequence).ShouldBe(page.Records.Select(r => r.FirstSequence).Order());
        var pairs = page.Records.Zip(page.Records.Skip(1)).ToList();
        pairs.ShouldAllBe(pair => pair.First.LastSequence + 1 == pair.Second.FirstSequence);
        pairs.ShouldAllBe(pair => pair.First.Epoch <= pair.Second.Epoch);
        (await cluster.Client.HistoryAsync(id)).Events.Count(e => e.Type == "SignalReceived").ShouldBe(2 - refused);
    }

    [Fact]
    public async Task A_limit_holds_for_all_silos_together()
    {
        var running = 0;
        var most = 0;
        await using var cluster = await RunningCluster.StartAsync(2, options => options
            .AddHandler<Payload, Payload>("one-at-a-time", async (input, _) =>
            {
                var now = Interlocked.Increment(ref running);
                if (now > Volatile.Read(ref most)) Volatile.Write(ref most, now);
                await Task.Yield();
                Interlocked.Decrement(ref running);
                return input;
            })
            .AddProcess(Process.Define<Payload>("limited")
                .Step("only", s => s.Call("one-at-a-time").Limit(concurrency: 1)).Build()));
        var runs = Enumerable.Range(0, 20).Select(async i =>
        {
            var started = await cluster.Client.StartAsync(new StartRequest("limited") { Key = $"l-{i}" });
            return await cluster.Client.WaitAsync(started.Id, TimeSpan.FromSeconds(30));
        });
        foreach (var run in await Task.WhenAll(runs)) run.Status.ShouldBe(InvocationStatus.Completed);
        most.ShouldBe(1);
    }

    [Fact]
    public async Task A_cancelled_step_is_told_to_stop_on_whichever_silo_it_runs()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cluster = await RunningCluster.StartAsync(2, options => options
            .AddHandler<Payload, Payload>("endless", async (_, step) =>
            {
                begun.TrySetResult();
                try
                {
                    await new TaskCompletionSource().Task.WaitAsync(step.CancellationToken);
                }
                finally
                {
                    stopped.TrySetResult();
                }

                return Payload.Null;
            })
            .AddProcess(Process.Define<Payload>("endless").Step("only", s => s.Call("endless")).Build()));
        var started = await cluster.Client.StartAsync(new StartRequest("endless"));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await cluster.Client.CancelAsync(started.Id);
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var ended = await cluster.Client.WaitAsync(started.Id, TimeSpan.FromSeconds(20));
        ended.Status.ShouldBe(InvocationStatus.Cancelled);
    }

    [Fact]
    public async Task A_watch_from_another_silo_ends_at_once_with_what_it_watches()
    {
        await using var cluster = await RunningCluster.StartAsync(2, options => options
            .AddHandler<Payload, Payload>("echo", (input, _) => ValueTask.FromResult(input))
            .AddProcess(Process.Define<Payload>("short").Step("only", s => s.Call("echo")).Build()));
        // Less than one of the ten-second waits in which growth is asked for.
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(9));
        for (var i = 0; i < 8; i++)
        {
            var started = await cluster.Client.StartAsync(new StartRequest("short") { Key = $"w-{i}" });
            await cluster.Client.WaitAsync(started.Id, TimeSpan.FromSeconds(8), late.Token);
            foreach (var silo in new[] { 0, 1 })
            {
                var events = 0;
                await foreach (var _ in cluster.ClientOf(silo).WatchAsync(started.Id, 0, late.Token)) events++;
                events.ShouldBeGreaterThan(1);
            }
        }
    }

    private static void AddProcess(ActorsOptions options) =>
        options.AddProcess(Process.Define<Payload>("approve").Step("only", s => s.Wait("approval")).Build());

    private static EmbeddedGrainHost HostOf(RunningCluster cluster, int silo) =>
        cluster.Service<ClusterSilo>(silo).Running!.Host;

    private static async Task<bool> SignalAsync(EmbeddedGrainHost host, InvocationId id, string signal)
    {
        try
        {
            await host.CallAsync(id.Key, new Grains.Invocations.SignalInvocation("other", signal, Payload.Null));
            return true;
        }
        catch (UnavailableException)
        {
            return false;
        }
    }
}
