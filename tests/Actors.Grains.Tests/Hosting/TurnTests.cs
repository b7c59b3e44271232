using System.Collections.Concurrent;
using Actors.Grains.Hosting;
using Actors.Grains.Tests.Hosting.Rig;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class TurnTests
{
    [Fact]
    public async Task A_grain_has_one_turn_at_a_time_whoever_calls_it()
    {
        await using var world = new ScriptWorld { Options = new() { MailboxMax = 1_000_000 } };
        GrainKey[] keys = [ScriptWorld.Key("a"), ScriptWorld.Key("b"), ScriptWorld.Key("c")];
        await OnThreadsAsync(8, sender => Task.WhenAll(Enumerable.Range(0, 1_500).Select(async i =>
        {
            if (i % 3 == 0) await world.SayAsync($"{sender}.{i}", keys[i % 2]);
            else world.Host.Post(keys[i % 3], new Note($"{sender}.{i}"));
        })));
        foreach (var key in keys) await world.LinesAsync(key);
        world.Overlaps.ShouldBe(0);
    }

    [Fact]
    public async Task What_one_sender_sends_arrives_in_its_order_and_nothing_is_lost()
    {
        await using var world = new ScriptWorld { Options = new() { MailboxMax = 1_000_000 } };
        const int perSender = 2_000;
        await OnThreadsAsync(6, async sender =>
        {
            for (var i = 0; i < perSender; i++)
            {
                if (i % 50 == 49) await world.SayAsync($"{sender}.{i}");
                else world.Host.Post(ScriptWorld.Key(), new Note($"{sender}.{i}"));
            }
        });
        var lines = await world.LinesAsync();
        lines.Length.ShouldBe(6 * perSender);
        foreach (var group in lines.Select(l => l.Split('.')).GroupBy(p => p[0]))
            group.Select(p => int.Parse(p[1], null)).ShouldBe(Enumerable.Range(0, perSender));
        await world.RestartAsync();
        (await world.LinesAsync()).ShouldBe(lines);
    }

    [Fact]
    public async Task Nothing_is_shown_before_it_is_durable_and_then_in_the_order_of_asking()
    {
        await using var world = new ScriptWorld();
        await world.LinesAsync();
        await world.LinesAsync(ScriptWorld.Key("b"));
        world.Received.Clear();
        world.Store.Hold();
        var call = world.RunAsync(ScriptWorld.Key(), (grain, turn) =>
        {
            grain.Say("x", turn);
            turn.Post(ScriptWorld.Key("b"), new Touched("first"));
            turn.Post(ScriptWorld.Key("b"), new Touched("second"));
            return new Text("done");
        }).AsTask();
        var held = (await world.Store.WhenHeldAsync().Soon()).ShouldHaveSingleItem();
        call.IsCompleted.ShouldBeFalse();
        await world.LinesAsync(ScriptWorld.Key("b"));
        world.Received.Select(r => r.Message).OfType<Touched>().ShouldBeEmpty();
        held.Release();
        (await call.Soon()).ShouldBe(new Text("done"));
        await world.LinesAsync(ScriptWorld.Key("b"));
        world.Received.Select(r => r.Message).OfType<Touched>().Select(t => t.Name).ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task Turns_that_run_while_an_append_is_in_flight_share_the_next_one()
    {
        await using var world = new ScriptWorld();
        world.Store.Hold();
        var first = world.SayAsync("0");
        var held = (await world.Store.WhenHeldAsync().Soon()).ShouldHaveSingleItem();
        var others = Enumerable.Range(1, 100).Select(i => world.SayAsync($"{i}")).ToArray();
        held.Release();
        await first.Soon();
        var second = (await world.Store.WhenHeldAsync().Soon()).ShouldHaveSingleItem();
        second.Append.EventCount.ShouldBe(100);
        second.Append.ExpectedSequence.ShouldBe(1);
        others.ShouldAllBe(t => !t.IsCompleted);
        second.Release();
        await Task.WhenAll(others).Soon();
        world.Store.Appends.ShouldBe(2);
    }

    [Fact]
    public async Task A_turn_that_only_reads_waits_for_the_events_it_has_seen()
    {
        await using var world = new ScriptWorld();
        world.Store.Hold();
        var write = world.SayAsync("x");
        var held = (await world.Store.WhenHeldAsync().Soon()).ShouldHaveSingleItem();
        var read = world.LinesAsync();
        read.IsCompleted.ShouldBeFalse();
        held.Release();
        (await read.Soon()).ShouldBe(["x"]);
        await write.Soon();
        world.Store.Appends.ShouldBe(1);
    }

    [Fact]
    public async Task Only_so_much_is_collected_behind_an_append_that_does_not_end()
    {
        await using var world = new ScriptWorld { Options = new() { MailboxMax = 1_000 } };
        world.Store.Hold();
        var calls = Enumerable.Range(0, 20_000).Select(i => world.SayAsync($"{i}")).ToArray();
        await world.Store.WhenHeldAsync().Soon();
        var refused = await calls[^1].ShouldThrowAsync<OverloadedException>();
        refused.Message.ShouldContain("1000");
        world.Store.ReleaseAll();
        var ended = await Task.WhenAll(calls.Select(async c => await Record.ExceptionAsync(() => c))).Soon();
        ended.ShouldAllBe(e => e == null || e is OverloadedException);
        (await world.LinesAsync()).Length.ShouldBe(ended.Count(e => e is null));
    }

    [Fact]
    public async Task A_mailbox_has_a_bound_and_says_so()
    {
        await using var world = new ScriptWorld { Options = new() { MailboxMax = 2 } };
        var gate = new TaskCompletionSource();
        world.OnLoad = _ => gate.Task;
        var first = world.SayAsync("1");
        var second = world.SayAsync("2");
        (await world.SayAsync("3").ShouldThrowAsync<OverloadedException>()).Message.ShouldContain("2 messages");
        gate.SetResult();
        await Task.WhenAll(first, second).Soon();
        (await world.LinesAsync()).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_caller_that_has_gone_before_its_turn_is_not_served()
    {
        await using var world = new ScriptWorld();
        var gate = new TaskCompletionSource();
        world.OnLoad = _ => gate.Task;
        using var gone = new CancellationTokenSource();
        var call = world.RunAsync(ScriptWorld.Key(), (_, _) => new Text(""), gone.Token).AsTask();
        await gone.CancelAsync();
        await call.ShouldThrowAsync<OperationCanceledException>();
        gate.SetResult();
        (await world.LinesAsync()).ShouldBeEmpty();
        world.Received.Count(r => r.Message is Script).ShouldBe(1);
    }

    [Fact]
    public async Task Subscribers_hear_of_each_append_until_they_leave_and_can_do_no_harm()
    {
        await using var world = new ScriptWorld();
        var heard = new ConcurrentQueue<long>();
        await using var bad = world.Host.Subscribe(ScriptWorld.Key(), _ => throw new ObjectDisposedException("gone"));
        var good = world.Host.Subscribe(ScriptWorld.Key(), heard.Enqueue);
        await world.SayAsync("1").Soon();
        await world.SayAsync("2").Soon();
        await world.SayAsync("elsewhere", ScriptWorld.Key("b")).Soon();
        await world.LinesAsync().Soon();
        heard.ShouldBe([1L, 2L]);
        await good.DisposeAsync();
        await world.SayAsync("3").Soon();
        await world.LinesAsync().Soon();
        heard.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Callers_that_gave_up_waiting_are_not_kept()
    {
        await using var world = new ScriptWorld();
        var sources = new List<WeakReference>();
        for (var i = 0; i < 1_000; i++) sources.Add(await WaitInVainAsync(world));
        await world.LinesAsync();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        sources.Count(s => s.IsAlive).ShouldBeLessThan(500);
    }

    private static async Task<WeakReference> WaitInVainAsync(ScriptWorld world)
    {
        using var patience = new CancellationTokenSource();
        var call = world.RunAsync(ScriptWorld.Key(), static (_, turn) =>
        {
            turn.PostponeReply();
            return null;
        }, patience.Token).AsTask();
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        return new WeakReference(call);
    }

    private static Task OnThreadsAsync(int count, Func<int, Task> run) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => run(i))));

    private sealed record Touched(string Name) : GrainMessage;
}
