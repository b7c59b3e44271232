using Actors.Definitions;
using Actors.Grains.Steps;
using Actors.Grains.Tests.Hosting.Rig;
using Actors.Silo.Embedded;
using Shouldly;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

/// <summary>The time of a step as a whole: from when it was first scheduled, waits and retries included.</summary>
public sealed class StepTimeoutTests
{
    private static readonly DateTimeOffset Start = new EngineWorld().Time.GetUtcNow();

    private readonly Handlers _handlers = new();

    [Fact]
    public async Task A_step_without_a_timeout_of_attempts_ends_with_its_time_and_is_undone()
    {
        await using var world = await WorldAsync(Step("work", TimeSpan.FromSeconds(3)) with
        {
            Undo = new StepAction.Handler("undo"),
        });
        var id = await world.BeginAsync("p");
        await _handlers.BegunAsync(1);

        world.Time.Advance(TimeSpan.FromSeconds(2.999));
        (await world.Client.GetAsync(id)).HasEnded.ShouldBeFalse();
        world.Time.Advance(TimeSpan.FromMilliseconds(1));

        var ended = await world.EndAsync(id);
        (ended.Failure!.Type, ended.Steps[0].Attempts).ShouldBe(("timeout", 1));
        ended.Failure.Message.ShouldContain("its time of 3s");
        ended.Steps[0].Status.ShouldBe(StepStatus.Undone);
    }

    [Fact]
    public async Task A_later_attempt_has_what_is_left_of_the_steps_time()
    {
        await using var world = await WorldAsync(Step("work", TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2)));
        var id = await world.BeginAsync("p");
        await _handlers.BegunAsync(1);
        world.Time.Advance(TimeSpan.FromSeconds(2));
        await world.UntilAsync(id, v => v.Steps[0].Status == StepStatus.Waiting);

        // Timers may be set, and the second attempt begun, while the time goes on.
        var ended = await world.UntilAsync(id, view =>
        {
            if (!view.HasEnded) world.Time.Advance(TimeSpan.FromMilliseconds(10));
            return view.HasEnded;
        });

        (ended.Failure!.Type, ended.Steps[0].Attempts, _handlers.Begun).ShouldBe(("timeout", 2, 2));
        ended.EndedAt!.Value.ShouldBeInRange(Start + TimeSpan.FromSeconds(3), Start + TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_heartbeat_restarts_the_timeout_of_the_attempt_and_not_that_of_the_step()
    {
        await using var world = await WorldAsync(Step("work", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2)));
        var id = await world.BeginAsync("p");
        await _handlers.BegunAsync(1);
        for (var i = 0; i < 4; i++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            _handlers.Last.Heartbeat();
        }

        _handlers.Last.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        world.Time.Advance(TimeSpan.FromSeconds(1));

        var ended = await world.EndAsync(id);
        (ended.Failure!.Type, ended.Steps[0].Attempts).ShouldBe(("timeout", 1));
        ended.EndedAt.ShouldBe(Start + TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("limit")]
    [InlineData("workers")]
    [InlineData("stage")]
    public async Task What_waits_for_a_place_when_its_time_is_up_has_failed_then_and_is_never_begun(string place)
    {
        var limit = place == "limit" ? new StepLimit("shared", 1, null) : null;
        var slow = Step("work", null) with { Limit = limit };
        var fast = Step("work", TimeSpan.FromSeconds(1.5)) with { Limit = limit };
        await using var world = await WorldAsync([slow, fast], place == "stage", o =>
        {
            if (place == "workers") o.Host = o.Host with { WorkersMax = 1 };
        });
        var (holds, waits) = place == "stage" ? ("p1", "p1") : ("p0", "p1");
        var first = await world.BeginAsync(holds, "first");
        await _handlers.BegunAsync(1);
        if (place == "stage") world.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await world.BeginAsync(waits, "second");
        await world.UntilAsync(second, v => v.Steps[0].Status == StepStatus.Running);

        if (place == "stage")
        {
            // The first one stops, but takes its time to do so.
            _handlers.IsStubborn = true;
            world.Time.Advance(TimeSpan.FromSeconds(0.5));
        }

        world.Time.Advance(TimeSpan.FromSeconds(place == "stage" ? 1 : 1.5));

        var ended = await world.EndAsync(second);
        ended.Failure!.Type.ShouldBe("timeout");
        ended.Failure.Message.ShouldContain("was not begun");
        ended.Failure.Message.ShouldContain("the step's time of 1.5s");
        _handlers.Begun.ShouldBe(1);
        _handlers.End();
        await world.EndAsync(first);
        var third = await world.BeginAsync(waits, "third");
        await _handlers.BegunAsync(2);
        await world.EndAsync(third);
    }

    [Fact]
    public async Task After_a_restart_a_step_has_what_was_left_of_its_time()
    {
        await using var world = await WorldAsync(Step("work", TimeSpan.FromSeconds(3)));
        var id = await world.BeginAsync("p");
        await _handlers.BegunAsync(1);
        world.Time.Advance(TimeSpan.FromSeconds(2));
        await world.RestartAsync();
        await _handlers.BegunAsync(2);
        world.Time.Advance(TimeSpan.FromSeconds(1));

        var ended = await world.EndAsync(id);
        (ended.Failure!.Type, ended.Steps[0].Attempts).ShouldBe(("timeout", 1));
        ended.EndedAt.ShouldBe(Start + TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task What_ran_out_of_time_while_nothing_ran_is_not_begun_again_but_undone()
    {
        await using var world = await WorldAsync(Step("work", TimeSpan.FromSeconds(3)) with
        {
            Undo = new StepAction.Handler("undo"),
        });
        var id = await world.BeginAsync("p");
        await _handlers.BegunAsync(1);
        await world.StopAsync();
        world.Time.Advance(TimeSpan.FromSeconds(4));
        await world.StartAsync();

        var ended = await world.EndAsync(id);
        (ended.Failure!.Type, ended.Steps[0].Status).ShouldBe(("timeout", StepStatus.Undone));
        _handlers.Begun.ShouldBe(1);
    }

    [Fact]
    public async Task A_pure_stage_with_a_time_of_its_own_has_all_of_it_and_bounds_no_other()
    {
        var quick = Echo("quick") with { Pure = true, Timeout = new StepTimeouts(null, TimeSpan.FromSeconds(1)) };
        var work = Step("work", TimeSpan.FromSeconds(3)) with { Pure = true, After = ["quick"] };
        await using var world = new EngineWorld();
        await world.StartAsync(o => o
            .AddHandler<Payload, string>("work", _handlers.WorkAsync)
            .AddProcess(Map("p", quick, work) with { Model = ProcessModel.Pipeline }));
        var id = await world.BeginAsync("p");
        await _handlers.BegunAsync(1);
        world.Time.Advance(TimeSpan.FromSeconds(2.999));
        (await world.Client.GetAsync(id)).HasEnded.ShouldBeFalse();
        world.Time.Advance(TimeSpan.FromMilliseconds(1));

        var ended = await world.EndAsync(id);
        (ended.Failure!.Type, ended.Failure.Step).ShouldBe(("timeout", "work"));
    }

    private static Step Step(string name, TimeSpan? whole, TimeSpan? attempt = null) => new()
    {
        Name = name,
        Action = new StepAction.Handler(name),
        Timeout = new StepTimeouts(attempt, whole),
        Retry = new RetryPolicy(5, TimeSpan.FromMilliseconds(100), 1, TimeSpan.FromMilliseconds(100), false, []),
    };

    private Task<EngineWorld> WorldAsync(Step step) => WorldAsync([step], isQueued: false, _ => { }, "p");

    private async Task<EngineWorld> WorldAsync(
        Step[] steps, bool isQueued, Action<ActorsOptions> configure, string? only = null)
    {
        var world = new EngineWorld();
        await world.StartAsync(options =>
        {
            options.AddHandler<Payload, string>("work", _handlers.WorkAsync);
            options.AddHandler<Payload, string>("undo", (_, _) => new ValueTask<string>("undone"));
            for (var i = 0; i < steps.Length; i++)
            {
                var map = Map(only ?? $"p{i}", steps[i]);
                options.AddProcess(!isQueued ? map : map with
                {
                    Model = ProcessModel.Pipeline, Pipeline = new PipelineOptions(PipelineMode.Queued, 16),
                });
            }

            options.Worker = new StepWorkerOptions { StopGrace = TimeSpan.FromMinutes(1) };
            configure(options);
        });
        return world;
    }

    /// <summary>A handler that goes on until it is told to stop, or to end.</summary>
    private sealed class Handlers
    {
        private readonly Gate _end = new();
        private int _begun;

        public volatile bool IsStubborn;

        public StepContext Last { get; private set; } = null!;

        public int Begun => Volatile.Read(ref _begun);

        public void End() => _end.Open();

        public Task BegunAsync(int count) => Hosting.TestHost.UntilAsync(() => Begun >= count);

        public async ValueTask<string> WorkAsync(Payload input, StepContext context)
        {
            Last = context;
            // Starts the clock of the attempt, which must not be set while the test advances the time.
            var stop = context.CancellationToken;
            Interlocked.Increment(ref _begun);
            try
            {
                await _end.Task.WaitAsync(stop);
            }
            catch (OperationCanceledException) when (IsStubborn)
            {
                await _end.Task;
            }

            return "done";
        }
    }
}
