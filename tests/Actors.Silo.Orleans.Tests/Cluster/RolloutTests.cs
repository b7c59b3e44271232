using Actors.Definitions;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>Silos of an old and a new version of a program in one cluster, as during a rollout.</summary>
public sealed class RolloutTests
{
    private const int Runs = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Each_run_ends_on_the_version_it_began_with_on_old_and_new_silos()
    {
        using var late = new CancellationTokenSource(Patience);
        await using var cluster = await RunningCluster.StartAsync(2, (silo, options) => Add(options, isNew: silo == 1));
        var old = await StartAsync(cluster.ClientOf(0), "old", late.Token);
        var young = await StartAsync(cluster.ClientOf(1), "new", late.Token);

        foreach (var id in old.Concat(young))
            await cluster.Client.SignalAsync(id, "go", Payload.Null, "go", late.Token);
        foreach (var view in await EndAsync(cluster, old, late.Token)) view.ShouldHaveRun(version: 1, "old");
        foreach (var view in await EndAsync(cluster, young, late.Token)) view.ShouldHaveRun(version: 2, "new");
    }

    [Fact]
    public async Task Silos_are_replaced_one_after_the_other_under_runs_that_end_on_the_version_they_began_with()
    {
        using var late = new CancellationTokenSource(Patience);
        await using var cluster = await RunningCluster.StartAsync(2, (silo, options) => Add(options, isNew: silo > 1));
        var old = await StartAsync(cluster.ClientOf(0), "old", late.Token);
        await cluster.AddSiloAsync();
        await cluster.StopAsync(0);
        var young = await StartAsync(cluster.ClientOf(cluster.Silos.Count - 1), "new", late.Token);
        await cluster.AddSiloAsync();
        await cluster.StopAsync(0);

        foreach (var id in old.Concat(young))
        {
            await OrdersOnCluster.RepeatAsync(async () =>
            {
                await cluster.ClientOf(0).SignalAsync(id, "go", Payload.Null, "go", late.Token);
                return true;
            });
        }

        foreach (var view in await EndAsync(cluster, old, late.Token)) view.ShouldHaveRun(version: 1, "old");
        foreach (var view in await EndAsync(cluster, young, late.Token)) view.ShouldHaveRun(version: 2, "new");
    }

    [Fact]
    public async Task A_step_whose_child_only_the_new_silo_knows_waits_until_its_grain_is_there()
    {
        using var late = new CancellationTokenSource(Patience);
        var parent = Process.Define<Payload>("parent").Step("go", s => s.Wait("go"))
            .Step("start", s => s.After("go").Child("child")).Build();
        // What the new silo has by itself ends at once; what the old one has stands still.
        var child = Process.Define<Payload>("child").Step("only", s => s.Delay(TimeSpan.Zero)).Build();
        await using var cluster = await RunningCluster.StartAsync(2, (silo, options) =>
        {
            options.AddProcess(parent);
            if (silo == 1) options.AddProcess(child);
        });
        var ids = new List<InvocationId>();
        for (var i = 0; i < Runs; i++)
            ids.Add((await cluster.Client.StartAsync(new StartRequest("parent") { Key = $"p-{i}" }, late.Token)).Id);
        foreach (var id in ids) await cluster.Client.SignalAsync(id, "go", Payload.Null, "go", late.Token);
        foreach (var id in ids)
            (await cluster.Client.GetAsync(id, late.Token)).Status.ShouldNotBe(InvocationStatus.Failed);

        await cluster.StopAsync(0);
        foreach (var view in await EndAsync(cluster, ids, late.Token)) view.Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task A_handler_that_no_silo_has_is_missed_aloud()
    {
        using var late = new CancellationTokenSource(Patience);
        var process = Process.Define<Payload>("lacking").Step("only", s => s.Call("nowhere")).Build();
        await using var cluster = await RunningCluster.StartAsync(2, options => options.AddProcess(process));
        var id = (await cluster.Client.StartAsync(new StartRequest("lacking"), late.Token)).Id;
        await foreach (var e in cluster.Client.WatchAsync(id, 0, late.Token))
        {
            if (e.Type != "StepFailed") continue;
            e.Data.ToString().ShouldContain("calls handler 'nowhere', which no silo that was asked has");
            return;
        }
    }

    private static void Add(ActorsOptions options, bool isNew)
    {
        var step = isNew ? "new" : "old";
        options.AddHandler<Payload, Payload>("old", (input, _) => ValueTask.FromResult(input));
        if (isNew) options.AddHandler<Payload, Payload>("new", (input, _) => ValueTask.FromResult(input));
        options.AddProcess(Process.Define<Payload>("rolled").Version(isNew ? 2 : 1)
            .Step("go", s => s.Wait("go"))
            .Step(step, s => s.After("go").Call(step).NoRetry()).Build());
    }

    private static async Task<List<InvocationId>> StartAsync(
        IActorsClient client, string name, CancellationToken cancellationToken)
    {
        var ids = new List<InvocationId>();
        for (var i = 0; i < Runs; i++)
        {
            var start = new StartRequest("rolled") { Key = $"{name}-{i}" };
            ids.Add((await client.StartAsync(start, cancellationToken)).Id);
        }

        return ids;
    }

    private static async Task<InvocationView[]> EndAsync(
        RunningCluster cluster, IEnumerable<InvocationId> ids, CancellationToken cancellationToken) =>
        await Task.WhenAll(ids.Select(id => OrdersOnCluster.RepeatAsync(
            () => cluster.ClientOf(0).WaitAsync(id, cancellationToken: cancellationToken))));
}

internal static class RolloutExpectations
{
    public static void ShouldHaveRun(this InvocationView view, int version, string step)
    {
        view.Status.ShouldBe(InvocationStatus.Completed, view.Failure?.ToString());
        view.Version.ShouldBe(version);
        view.Steps.ShouldContain(s => s.Name == step && s.Status == StepStatus.Succeeded);
    }
}
