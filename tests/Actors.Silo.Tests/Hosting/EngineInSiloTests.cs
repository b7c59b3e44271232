using System.Net;
using System.Text.Json;
using Actors.Definitions;
using Actors.Journal;
using Actors.Silo.Embedded;
using Actors.Silo.Tests.Engine;
using Shouldly;

namespace Actors.Silo.Tests.Hosting;

/// <summary>What a silo makes of its engine and store, and of the settings that are theirs.</summary>
public sealed class EngineInSiloTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(StoreHealth.Full, "full", HttpStatusCode.InsufficientStorage, "store-full")]
    [InlineData(StoreHealth.Stopped, "stopped", HttpStatusCode.ServiceUnavailable, "store-stopped")]
    public async Task A_store_that_takes_no_appends_shows_in_health_and_in_what_is_refused(
        StoreHealth health, string word, HttpStatusCode status, string failureType)
    {
        var store = new SickStore();
        await using var silo = await RealSilo.StartAsync(engine => Compliance(engine, store));
        (await silo.Http.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);

        store.Is = health;
        using var unready = await silo.Http.GetAsync("/health/ready");
        unready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var reason = (await JsonAsync(unready)).GetProperty("reasons")[0];
        reason.GetProperty("part").GetString().ShouldBe("store");
        reason.GetProperty("reason").GetString()!.ShouldContain(word);
        (await silo.Http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var refused = await silo.Http.PostAsync("/v1/processes/approve/invocations", null);
        refused.StatusCode.ShouldBe(status);
        var problem = await JsonAsync(refused);
        problem.GetProperty("failureType").GetString().ShouldBe(failureType);
        problem.GetProperty("retryable").GetBoolean().ShouldBeTrue();
        refused.Headers.RetryAfter.ShouldNotBeNull();

        store.Is = StoreHealth.Ready;
        (await silo.Http.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var accepted = await silo.Http.PostAsync("/v1/processes/approve/invocations", null);
        accepted.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_engine_that_has_stopped_is_named_as_the_reason()
    {
        await using var silo = await RealSilo.StartAsync();
        await silo.Engine.StopAsync(default);
        using var unready = await silo.Http.GetAsync("/health/ready");
        unready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await JsonAsync(unready)).GetProperty("reasons")[0].GetProperty("part").GetString().ShouldBe("engine");
        using var refused = await silo.Http.GetAsync("/v1/processes");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Simulated_steps_take_the_time_that_the_silo_is_told()
    {
        await using var silo = await RealSilo.StartAsync(
            engine => engine.AddProcess(Process.Define<JsonElement>("slow")
                .Step("only", s => s.Simulate(TimeSpan.FromDays(1)).Timeout(TimeSpan.FromDays(2))).Build()),
            RealSilo.Options with { SimulatedTimeScale = 0 });
        var id = (await silo.Client.StartAsync(new StartRequest("slow"))).Id;
        (await silo.Client.WaitAsync(id, Patience)).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task What_ended_longer_ago_than_the_silo_keeps_is_removed()
    {
        var store = new SickStore();
        await using var silo = await RealSilo.StartAsync(
            engine => Compliance(engine, store), RealSilo.Options with { Retention = TimeSpan.FromDays(30) });
        var before = await store.Purged.Task.WaitAsync(Patience);
        before.ShouldBeInRange(
            DateTimeOffset.UtcNow - TimeSpan.FromDays(30) - Patience, DateTimeOffset.UtcNow - TimeSpan.FromDays(30));
    }

    [Fact]
    public async Task A_silo_that_is_stopped_lets_the_step_that_runs_end()
    {
        var begun = Source();
        var end = Source();
        var ended = Source();
        await using var silo = await RealSilo.StartAsync(engine => Waiting(engine, begun, async _ =>
        {
            await end.Task;
            ended.SetResult();
        }));
        await silo.Client.StartAsync(new StartRequest("waiting"));
        await begun.Task.WaitAsync(Patience);
        var stops = silo.StopAsync();
        stops.IsCompleted.ShouldBeFalse();
        end.SetResult();
        await stops.WaitAsync(Patience);
        ended.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_silo_that_is_stopped_stops_the_step_that_does_not_end()
    {
        var begun = Source();
        var told = Source();
        await using var silo = await RealSilo.StartAsync(
            engine => Waiting(engine, begun, async step =>
            {
                using var telling = step.CancellationToken.Register(told.SetResult);
                await told.Task;
            }),
            RealSilo.Options with { StopTimeout = TimeSpan.FromMilliseconds(50) });
        await silo.Client.StartAsync(new StartRequest("waiting"));
        await begun.Task.WaitAsync(Patience);
        await silo.StopAsync().WaitAsync(Patience);
        told.Task.IsCompleted.ShouldBeTrue();
    }

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Compliance(ActorsOptions engine, SickStore store)
    {
        ComplianceProcesses.AddTo(engine);
        engine.Store = (_, _) => new ValueTask<IJournalStore>(store);
    }

    private static void Waiting(ActorsOptions engine, TaskCompletionSource begun, Func<StepContext, Task> run) => engine
        .AddHandler<Payload, Payload>("wait", async (_, step) =>
        {
            begun.TrySetResult();
            await run(step);
            return Payload.Null;
        })
        .AddProcess(Process.Define<JsonElement>("waiting").Step("only", s => s.Call("wait")).Build());

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
}
