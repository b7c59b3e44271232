using System.Text.Json;
using Actors.Grains.Tests.Hosting.Rig;
using Actors.Journal;
using Actors.Storage.Memory;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class StoreFailureTests
{
    [Theory]
    [InlineData(AppendResult.StaleSequence)]
    [InlineData(AppendResult.StaleEpoch)]
    public async Task A_refused_append_fails_its_callers_and_the_grain_is_read_again(AppendResult refusal)
    {
        await using var world = new ScriptWorld();
        await world.SayAsync("kept");
        world.Store.Hold();
        var refused = world.SayAsync("refused");
        var held = (await world.Store.WhenHeldAsync().Soon())[0];
        var behind = world.SayAsync("behind");
        var read = world.LinesAsync();
        held.Refuse(refusal);
        (await refused.ShouldThrowAsync<UnavailableException>()).Message.ShouldContain(refusal.ToString());
        await behind.ShouldThrowAsync<UnavailableException>();
        await read.ShouldThrowAsync<UnavailableException>();
        world.Store.ReleaseAll();
        (await world.LinesAsync().Soon()).ShouldBe(["kept"]);
        await world.SayAsync("next").Soon();
        (await world.LinesAsync()).ShouldBe(["kept", "next"]);
    }

    [Theory]
    [InlineData(AppendFault.UncertainAppended)]
    [InlineData(AppendFault.UncertainNotAppended)]
    public async Task After_an_uncertain_append_the_journal_decides(AppendFault fault)
    {
        await using var world = new ScriptWorld();
        await world.SayAsync("kept");
        world.Store.Inner.FailNext(fault);
        (await world.SayAsync("perhaps").ShouldThrowAsync<UnavailableException>()).Message.ShouldContain("not known");
        string[] expected = fault == AppendFault.UncertainAppended ? ["kept", "perhaps"] : ["kept"];
        (await world.LinesAsync().Soon()).ShouldBe(expected);
        await world.SayAsync("next").Soon();
        (await world.LinesAsync()).ShouldBe([.. expected, "next"]);
    }

    [Fact]
    public async Task What_was_asked_for_behind_a_lost_append_is_never_done()
    {
        await using var world = new ScriptWorld();
        var begun = 0;
        world.OnWork = (item, _) =>
        {
            Interlocked.Increment(ref begun);
            return new(new Work.StepOutcome(item.Key, Payload.Null, null));
        };
        await world.LinesAsync();
        world.Store.Inner.FailNext(AppendFault.UncertainNotAppended);
        var call = world.RunAsync(ScriptWorld.Key(), (grain, turn) =>
        {
            turn.Post(ScriptWorld.Key("b"), new Note("posted"));
            turn.Dispatch(ScriptWorld.Item("i"));
            grain.Say("x", turn);
            return new Text("shown");
        }).AsTask();
        await call.ShouldThrowAsync<UnavailableException>();
        await world.LinesAsync().Soon();
        (await world.LinesAsync(ScriptWorld.Key("b"))).ShouldBeEmpty();
        begun.ShouldBe(0);
    }

    [Fact]
    public async Task Messages_that_were_not_received_survive_the_loss_of_the_grain()
    {
        await using var world = new ScriptWorld();
        await world.LinesAsync();
        world.Store.Hold();
        var lost = world.SayAsync("lost");
        var held = (await world.Store.WhenHeldAsync().Soon())[0];
        // The turn that throws closes the grain until the append is over: what comes behind it stays in the mailbox.
        var thrown = world.BreakAsync();
        await thrown.ShouldThrowAsync<UnavailableException>();
        for (var i = 0; i < 10; i++) world.Host.Post(ScriptWorld.Key(), new Note($"posted {i}"));
        var waits = world.SayAsync("called");
        world.Store.ReleaseAll();
        held.Task.IsCompleted.ShouldBeTrue();
        await lost.Soon();
        await waits.Soon();
        (await world.LinesAsync()).ShouldBe(["lost", .. Enumerable.Range(0, 10).Select(i => $"posted {i}"), "called"]);
    }

    [Fact]
    public async Task A_full_store_is_said_to_be_full_and_taken_up_again_when_there_is_room()
    {
        await using var world = new ScriptWorld();
        var activated = 0;
        var outstanding = new Gate();
        world.OnActivated = (_, _) =>
        {
            if (Interlocked.Increment(ref activated) == 2) outstanding.Open();
        };
        await world.SayAsync("kept");
        world.Store.Inner.Health = StoreHealth.Full;
        await world.SayAsync("no room").ShouldThrowAsync<StoreFullException>();
        world.Time.Advance(TimeSpan.FromSeconds(10));
        activated.ShouldBe(1);
        world.Store.Inner.Health = StoreHealth.Ready;
        world.Time.Advance(TimeSpan.FromSeconds(6));
        await outstanding.Task;
        await world.SayAsync("room").Soon();
        (await world.LinesAsync()).ShouldBe(["kept", "room"]);
    }

    [Fact]
    public async Task A_stopped_store_is_said_to_be_stopped_and_nobody_hangs()
    {
        await using var world = new ScriptWorld();
        await world.SayAsync("kept");
        world.Store.Inner.Health = StoreHealth.Stopped;
        for (var i = 0; i < 3; i++) await world.SayAsync("never").Soon().ShouldThrowAsync<StoreStoppedException>();
        (await world.LinesAsync().Soon()).ShouldBe(["kept"]);
    }

    [Fact]
    public async Task A_store_that_throws_at_once_is_as_uncertain_as_one_that_throws_later()
    {
        await using var world = new ScriptWorld();
        world.Store.AnswerNextAppend(_ => throw new IOException("broken"));
        (await world.SayAsync("x").ShouldThrowAsync<UnavailableException>()).Message.ShouldContain("broken");
        await world.SayAsync("y").Soon();
        (await world.LinesAsync()).ShouldBe(["y"]);
    }

    [Fact]
    public async Task A_turn_that_throws_fails_its_batch_and_the_grain_is_read_again()
    {
        await using var world = new ScriptWorld();
        await world.SayAsync("kept");
        var call = world.RunAsync(ScriptWorld.Key(), (grain, turn) =>
        {
            grain.Say("half", turn);
            turn.Reply(new Text("shown too early"));
            throw new InvalidOperationException("broken");
        }).AsTask();
        (await call.ShouldThrowAsync<UnavailableException>()).Message.ShouldContain("broken");
        (await world.LinesAsync().Soon()).ShouldBe(["kept"]);
    }

    [Fact]
    public async Task A_turn_that_throws_does_not_take_back_what_is_being_written()
    {
        await using var world = new ScriptWorld();
        world.Store.Hold();
        var written = world.SayAsync("written");
        await world.Store.WhenHeldAsync().Soon();
        var behind = world.SayAsync("behind");
        var broken = world.BreakAsync();
        await broken.ShouldThrowAsync<UnavailableException>();
        await behind.ShouldThrowAsync<UnavailableException>();
        written.IsCompleted.ShouldBeFalse();
        world.Store.ReleaseAll();
        (await written.Soon()).ShouldBe(new Text("written"));
        (await world.LinesAsync().Soon()).ShouldBe(["written"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_grain_that_throws_at_the_end_of_its_turns_is_dropped(bool inSnapshot)
    {
        await using var world = new ScriptWorld();
        var isBroken = true;
        if (inSnapshot) world.OnSnapshot = _ => isBroken ? throw new InvalidOperationException("broken") : null;
        else world.OnBeforeAppend = (_, _) => _ = isBroken ? throw new InvalidOperationException("broken") : 0;
        (await world.SayAsync("x").Soon().ShouldThrowAsync<UnavailableException>()).Message.ShouldContain("broken");
        isBroken = false;
        await world.SayAsync("y").Soon();
        (await world.LinesAsync().Soon()).ShouldBe(["y"]);
    }

    [Fact]
    public async Task A_grain_whose_first_turn_throws_keeps_nobody_waiting()
    {
        await using var world = new ScriptWorld();
        world.OnActivated = (_, _) => throw new InvalidOperationException("broken");
        await world.SayAsync("x").Soon().ShouldThrowAsync<UnavailableException>();
        await world.SayAsync("x").Soon().ShouldThrowAsync<UnavailableException>();
        world.OnActivated = null;
        await world.SayAsync("y").Soon();
        (await world.LinesAsync()).ShouldBe(["y"]);
    }

    [Fact]
    public async Task A_grain_whose_first_turn_throws_is_tried_again_after_growing_pauses()
    {
        await using var world = new ScriptWorld();
        var tried = 0;
        var wanted = new Gate();
        world.OnActivated = (_, _) =>
        {
            if (Interlocked.Increment(ref tried) == 8) wanted.Open();
            throw new InvalidOperationException("broken");
        };
        await world.SayAsync("x").Soon().ShouldThrowAsync<UnavailableException>();
        world.Host.Post(ScriptWorld.Key(), new Note("waits for the pause to end"));
        tried.ShouldBe(1);
        foreach (var pause in (int[])[100, 200, 400, 800, 1_600, 3_200, 5_000])
        {
            await world.Time.WhenArmedAsync().Soon();
            world.Time.Advance(TimeSpan.FromMilliseconds(pause - 1));
            var before = tried;
            world.Time.Advance(TimeSpan.FromMilliseconds(1));
            await TestHost.UntilAsync(() => Volatile.Read(ref tried) == before + 1);
        }

        await wanted.Task;
    }

    [Fact]
    public async Task A_damaged_journal_keeps_its_grain_closed_and_others_open()
    {
        await using var world = new ScriptWorld();
        world.OnLoad = key => key.Id == "a" ? throw new StoreCorruptException("damaged") : Task.CompletedTask;
        for (var i = 0; i < 2; i++)
            (await world.SayAsync("x").Soon().ShouldThrowAsync<StoreCorruptException>()).Message.ShouldBe("damaged");
        await world.SayAsync("x", ScriptWorld.Key("b")).Soon();
        world.Host.ActivationCount.ShouldBe(1);
        world.Store.Appends.ShouldBe(1);
    }

    [Fact]
    public async Task An_unknown_type_is_not_found()
    {
        await using var world = new ScriptWorld();
        var call = world.SayAsync("x", ScriptWorld.Key("a", "unknown"));
        (await call.Soon().ShouldThrowAsync<NotFoundException>()).Message.ShouldContain("unknown");
        world.Host.ActivationCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_grain_that_can_not_be_read_is_read_again_after_growing_pauses()
    {
        await using var world = new ScriptWorld();
        for (var i = 0; i < 4; i++) world.Store.FailNextRead(new StoreException("no disk"));
        await world.SayAsync("x").Soon().ShouldThrowAsync<StoreException>();
        world.Store.Reads.ShouldBe(1);
        foreach (var (pause, reads) in new[] { (100, 2), (200, 3), (400, 4), (800, 5) })
        {
            await world.Time.WhenArmedAsync().Soon();
            world.Time.Advance(TimeSpan.FromMilliseconds(pause - 1));
            world.Store.Reads.ShouldBe(reads - 1);
            var read = new Gate();
            world.Store.BeforeRead = _ =>
            {
                read.Open();
                return Task.CompletedTask;
            };
            world.Time.Advance(TimeSpan.FromMilliseconds(1));
            await read.Task;
            world.Store.Reads.ShouldBe(reads);
        }

        await world.SayAsync("y").Soon();
        world.Store.Reads.ShouldBe(5);
    }

    [Fact]
    public async Task Who_waits_for_a_postponed_answer_learns_of_the_loss_of_the_grain()
    {
        await using var world = new ScriptWorld();
        var waiting = world.RunAsync(ScriptWorld.Key(), (grain, turn) =>
        {
            grain.Waiting = turn.PostponeReply();
            return null;
        }).AsTask();
        world.Store.Inner.FailNext(AppendFault.UncertainNotAppended);
        await world.SayAsync("x").ShouldThrowAsync<UnavailableException>();
        await waiting.Soon().ShouldThrowAsync<UnavailableException>();
    }

    [Fact]
    public async Task A_snapshot_is_taken_and_the_grain_is_read_from_it_and_the_tail()
    {
        await using var world = new ScriptWorld();
        world.OnSnapshot = grain => grain.Lines.Count == 3
            ? JsonSerializer.SerializeToUtf8Bytes(grain.Lines)
            : (ReadOnlyMemory<byte>?)null;
        for (var i = 1; i <= 5; i++) await world.SayAsync($"{i}");
        await world.RestartAsync();
        (await world.LinesAsync()).ShouldBe(["1", "2", "3", "4", "5"]);
        var page = await world.Store.ReadAsync(ScriptWorld.Key());
        page.Snapshot!.Sequence.ShouldBe(3);
        page.Records.Count.ShouldBe(2);
    }
}
