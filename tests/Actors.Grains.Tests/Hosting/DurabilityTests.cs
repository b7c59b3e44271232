using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class DurabilityTests
{
    [Fact]
    public async Task A_reply_waits_until_what_it_says_is_durable()
    {
        await using var test = new TestHost();
        await test.ReadAsync("a");
        test.Store.Close();
        var add = test.AddAsync("a");
        await test.Store.AppendingAsync();
        add.IsCompleted.ShouldBeFalse();
        test.Store.Open();
        (await add).ShouldBe(1);
    }

    [Fact]
    public async Task A_reader_does_not_see_what_is_not_durable_yet()
    {
        await using var test = new TestHost();
        test.Store.Close();
        var add = test.AddAsync("a");
        await test.Store.AppendingAsync();
        var read = test.ReadAsync("a");
        var seen = new TaskCompletionSource();
        test.Tell("a", (_, _) => seen.SetResult());
        await seen.Task;
        read.IsCompleted.ShouldBeFalse("its turn is over, but the event before it is not durable");
        test.Store.Open();
        (await read).ShouldBe(1);
        await add;
    }

    [Fact]
    public async Task Turns_during_an_append_share_the_next_one()
    {
        await using var test = new TestHost();
        test.Store.Close();
        var first = test.AddAsync("a");
        await test.Store.AppendingAsync();
        var others = Enumerable.Range(0, 500).Select(_ => test.AddAsync("a")).ToArray();
        test.Store.Open();
        await Task.WhenAll(others);
        (await first).ShouldBe(1);
        others.Select(o => o.Result).ShouldBe(Enumerable.Range(2, 500));
        test.Store.Appends.Select(a => a.EventCount).ShouldBe([1, 500]);
    }

    [Fact]
    public async Task Turns_run_ahead_of_the_disk_only_so_far()
    {
        await using var test = new TestHost();
        test.Store.Close();
        var first = test.AddAsync("a");
        await test.Store.AppendingAsync();
        var others = Enumerable.Range(0, 5000).Select(_ => test.AddAsync("a")).ToArray();
        test.Store.Open();
        await Task.WhenAll([first, .. others]).WaitAsync(TestHost.Patience);
        test.Store.Appends.Sum(a => a.EventCount).ShouldBe(5001);
        test.Store.Appends.Max(a => a.EventCount).ShouldBeLessThanOrEqualTo(1024);
    }

    [Fact]
    public async Task Posts_leave_only_when_their_cause_is_durable_and_in_order()
    {
        await using var test = new TestHost();
        await test.ReadAsync("b");
        test.Store.Close();
        var received = new List<int>();
        var all = new TaskCompletionSource();
        test.Tell("a", (grain, turn) =>
        {
            grain.Add(turn, 1);
            for (var i = 0; i < 3; i++)
            {
                var n = i;
                turn.Post(TestHost.Key("b"), new Tell((_, _) =>
                {
                    received.Add(n);
                    if (n == 2) all.SetResult();
                }));
            }
        });
        await test.Store.AppendingAsync();
        await test.ReadAsync("b");
        received.ShouldBeEmpty();
        test.Store.Open();
        await all.Task.WaitAsync(TestHost.Patience);
        received.ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task A_turn_without_events_does_not_touch_the_store()
    {
        await using var test = new TestHost();
        await test.ReadAsync("a");
        await test.ReadAsync("a");
        test.Store.Appends.ShouldBeEmpty();
        test.Store.Reads.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_snapshot_belongs_to_the_last_event_of_its_append()
    {
        await using (var test = new TestHost())
        {
            await test.AddAsync("a", 3);
            await test.AskAsync("a", (grain, turn) =>
            {
                grain.Snapshot = () => "7"u8.ToArray();
                return grain.Add(turn, 4);
            });
            var page = await test.Store.ReadAsync(TestHost.Key("a"));
            page.Snapshot!.Sequence.ShouldBe(2);
            await using var next = new TestHost(new GatedStore(test.Store.Inner.Reopen()));
            (await next.AddAsync("a", 1)).ShouldBe(8);
        }
    }

    [Fact]
    public async Task A_watcher_hears_of_each_durable_append_and_a_broken_one_disturbs_nobody()
    {
        await using var test = new TestHost();
        var heard = new List<long>();
        await using (test.Host.Subscribe(TestHost.Key("a"), _ => throw new InvalidOperationException("broken")))
        await using (test.Host.Subscribe(TestHost.Key("a"), heard.Add))
        {
            await test.AddAsync("a");
            await test.AddAsync("a");
            // Watchers are told after the caller; a turn behind them has seen both.
            await test.AddAsync("a");
            await test.ReadAsync("a");
        }

        await test.AddAsync("a");
        heard.ShouldBe([1, 2, 3]);
    }
}
