using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class DrainTests
{
    [Fact]
    public async Task A_host_that_stops_finishes_what_is_being_written_and_takes_no_more()
    {
        await using var test = new TestHost();
        test.Store.Close();
        var add = test.AddAsync("a");
        await test.Store.AppendingAsync();
        var behind = test.AddAsync("a");
        var stop = test.Host.StopAsync(TimeSpan.Zero, CancellationToken.None);
        await Should.ThrowAsync<UnavailableException>(() => test.AddAsync("a"));
        stop.IsCompleted.ShouldBeFalse();
        test.Store.Open();
        await stop.WaitAsync(TestHost.Patience);
        (await add).ShouldBe(1);
        (await behind).ShouldBe(2);
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 0);
    }

    [Fact]
    public async Task Who_waits_for_a_later_answer_is_told_that_the_host_stops()
    {
        await using var test = new TestHost();
        var waiting = test.AskAsync("a", (_, turn) =>
        {
            turn.PostponeReply();
            return null;
        });
        await test.ReadAsync("a");
        await test.Host.StopAsync(TimeSpan.Zero, CancellationToken.None);
        await Should.ThrowAsync<UnavailableException>(() => waiting.WaitAsync(TestHost.Patience));
    }

    [Fact]
    public async Task Attempts_may_end_by_themselves_within_the_patience_and_their_outcomes_are_stored()
    {
        await using var test = new TestHost();
        var gate = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        test.OnWork = async (item, _) =>
        {
            begun.SetResult();
            await gate.Task;
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        test.OnMessage = (grain, message, turn) =>
        {
            if (message is StepOutcome) grain.Add(turn, 1);
        };
        test.Tell("a", (_, turn) => turn.Dispatch(TestHost.Work("a", "s")));
        await begun.Task;
        var stop = test.Host.StopAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        gate.SetResult();
        await stop.WaitAsync(TestHost.Patience);
        test.Store.Appends.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_attempt_that_the_stop_breaks_off_does_not_count_and_none_is_begun_any_more()
    {
        await using var test = new TestHost(options: new EmbeddedHostOptions { WorkersMax = 1 });
        var begun = new TaskCompletionSource();
        var runs = 0;
        test.OnWork = async (item, token) =>
        {
            Interlocked.Increment(ref runs);
            var stopped = new TaskCompletionSource();
            await using var _ = token.Register(stopped.SetResult);
            begun.SetResult();
            await stopped.Task;
            return new StepOutcome(item.Key, null, Failure.Transient("cancelled", "the silo stops"));
        };
        test.Tell("a", (_, turn) =>
        {
            turn.Dispatch(TestHost.Work("a", "runs"));
            turn.Dispatch(TestHost.Work("a", "waits"));
        });
        await begun.Task;
        await test.Host.StopAsync(TimeSpan.Zero, CancellationToken.None).WaitAsync(TestHost.Patience);
        (await test.NextAsync<StepOutcome>()).Message.NotBegun.ShouldBeTrue();
        runs.ShouldBe(1);
    }

    [Fact]
    public async Task Stopping_twice_is_stopping_once()
    {
        await using var test = new TestHost();
        await test.AddAsync("a");
        var first = test.Host.StopAsync(TimeSpan.Zero, CancellationToken.None);
        test.Host.StopAsync(TimeSpan.Zero, CancellationToken.None).ShouldBeSameAs(first);
        await first;
        await test.Host.DisposeAsync();
        test.Tell("a", (grain, turn) => grain.Add(turn, 1));
        test.Store.Appends.Count.ShouldBe(1, "nothing runs any more");
    }

    [Fact]
    public async Task A_store_that_never_answers_does_not_hold_up_the_stop_for_ever()
    {
        await using var test = new TestHost();
        test.Store.Close();
        var add = test.AddAsync("a");
        await test.Store.AppendingAsync();
        var stop = test.Host.StopAsync(TimeSpan.Zero, CancellationToken.None);
        while (!stop.IsCompleted)
        {
            test.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stop;
        test.Store.Open();
        (await add.WaitAsync(TestHost.Patience)).ShouldBe(1, "it was written after all");
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 0);
    }
}
