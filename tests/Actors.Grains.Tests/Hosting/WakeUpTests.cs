using Actors.Grains.Hosting;
using Actors.Journal;
using Actors.Silo.Embedded.Hosting;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class WakeUpTests
{
    [Fact]
    public async Task A_grain_is_woken_at_its_time_and_never_before()
    {
        await using var test = new TestHost();
        await ArmAsync(test, "a", TimeSpan.FromSeconds(10));
        test.Clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        await test.ReadAsync("a");
        test.Seen<WakeUp>().ShouldBeEmpty();
        test.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await test.NextAsync<WakeUp>();
    }

    [Fact]
    public async Task The_latest_time_asked_for_holds_and_none_cancels_it()
    {
        await using var test = new TestHost();
        await ArmAsync(test, "later", TimeSpan.FromSeconds(5));
        await ArmAsync(test, "later", TimeSpan.FromSeconds(15));
        await ArmAsync(test, "earlier", TimeSpan.FromSeconds(15));
        await ArmAsync(test, "earlier", TimeSpan.FromSeconds(5));
        await ArmAsync(test, "none", TimeSpan.FromSeconds(5));
        await ArmAsync(test, "none", null);
        test.Clock.Advance(TimeSpan.FromSeconds(6));
        (await test.NextAsync<WakeUp>()).Id.ShouldBe("earlier");
        await Task.WhenAll(test.ReadAsync("later"), test.ReadAsync("none"), test.ReadAsync("earlier"));
        test.Seen<WakeUp>().ShouldBeEmpty();
        test.Clock.Advance(TimeSpan.FromSeconds(20));
        (await test.NextAsync<WakeUp>()).Id.ShouldBe("later");
        await Task.WhenAll(test.ReadAsync("none"), test.ReadAsync("earlier"));
        test.Seen<WakeUp>().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task A_grain_that_has_left_memory_is_woken_by_what_its_projection_says(int seconds)
    {
        await using var test = new TestHost();
        await test.Host.StartAsync(CancellationToken.None);
        await ProjectAsync(test, "a", TimeSpan.FromSeconds(seconds), rests: true);
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 0);
        test.Seen<Activated>();
        await AdvanceAsync(test, TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        test.Activations.Count.ShouldBe(1, "nothing is due yet");
        await AdvanceAsync(test, TimeSpan.FromMilliseconds(1));
        await test.NextAsync<WakeUp>();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public async Task A_grain_in_memory_is_woken_by_its_projection_alone(int seconds)
    {
        await using var test = new TestHost();
        await test.Host.StartAsync(CancellationToken.None);
        await ProjectAsync(test, "a", TimeSpan.FromSeconds(seconds), rests: false);
        await AdvanceAsync(test, TimeSpan.FromSeconds(seconds));
        await test.NextAsync<WakeUp>();
    }

    [Fact]
    public async Task A_projection_written_before_the_restart_wakes_a_grain_that_others_have_activated()
    {
        await using var first = new TestHost();
        await ProjectAsync(first, "a", TimeSpan.FromSeconds(100), rests: true);
        await using var test = new TestHost(new GatedStore(first.Store.Inner.Reopen()));
        await test.Host.StartAsync(CancellationToken.None);
        await ArmAsync(test, "a", TimeSpan.FromDays(1));
        await AdvanceAsync(test, TimeSpan.FromSeconds(100));
        await test.NextAsync<WakeUp>();
    }

    [Fact]
    public async Task What_became_due_while_nobody_ran_is_woken_at_the_start()
    {
        await using var first = new TestHost();
        await ProjectAsync(first, "a", TimeSpan.FromSeconds(10), rests: true);
        await using var test = new TestHost(new GatedStore(first.Store.Inner.Reopen()));
        test.Clock.Advance(TimeSpan.FromHours(1));
        await test.Host.StartAsync(CancellationToken.None);
        test.Clock.Advance(TimeSpan.Zero);
        await test.NextAsync<WakeUp>();
    }

    [Fact]
    public async Task A_time_that_only_memory_knows_of_keeps_the_grain_there()
    {
        await using var test = new TestHost();
        await test.Host.StartAsync(CancellationToken.None);
        await test.AskAsync("a", (_, turn) =>
        {
            turn.WakeAt(turn.Now + TimeSpan.FromHours(1));
            turn.Rest();
            return Done.Instance;
        });
        await AdvanceAsync(test, TimeSpan.FromHours(1));
        await test.NextAsync<WakeUp>();
        test.Activations.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_wake_up_that_got_lost_is_found_again_by_the_scan()
    {
        await using var test = new TestHost();
        await test.Host.StartAsync(CancellationToken.None);
        await ProjectAsync(test, "a", TimeSpan.FromSeconds(10), rests: true);
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 0);
        test.Store.SpoilRead = _ => new StoreException("busy");
        await AdvanceAsync(test, TimeSpan.FromSeconds(10));
        await TestHost.UntilAsync(() => test.Logged.Count > 0);
        test.Store.SpoilRead = _ => null;
        await AdvanceAsync(test, TimeSpan.FromSeconds(30));
        await test.NextAsync<WakeUp>();
    }

    [Fact]
    public async Task Thirty_thousand_due_at_once_are_all_woken_although_a_page_is_smaller()
    {
        const int count = 30_000;
        await using var first = new TestHost();
        for (var i = 0; i < count; i++) await ProjectAsync(first, $"k{i}", TimeSpan.FromSeconds(100), rests: true);
        await using var test = new TestHost(new GatedStore(first.Store.Inner.Reopen()));
        var woken = 0;
        test.OnMessage = (_, message, turn) =>
        {
            if (message is WakeUp) Interlocked.Increment(ref woken);
            turn.Rest();
        };
        await test.Host.StartAsync(CancellationToken.None);
        await AdvanceAsync(test, TimeSpan.FromSeconds(99));
        woken.ShouldBe(0);
        test.Host.WakeUps.Count.ShouldBe(count);
        await AdvanceAsync(test, TimeSpan.FromSeconds(1));
        await TestHost.UntilAsync(() => woken >= count);
        test.Host.WakeUps.Count.ShouldBeLessThanOrEqualTo(count);
    }

    [Fact]
    public async Task Rearming_again_and_again_leaves_nothing_behind()
    {
        await using var test = new TestHost();
        for (var i = 0; i < 1000; i++) await ArmAsync(test, "a", TimeSpan.FromSeconds(20 - i % 10));
        test.Host.WakeUps.Count.ShouldBe(1);
        for (var i = 0; i < 100; i++) await ProjectAsync(test, "a", TimeSpan.FromSeconds(20 - i % 10), rests: false);
        test.Host.WakeUps.Count.ShouldBe(2);
        await ProjectAsync(test, "a", null, rests: false);
        await ArmAsync(test, "a", null);
        test.Host.WakeUps.Count.ShouldBe(0);
    }

    [Fact]
    public void The_heap_does_what_a_sorted_list_would_do()
    {
        var random = new Random(42);
        var heap = new WakeHeap();
        var model = new Dictionary<WakeKey, DateTimeOffset>();
        for (var i = 0; i < 20_000; i++)
        {
            var key = new WakeKey(TestHost.Key($"k{random.Next(200)}"), random.Next(2) == 0);
            switch (random.Next(5))
            {
                case 0:
                    heap.Remove(key).ShouldBe(model.Remove(key));
                    break;
                case 1 when heap.TryPeek(out var first, out var due):
                    due.ShouldBe(model.Values.Min());
                    model[first].ShouldBe(due);
                    break;
                default:
                    var at = DateTimeOffset.UnixEpoch.AddSeconds(random.Next(1000));
                    heap.Set(key, at);
                    model[key] = at;
                    break;
            }

            heap.Count.ShouldBe(model.Count);
        }
    }

    private static Task ArmAsync(TestHost test, string id, TimeSpan? after) => test.AskAsync(id, (_, turn) =>
    {
        turn.WakeAt(after is { } span ? turn.Now + span : null);
        return Done.Instance;
    });

    private static Task ProjectAsync(TestHost test, string id, TimeSpan? after, bool rests) =>
        test.AskAsync(id, (grain, turn) =>
    {
        turn.Project(new Projection("Waiting", turn.Now, WakeAt: after is { } span ? turn.Now + span : null));
        if (rests) turn.Rest();
        return grain.Add(turn, 1);
    });

    /// <summary>Moves the clock from timer to timer, and lets each scan end before it goes on.</summary>
    private static async Task AdvanceAsync(TestHost test, TimeSpan by)
    {
        var target = test.Clock.GetUtcNow() + by;
        while (test.Clock.NextDue is { } due && due <= target)
        {
            test.Clock.Advance(due > test.Clock.GetUtcNow() ? due - test.Clock.GetUtcNow() : TimeSpan.Zero);
            await TestHost.UntilAsync(() => test.Clock.NextDue is not null);
        }

        test.Clock.Advance(target - test.Clock.GetUtcNow());
    }
}
