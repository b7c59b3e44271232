using System.Collections.Concurrent;
using System.Diagnostics;
using Actors.Definitions;
using Actors.Grains.Steps;
using Actors.Grains.Work;
using Actors.Tests;
using Shouldly;

namespace Actors.Steps.Tests;

/// <summary>Entities, events, simulation, spans.</summary>
public sealed class ActionTests
{
    [Fact]
    public async Task An_entity_call_goes_by_the_steps_idempotency_key()
    {
        var entities = new Entities();
        using var rig = new StepRig { Ports = p => p with { Entities = entities } };
        var item = StepRig.Item(new WorkAction.Entity(new EntityId("stock", "s-1"), "reserve"), """{"n":2}""");

        (await rig.RunAsync(item)).Result.ShouldBe(Payload.From(9));

        entities.Seen.ShouldBe("stock/s-1 reserve {\"n\":2} orders/o-1/charge c-1");
    }

    [Fact]
    public async Task An_entity_call_without_entities_is_transient()
    {
        using var rig = new StepRig();
        var item = StepRig.Item(new WorkAction.Entity(new EntityId("stock", "s-1"), "reserve"));
        (await rig.RunAsync(item)).Failure!.Kind.ShouldBe(FailureKind.Transient);
    }

    [Fact]
    public async Task An_event_reaches_every_subscriber_and_again_all_of_them_when_one_failed()
    {
        var (first, broken, last) = (new Subscriber(), new Subscriber { Fails = true }, new Subscriber());
        using var rig = new StepRig { Ports = p => p with { Subscribers = [first, broken, last] } };
        var item = StepRig.Item(new WorkAction.Emit("charged", Payload.From(5)));

        var failure = (await rig.RunAsync(item)).Failure!;
        (failure.Type, failure.Kind).ShouldBe(("subscriber-failed", FailureKind.Transient));
        failure.Message.ShouldContain("1 of 3");
        failure.Cause!.Type.ShouldBe("full");
        broken.Fails = false;
        (await rig.RunAsync(item)).Result
            .ShouldBe(Payload.FromJson("""{"eventId":"orders/o-1/charge","subscribers":3}"""));

        var published = new PublishedEvent(
            "orders/o-1/charge", "charged", Payload.From(5), new InvocationId("orders", "o-1"), "c-1",
            rig.Clock.GetUtcNow());
        first.Seen.ShouldBe([published, published]);
        last.Seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_simulated_step_takes_its_scaled_time()
    {
        using var rig = new StepRig { Options = new StepWorkerOptions { SimulatedTimeScale = 0.1 } };
        var running = rig.RunAsync(Simulate(TimeSpan.FromSeconds(20), DurationDistribution.Fixed, 0));

        rig.Clock.Advance(TimeSpan.FromMilliseconds(1999));
        running.IsCompleted.ShouldBeFalse();
        rig.Clock.Advance(TimeSpan.FromMilliseconds(1));

        (await running).Result.ShouldBe(Payload.FromJson("""{"simulatedMs":20000}"""));
    }

    [Fact]
    public async Task A_rerun_of_a_simulated_attempt_ends_the_same_and_another_attempt_may_not()
    {
        using var rig = new StepRig { Options = new StepWorkerOptions { SimulatedTimeScale = 0 } };
        var outcomes = new HashSet<string>(StringComparer.Ordinal);
        for (var attempt = 1; attempt <= 20; attempt++)
        {
            var item = Simulate(TimeSpan.FromSeconds(1), DurationDistribution.Exponential, 0.5, attempt);
            var outcome = await rig.RunAsync(item);
            (await rig.RunAsync(item)).ShouldBe(outcome);
            outcomes.Add(outcome.Failure?.Type ?? outcome.Result.ToString()!);
        }

        outcomes.ShouldContain("simulated");
        outcomes.Count.ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData(DurationDistribution.Fixed, 1, 1)]
    [InlineData(DurationDistribution.Uniform, 0.5, 1.5)]
    [InlineData(DurationDistribution.Exponential, 0, 30)]
    public void Simulated_durations_have_the_stated_mean_range_and_failure_rate(
        DurationDistribution distribution, double least, double most)
    {
        const int draws = 20_000;
        var spec = new StepAction.Simulate(TimeSpan.FromSeconds(1), distribution, 0.25);
        var drawn = Enumerable.Range(0, draws).Select(i => SimulateExecutor.Draw(spec, $"p/{i}/s", 1)).ToList();

        drawn.Average(d => d.Duration.TotalSeconds).ShouldBe(1, 0.03);
        drawn.Min(d => d.Duration.TotalSeconds).ShouldBeGreaterThanOrEqualTo(least);
        drawn.Max(d => d.Duration.TotalSeconds).ShouldBeLessThanOrEqualTo(most);
        (drawn.Count(d => d.Fails) / (double)draws).ShouldBe(0.25, 0.015);
    }

    [Fact]
    public async Task An_attempt_is_a_span_below_the_trigger_and_leaves_the_callers_span_alone()
    {
        using var rig = new StepRig();
        rig.Handlers.Add<int, string>("seen", async (_, _) =>
        {
            await Task.Yield();
            return Activity.Current!.Id!;
        });
        rig.Handlers.Add<int, int>("fails", int (_) => throw new TerminalException("no", "declined"));
        await using var server = await TestServer.StartAsync(200, "1");
        var trace = ActivityTraceId.CreateRandom();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "Actors",
            // Other tests run meanwhile, and shall go without.
            Sample = (ref ActivityCreationOptions<ActivityContext> o) =>
                o.Parent.TraceId == trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var mine = new Activity("mine").Start();
        var item = StepRig.Call("seen", "1") with
        {
            TraceParent = $"00-{trace}-b7ad6b7169203331-01",
        };

        var seen = (await rig.RunAsync(item)).Result!.Value.To<string>();
        await rig.RunAsync(item with { Action = new WorkAction.Handler("fails") });

        var http = new StepAction.Http { Method = "GET", Url = server.Url };
        await rig.RunAsync(item with { Action = new WorkAction.Http(http, null, server.Url, [], null) });

        Activity.Current.ShouldBeSameAs(mine);
        var ours = spans.ToArray();
        ours.Length.ShouldBe(3);
        ours[0].Id.ShouldBe(seen);
        ours[0].ParentSpanId.ToString().ShouldBe("b7ad6b7169203331");
        ours[0].GetTagItem("actors.step").ShouldBe("charge");
        ours[0].GetTagItem("actors.process").ShouldBe("orders");
        ours[0].GetTagItem("actors.attempt").ShouldBe(1);
        ours[0].GetTagItem("actors.correlation").ShouldBe("c-1");
        server.Last.Headers["traceparent"].ShouldBe(ours[2].Id);
        (ours[1].Status, ours[1].GetTagItem("error.type")).ShouldBe((ActivityStatusCode.Error, "declined"));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name_and_range() =>
        Should
            .Throw<ArgumentOutOfRangeException>(() => new StepWorker(new() { ResultBytesMax = 1 }, new()))
            .Message.ShouldContain("StepWorkerOptions.ResultBytesMax is 1; its range is 1024 to");

    private static WorkItem Simulate(
        TimeSpan mean, DurationDistribution distribution, double failureRate, int attempt = 1) => StepRig.Item(
        new WorkAction.Simulate(new StepAction.Simulate(mean, distribution, failureRate)), attempt: attempt);

    private sealed class Entities : IEntityCaller
    {
        public string? Seen { get; private set; }

        public ValueTask<Payload> CallAsync(
            EntityId entity, string operation, Payload input, string operationId, string correlationId,
            CancellationToken cancellationToken)
        {
            Seen = $"{entity} {operation} {input} {operationId} {correlationId}";
            return new(Payload.From(9));
        }
    }

    private sealed class Subscriber : IEventSubscriber
    {
        public bool Fails { get; set; }

        public List<PublishedEvent> Seen { get; } = [];

        public ValueTask OnEventAsync(PublishedEvent published, CancellationToken cancellationToken)
        {
            if (Fails) throw new TerminalException("no room", "full");
            Seen.Add(published);
            return default;
        }
    }
}
