using Actors.Grains.Tests.Hosting.Rig;
using Actors.Silo.Embedded;
using Shouldly;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

public sealed class RestartTests
{
    [Fact]
    public async Task A_run_goes_on_with_the_definition_it_began_with_and_the_next_one_takes_the_new_one()
    {
        await using var world = new EngineWorld();
        await world.StartAsync(o => o
            .AddHandler<Payload, string>("old", (_, _) => new ValueTask<string>("old"))
            .AddProcess(Map("p", Wait("wait", "go"), Handler("work", "old", "wait"))));
        var first = await world.BeginAsync("p", "first");
        await world.RestartAsync(o => o
            .AddHandler<Payload, string>("old", (_, _) => new ValueTask<string>("old"))
            .AddHandler<Payload, string>("new", (_, _) => new ValueTask<string>("new"))
            .AddProcess(Map("p", Wait("wait", "go"), Handler("work", "new", "wait"), Echo("more", "work"))));
        var second = await world.BeginAsync("p", "second");
        await world.Client.SignalAsync(first, "go");
        await world.Client.SignalAsync(second, "go");
        (await world.EndAsync(first)).Output.ToString().ShouldBe("""{"work":"old"}""");
        (await world.EndAsync(second)).Steps.Select(s => s.Name).ShouldBe(["wait", "work", "more"]);
        await world.RestartAsync();
        (await world.Client.GetAsync(first)).Steps.Select(s => s.Name).ShouldBe(["wait", "work"]);
    }

    [Fact]
    public async Task What_runs_while_the_engine_stops_may_call_it()
    {
        await using var world = new EngineWorld();
        var hasBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Configure(ActorsOptions options)
        {
            options.DrainTimeout = Patience.Long;
            options.AddHandler<Payload, string>("start", async (_, _) =>
            {
                hasBegun.TrySetResult();
                await goesOn.Task;
                return (await world.BeginAsync("other")).ToString();
            });
            options.AddProcess(Map("p", Handler("work", "start"))).AddProcess(Map("other", Wait("wait", "go")));
        }

        await world.StartAsync(Configure);
        var id = await world.BeginAsync("p");
        await hasBegun.Task.Soon();
        var engine = world.Engine;
        var stops = engine.StopAsync(default);
        engine.IsRunning.ShouldBeFalse();
        engine.Trouble.ShouldBe("the engine is stopping");
        goesOn.SetResult();
        await stops.Soon();
        await Should.ThrowAsync<UnavailableException>(engine.Client.GetAsync(id));

        await world.RestartAsync();
        var ended = await world.EndAsync(id);
        ended.Status.ShouldBe(InvocationStatus.Completed, ended.Failure?.Message);
        (await world.HistoryAsync(id)).ShouldBe(["Started", "StepScheduled work", "StepSucceeded work", "Completed"]);
    }

    [Fact]
    public async Task A_timer_goes_on_over_a_restart_and_fires_at_its_time()
    {
        await using var world = new EngineWorld();
        await world.StartAsync(o => o.AddProcess(Map("p", Delay("delay", "1h"), Echo("after", "delay"))));
        var id = await world.BeginAsync("p");
        world.Time.Advance(TimeSpan.FromMinutes(30));
        await world.RestartAsync();
        world.Time.Advance(TimeSpan.FromMinutes(29));
        (await world.Client.GetAsync(id)).Status.ShouldBe(InvocationStatus.Waiting);
        world.Time.Advance(TimeSpan.FromMinutes(2));
        var ended = await EndWithTimeAsync(world, id);
        ended.Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task A_timer_that_became_due_while_nothing_ran_fires_at_the_start()
    {
        await using var world = new EngineWorld();
        await world.StartAsync(o => o.AddProcess(Map("p", Delay("delay", "1h"))));
        var id = await world.BeginAsync("p");
        await world.RestartAsync(o =>
        {
            world.Time.Advance(TimeSpan.FromHours(2));
            o.AddProcess(Map("p", Delay("delay", "1h")));
        });
        (await EndWithTimeAsync(world, id)).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task A_signal_that_came_before_its_wait_and_the_restart_is_taken_once()
    {
        await using var world = new EngineWorld();
        await world.StartAsync(o => o.AddProcess(Map(
            "p", Wait("first", "one"), Wait("second", "two", "first"), Wait("third", "two", "second"))));
        var id = await world.BeginAsync("p");
        await world.Client.SignalAsync(id, "two", Payload.FromJson("1"), "id-1");
        await world.RestartAsync();
        await world.Client.SignalAsync(id, "two", Payload.FromJson("1"), "id-1");
        await world.Client.SignalAsync(id, "one");
        (await world.UntilAsync(id, v => v.Steps[2].Status == StepStatus.Waiting)).Steps[1].Status
            .ShouldBe(StepStatus.Succeeded);
        await world.RestartAsync();
        await world.Client.SignalAsync(id, "two", Payload.FromJson("3"), "id-3");
        (await world.EndAsync(id)).Output.ToString().ShouldBe("""{"third":3}""");
    }

    [Fact]
    public async Task What_is_paused_stays_paused_over_a_restart_until_it_is_resumed()
    {
        await using var world = new EngineWorld();
        await world.StartAsync(o => o.AddProcess(Map("p", Wait("wait", "go"), Echo("work", "wait"))));
        var id = await world.BeginAsync("p");
        await world.Client.PauseAsync(id);
        await world.RestartAsync();
        await world.Client.SignalAsync(id, "go");
        var paused = await world.Client.GetAsync(id);
        paused.Status.ShouldBe(InvocationStatus.Paused);
        paused.Steps[1].Status.ShouldBe(StepStatus.Pending);
        await world.Client.ResumeAsync(id);
        (await world.EndAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task What_failed_is_retried_after_a_restart_from_the_step_that_failed()
    {
        var done = new List<string>();
        var isBroken = true;
        await using var world = new EngineWorld();
        await world.StartAsync(o => o
            .AddHandler<Payload, string>("good", (_, _) =>
            {
                lock (done) done.Add("good");
                return new ValueTask<string>("good");
            })
            .AddHandler<Payload, string>("bad", (_, _) =>
            {
                lock (done) done.Add("bad");
                return isBroken ? throw new TerminalException("broken") : new ValueTask<string>("mended");
            })
            .AddProcess(Map("p", Handler("one", "good"), Handler("two", "bad", "one"))));
        var id = await world.BeginAsync("p");
        (await world.EndAsync(id)).Status.ShouldBe(InvocationStatus.Failed);
        isBroken = false;
        await world.RestartAsync();
        await world.Client.RetryAsync(id);
        var ended = await world.EndAsync(id);
        ended.Status.ShouldBe(InvocationStatus.Completed);
        ended.Output.ToString().ShouldBe("""{"two":"mended"}""");
        done.ShouldBe(["good", "bad", "bad"]);
    }

    [Fact]
    public async Task An_attempt_that_a_stop_broke_off_is_made_again_with_the_same_key()
    {
        var keys = new List<string>();
        var begun = new Hosting.Rig.Gate();
        await using var world = new EngineWorld();
        await world.StartAsync(o => o
            .AddHandler<Payload, string>("slow", async (_, context) =>
            {
                lock (keys) keys.Add(context.IdempotencyKey);
                var isFirst = keys.Count == 1;
                begun.Open();
                if (isFirst) await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return "done";
            })
            .AddProcess(Map("p", Handler("work", "slow"))));
        var id = await world.BeginAsync("p");
        await begun.Task;
        await world.RestartAsync();
        (await world.EndAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
        keys.Count.ShouldBe(2);
        keys.Distinct().ShouldHaveSingleItem();
    }

    /// <summary>Waits for an end to which timers lead that may be set only now.</summary>
    private static Task<InvocationView> EndWithTimeAsync(EngineWorld world, InvocationId id) =>
        world.UntilAsync(id, view =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            return view.HasEnded;
        });
}
