using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;
using Actors.Storage.Memory;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class FailureTests
{
    private static readonly Projection Unfinished = new("Running", DateTimeOffset.UnixEpoch, Resume: true);

    [Theory]
    [InlineData(AppendFault.UncertainNotAppended, 1)]
    [InlineData(AppendFault.UncertainAppended, 11)]
    public async Task After_an_uncertain_append_the_grain_goes_on_from_what_is_stored(AppendFault fault, int stored)
    {
        await using var test = new TestHost();
        await test.AddAsync("a");
        test.Store.Inner.FailNext(fault);
        await Should.ThrowAsync<UnavailableException>(() => test.AddAsync("a", 10));
        (await test.ReadAsync("a")).ShouldBe(stored);
        (await test.AddAsync("a")).ShouldBe(stored + 1);
    }

    [Fact]
    public async Task Whatever_ran_ahead_of_a_failed_append_is_undone_and_told_so()
    {
        await using var test = new TestHost();
        PostponedReply? postponed = null;
        var waiter = test.AskAsync("a", (_, turn) =>
        {
            postponed = turn.PostponeReply();
            return null;
        });
        test.Store.Close();
        var add = test.AddAsync("a");
        await test.Store.AppendingAsync();
        var ahead = test.AddAsync("a", 10);
        var read = test.ReadAsync("a");
        var posted = false;
        var asked = new TaskCompletionSource();
        test.Tell("a", (_, turn) =>
        {
            turn.Post(TestHost.Key("b"), new Tell((_, _) => posted = true));
            asked.SetResult();
        });
        await asked.Task;
        test.Store.Inner.FailNext(AppendFault.UncertainNotAppended);
        test.Store.Open();
        foreach (var call in new Task[] { waiter, add, ahead, read })
            await Should.ThrowAsync<UnavailableException>(() => call.WaitAsync(TestHost.Patience));
        (await test.ReadAsync("a")).ShouldBe(0);
        await test.ReadAsync("b");
        posted.ShouldBeFalse();
        postponed!.IsAbandoned.ShouldBeTrue();
    }

    [Fact]
    public async Task Messages_that_were_not_received_yet_reach_the_fresh_grain()
    {
        await using var test = new TestHost();
        await test.AddAsync("a");
        test.Store.Close();
        var lost = test.AddAsync("a", 10);
        await test.Store.AppendingAsync();
        // As many turns as may run ahead are lost with the append; the rest waits in the mailbox.
        var calls = Enumerable.Range(0, 1100).Select(_ => test.AddAsync("a")).ToArray();
        test.Store.Inner.FailNext(AppendFault.UncertainNotAppended);
        test.Store.Open();
        await Should.ThrowAsync<UnavailableException>(() => lost.WaitAsync(TestHost.Patience));
        foreach (var call in calls.Take(1024)) await Should.ThrowAsync<UnavailableException>(() => call);
        (await Task.WhenAll(calls.Skip(1024)).WaitAsync(TestHost.Patience)).ShouldBe(Enumerable.Range(2, 76));
    }

    [Fact]
    public async Task An_append_behind_somebody_elses_back_is_refused_and_the_grain_reads_anew()
    {
        await using var test = new TestHost();
        await test.AddAsync("a");
        var key = TestHost.Key("a");
        await test.Store.Inner.AppendAsync(
            new JournalAppend(key, test.Store.OwnerEpoch, 1, "[[100]]"u8.ToArray(), 1, default));
        await Should.ThrowAsync<UnavailableException>(() => test.AddAsync("a"));
        (await test.AddAsync("a")).ShouldBe(102);
    }

    [Fact]
    public async Task A_full_store_refuses_as_such_and_serves_readers()
    {
        await using var test = new TestHost();
        await test.AddAsync("a");
        test.Store.Inner.Health = StoreHealth.Full;
        await Should.ThrowAsync<StoreFullException>(() => test.AddAsync("a", 10));
        await Should.ThrowAsync<StoreFullException>(() => test.AddAsync("a", 10));
        (await test.ReadAsync("a")).ShouldBe(1);
        test.Store.Inner.Health = StoreHealth.Ready;
        (await test.AddAsync("a")).ShouldBe(2);
    }

    [Fact]
    public async Task Work_that_a_full_store_broke_off_goes_on_by_itself_when_there_is_room()
    {
        await using var test = new TestHost();
        await test.ReadAsync("a");
        test.Store.Inner.Health = StoreHealth.Full;
        await Should.ThrowAsync<StoreFullException>(() => test.AddAsync("a"));
        test.Seen<Activated>();
        for (var i = 0; i < 20; i++) test.Clock.Advance(TimeSpan.FromSeconds(5));
        test.Activations.Count.ShouldBe(1, "while the store is full there is no use in trying");
        test.Store.Inner.Health = StoreHealth.Ready;
        test.Clock.Advance(TimeSpan.FromSeconds(5));
        await test.NextAsync<Activated>();
    }

    [Fact]
    public async Task While_the_store_is_full_no_step_is_run_again_and_again()
    {
        await using var test = new TestHost();
        var runs = 0;
        test.OnWork = (item, _) =>
        {
            Interlocked.Increment(ref runs);
            return new ValueTask<StepOutcome>(new StepOutcome(item.Key, Payload.Null, null));
        };
        var refused = new SemaphoreSlim(0);
        test.OnMessage = (grain, message, turn) =>
        {
            if (message is Activated) turn.Dispatch(TestHost.Work("a", "s"));
            if (message is StepOutcome) grain.Add(turn, 1);
            if (message is WorkRefused) refused.Release();
        };
        test.Store.Inner.Health = StoreHealth.Full;
        await test.ReadAsync("a");
        (await refused.WaitAsync(TestHost.Patience)).ShouldBeTrue();
        runs.ShouldBe(0);
        test.Tell("a", (_, turn) => turn.Dispatch(TestHost.Work("a", "s")));
        (await refused.WaitAsync(TestHost.Patience)).ShouldBeTrue();
        test.Store.Inner.Health = StoreHealth.Ready;
        test.Tell("a", (_, turn) => turn.Dispatch(TestHost.Work("a", "s")));
        await TestHost.UntilAsync(() => test.Store.Appends.Count == 1);
        runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_grain_whose_history_is_damaged_stays_closed_with_an_alarm()
    {
        await using var test = new TestHost();
        test.Store.SpoilRead = _ => new StoreCorruptException("record 3 is damaged");
        await Should.ThrowAsync<StoreCorruptException>(() => test.AddAsync("a"));
        await Should.ThrowAsync<StoreCorruptException>(() => test.AddAsync("a"));
        test.Store.Reads.Count.ShouldBe(1, "it is not read again");
        test.Logged.Count(l => l.Level == LogLevel.Error).ShouldBe(1);
        test.Store.SpoilRead = _ => null;
        (await test.AddAsync("b")).ShouldBe(1, "the others go on");
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 1);
    }

    [Fact]
    public async Task A_hole_in_the_history_is_damage()
    {
        await using var test = new TestHost(new GatedStore());
        await test.AddAsync("a");
        await test.AddAsync("a");
        var holed = new HoledStore(test.Store.Inner);
        await using var host = new Actors.Silo.Embedded.EmbeddedGrainHost(
            holed, test, test, test.Clock, new Actors.Silo.Embedded.EmbeddedHostOptions(), test);
        await Should.ThrowAsync<StoreCorruptException>(() => host.CallAsync(TestHost.Key("a"), new Touch()).AsTask());
    }

    [Fact]
    public async Task A_journal_that_can_not_be_read_now_is_read_again_later()
    {
        await using var test = new TestHost();
        test.Store.SpoilRead = _ => new StoreException("busy");
        await Should.ThrowAsync<StoreException>(() => test.ReadAsync("a"));
        test.Store.SpoilRead = _ => null;
        test.Clock.Advance(TimeSpan.FromMilliseconds(100));
        await test.NextAsync<Activated>();
    }

    [Fact]
    public async Task A_snapshot_that_can_not_be_written_fails_the_turn_and_not_the_process()
    {
        await using var test = new TestHost();
        await Should.ThrowAsync<UnavailableException>(() => test.AskAsync("a", (grain, turn) =>
        {
            grain.Snapshot = () => throw new InvalidOperationException("no snapshot");
            return grain.Add(turn, 1);
        }).WaitAsync(TestHost.Patience));
        (await test.AddAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task A_turn_that_throws_while_an_append_is_in_flight_does_not_undo_the_append()
    {
        await using var test = new TestHost();
        test.Store.Close();
        var add = test.AddAsync("a");
        await test.Store.AppendingAsync();
        var broken = test.AskAsync("a", (_, _) => throw new InvalidOperationException("boom"));
        await Should.ThrowAsync<UnavailableException>(() => broken.WaitAsync(TestHost.Patience));
        var behind = test.AddAsync("a");
        test.Store.Open();
        (await add).ShouldBe(1);
        (await behind).ShouldBe(2);
    }

    [Fact]
    public async Task A_stopped_store_is_said_to_be_stopped()
    {
        await using var test = new TestHost();
        await test.AskAsync("a", (grain, turn) =>
        {
            turn.Project(Unfinished);
            return grain.Add(turn, 1);
        });
        test.Store.Inner.Health = StoreHealth.Stopped;
        await Should.ThrowAsync<StoreStoppedException>(() => test.AddAsync("a"));
    }
}
