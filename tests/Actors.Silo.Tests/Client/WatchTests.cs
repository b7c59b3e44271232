using System.Text.Json;
using Actors.Client;
using Actors.Definitions;
using Actors.Silo.Tests.Engine;
using Shouldly;

namespace Actors.Silo.Tests.Client;

public sealed class WatchTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_watch_ends_with_the_run_and_a_later_one_sees_what_detached_steps_added(bool overHttp)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var silo = await RealSilo.StartAsync(engine => engine
            .AddHandler<Payload, Payload>("now", (_, _) => new(Payload.Null))
            .AddHandler<Payload, Payload>("later", async (_, _) =>
            {
                await release.Task;
                return Payload.Null;
            })
            .AddProcess(Process.Define<JsonElement>("leaves").Step("first", s => s.Call("now"))
                .Step("aside", s => s.Call("later").Detached()).Build()));
        var client = overHttp ? silo.Client : silo.Engine.Client;
        var id = (await client.StartAsync(new StartRequest("leaves"))).Id;
        var seen = await WatchedAsync(client, id, 0);
        seen[^1].Type.ShouldBe("Completed");
        release.SetResult();
        var later = new List<HistoryEvent>();
        while (!later.Exists(e => e.Step == "aside" && e.Type == "StepSucceeded"))
            later = await WatchedAsync(client, id, seen[^1].Sequence);
        var head = (await client.HistoryAsync(id)).Head;
        seen.Concat(later).Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, (int)head).Select(i => (long)i));
    }

    [Fact]
    public async Task An_event_larger_than_the_client_takes_ends_the_watch_with_the_option_to_raise()
    {
        await using var silo = await RealSilo.StartAsync();
        using var client = new HttpActorsClient(silo.Address, new HttpActorsClientOptions { EventBytesMax = 1024 });
        var small = (await client.StartAsync(new StartRequest("approve", Input(100)))).Id;
        await client.SignalAsync(small, "approval");
        (await WatchedAsync(client, small, 0))[^1].Type.ShouldBe("Completed");

        var large = (await client.StartAsync(new StartRequest("approve", Input(5000)))).Id;
        var refusal = await Should.ThrowAsync<TerminalException>(() => WatchedAsync(client, large, 0));
        refusal.FailureType.ShouldBe("event-too-large");
        refusal.Message.ShouldContain("HttpActorsClientOptions.EventBytesMax");
    }

    [Fact]
    public async Task Large_events_arrive_whole()
    {
        await using var silo = await RealSilo.StartAsync();
        var id = (await silo.Client.StartAsync(new StartRequest("approve", Input(3_000_000)))).Id;
        var signals = Enumerable.Range(0, 20).Select(i => Input(i * 1000)).ToArray();
        foreach (var signal in signals) await silo.Client.SignalAsync(id, "other", signal);
        await silo.Client.SignalAsync(id, "approval", Input(10));
        var seen = await WatchedAsync(silo.Client, id, 0);
        var history = (await silo.Engine.Client.HistoryAsync(id)).Events;
        seen.Select(e => (e.Sequence, e.Type, e.Data)).ShouldBe(history.Select(e => (e.Sequence, e.Type, e.Data)));
        seen[0].Data.Bytes.ShouldBeGreaterThan(3_000_000);
    }

    private static Payload Input(int characters) => Payload.From(new string('ä', characters));

    private static async Task<List<HistoryEvent>> WatchedAsync(IActorsClient client, InvocationId id, long after)
    {
        var seen = new List<HistoryEvent>();
        await foreach (var item in client.WatchAsync(id, after)) seen.Add(item);
        return seen;
    }
}
