using Actors.Definitions;
using Actors.Grains.Tests.Hosting.Rig;
using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Shouldly;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

/// <summary>What <c>explain</c> says of attempts that no worker has yet.</summary>
public sealed class QueueReasonTests
{
    private const string HandedOut = "attempt 1, which is handed out to the workers";
    private const string Place = "the end of an attempt that has one; ";

    private readonly HeldWorker _worker = new();

    [Fact]
    public async Task Who_waits_for_a_place_of_a_limit_is_told_so_and_how_many_come_before()
    {
        await using var world = await MakeAsync(Map("p", Limited(new StepLimit(null, 1, null))));
        await BeginAsync(world, begun: 1, "a", "b", "c", "d");
        await SaysAsync(world, "a", HandedOut + " (limit 1)",
            "its outcome, or the attempt timeout of 1m once a worker has it");
        await SaysAsync(world, "b", "a free place of limit 1", Place + "it comes next");
        await SaysAsync(world, "c", "a free place of limit 1", Place + "1 comes before it");
        await SaysAsync(world, "d", "a free place of limit 1", Place + "2 come before it");
        await world.Client.CancelAsync(new InvocationId("p", "b"));
        await world.EndAsync(new InvocationId("p", "b"));
        await SaysAsync(world, "c", "a free place of limit 1", Place + "it comes next");
        _worker.EndOne();
        await _worker.WhenBegunAsync(2);
        await SaysAsync(world, "c", HandedOut + " (limit 1)",
            "its outcome, or the attempt timeout of 1m once a worker has it");
    }

    [Fact]
    public async Task A_limit_that_several_steps_share_is_named_and_so_are_items()
    {
        var each = Limited(new StepLimit("cards", 2, null)) with { Each = new Each("$.input.items", null) };
        await using var world = await MakeAsync(Map("p", each));
        await world.BeginAsync("p", "a", """{"items":[1,2,3]}""");
        await _worker.WhenBegunAsync(2);
        var why = await world.Client.ExplainAsync(new InvocationId("p", "a"));
        why.Summary.ShouldBe("It is running: 3 attempts are handed out to the workers.");
        why.Waits.Select(w => (w.Step, w.For)).ShouldBe(
        [
            ("s[0]", HandedOut + " (limit 2 of queue 'cards')"), ("s[1]", HandedOut + " (limit 2 of queue 'cards')"),
            ("s[2]", "a free place of limit 2 of queue 'cards'"),
        ]);
    }

    [Fact]
    public async Task Who_waits_for_its_turn_by_a_rate_is_told_so()
    {
        await using var world = await MakeAsync(Map("p", Limited(new StepLimit(null, null, 0.1))));
        await BeginAsync(world, begun: 1, "a", "b");
        await SaysAsync(world, "b", "its turn by limit 0.1 per second", "time; it comes next");
    }

    [Fact]
    public async Task Who_waits_for_a_worker_is_told_so()
    {
        await using var world = await MakeAsync(Map("p", Limited(null)), workers: 1);
        await BeginAsync(world, begun: 1, "a", "b");
        await SaysAsync(world, "b", "a free worker: the one of this silo is busy",
            "the end of any attempt; it comes next");
    }

    [Fact]
    public async Task A_silo_without_workers_says_that_it_has_none()
    {
        await using var world = await MakeAsync(Map("p", Limited(null)), workers: 0);
        await BeginAsync(world, begun: 0, "a");
        await SaysAsync(world, "a", "a worker: this silo has none", "a start of the silo with workers");
    }

    [Fact]
    public async Task Who_waits_for_a_stage_of_a_pipeline_is_told_so()
    {
        await using var world = await MakeAsync(Map("p", Limited(null)) with
        {
            Model = ProcessModel.Pipeline, Pipeline = new PipelineOptions(PipelineMode.Queued, 4),
        });
        await BeginAsync(world, begun: 1, "a", "b", "c");
        await SaysAsync(world, "c", "a free place of its stage, which has 1",
            "the end of an attempt that has one, and room in the next stage; 1 comes before it");
    }

    [Fact]
    public async Task A_retry_that_waits_for_its_budget_is_told_so()
    {
        var post = new Step
        {
            Name = "s",
            Action = new StepAction.Http { Method = "POST", Url = "http://127.0.0.1:1/x" },
            Retry = RetryPolicy.Default with { AttemptsMax = 1_000 },
        };
        await using var world = await MakeAsync(Map("p", post));
        _worker.Fails = true;
        for (var i = 0; i < 30; i++) await world.BeginAsync("p", $"k{i}");
        await _worker.WhenBegunAsync(30);
        using var patience = new CancellationTokenSource(Patience.Long);
        var said = "";
        while (!said.StartsWith("a retry that the budget of service '127.0.0.1:1' allows", StringComparison.Ordinal))
        {
            patience.Token.ThrowIfCancellationRequested();
            world.Time.Advance(TimeSpan.FromMilliseconds(100));
            said = (await world.Client.ExplainAsync(new InvocationId("p", "k29"))).Waits[0].For;
        }
    }

    private static Step Limited(StepLimit? limit) => Handler("s", "echo") with { Limit = limit };

    private static async Task SaysAsync(EngineWorld world, string key, string waitsFor, string releasedBy)
    {
        var wait = (await world.Client.ExplainAsync(new InvocationId("p", key))).Waits.ShouldHaveSingleItem();
        (wait.For, wait.ReleasedBy).ShouldBe((waitsFor, releasedBy));
    }

    private async Task BeginAsync(EngineWorld world, int begun, params string[] keys)
    {
        foreach (var key in keys) await world.BeginAsync("p", key);
        await _worker.WhenBegunAsync(begun);
    }

    private async Task<EngineWorld> MakeAsync(StepMap map, int workers = 16)
    {
        var world = new EngineWorld();
        await world.StartAsync(o =>
        {
            o.Host = new EmbeddedHostOptions { WorkersMax = workers };
            o.WrapWorker = _ => _worker;
            o.AddProcess(map);
        });
        return world;
    }

    /// <summary>Keeps attempts until they are let go.</summary>
    private sealed class HeldWorker : IWorker
    {
        private readonly SemaphoreSlim _ends = new(0);
        private int _begun;

        public bool Fails { get; set; }

        public void EndOne() => _ends.Release();

        public Task WhenBegunAsync(int count) =>
            Hosting.TestHost.UntilAsync(() => Volatile.Read(ref _begun) >= count);

        public async ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _begun);
            if (Fails) return new StepOutcome(item.Key, null, Failure.Transient("http-503", "unavailable"));
            try
            {
                await _ends.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return new StepOutcome(item.Key, null, Failure.Transient("cancelled", "told to stop"));
            }

            return new StepOutcome(item.Key, Payload.Null, null);
        }
    }
}
