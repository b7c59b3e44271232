using System.Collections.Concurrent;
using Actors.Definitions;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class WorkerTests
{
    [Fact]
    public async Task The_outcome_of_an_attempt_comes_to_its_invocation()
    {
        await using var test = new TestHost();
        test.Tell("a", (_, turn) => turn.Dispatch(TestHost.Work("a", "s")));
        var (id, outcome) = await test.NextAsync<StepOutcome>();
        id.ShouldBe("a");
        outcome.Key.Step.ShouldBe("s");
    }

    [Fact]
    public async Task No_more_attempts_run_than_there_are_workers_and_all_are_run()
    {
        await using var test = new TestHost(options: new EmbeddedHostOptions { WorkersMax = 3 });
        var running = new Gauge();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.OnWork = async (item, _) =>
        {
            await running.PassAsync(gate.Task);
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        test.Tell("a", (_, turn) =>
        {
            for (var i = 0; i < 50; i++) turn.Dispatch(TestHost.Work("a", $"s{i}"));
        });
        await TestHost.UntilAsync(() => running.Most == 3);
        gate.SetResult();
        for (var i = 0; i < 50; i++) await test.NextAsync<StepOutcome>();
        running.Most.ShouldBe(3);
    }

    [Fact]
    public async Task Where_nothing_may_wait_limited_attempts_run_all_the_same()
    {
        await using var test = new TestHost(options: new EmbeddedHostOptions { WorkQueueMax = 0 });
        var limited = TestHost.Work("a", "s") with { Limit = new StepLimit(null, 1, null) };
        test.Tell("a", (_, turn) => turn.Dispatch(limited));
        (await test.NextAsync<StepOutcome>()).Message.Key.Step.ShouldBe("s");
    }

    [Fact]
    public async Task What_finds_no_room_is_refused_and_can_be_offered_again()
    {
        await using var test = new TestHost(options: new EmbeddedHostOptions { WorkersMax = 1, WorkQueueMax = 1 });
        var gate = new TaskCompletionSource();
        test.OnWork = async (item, _) =>
        {
            await gate.Task;
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        test.Tell("a", (_, turn) =>
        {
            foreach (var step in new[] { "runs", "waits", "refused" }) turn.Dispatch(TestHost.Work("a", step));
        });
        (await test.NextAsync<WorkRefused>()).Message.Item.Key.Step.ShouldBe("refused");
        gate.SetResult();
        (await test.NextAsync<StepOutcome>()).Message.Key.Step.ShouldBe("runs");
        (await test.NextAsync<StepOutcome>()).Message.Key.Step.ShouldBe("waits");
        test.Tell("a", (_, turn) => turn.Dispatch(TestHost.Work("a", "refused")));
        (await test.NextAsync<StepOutcome>()).Message.Key.Step.ShouldBe("refused");
    }

    [Fact]
    public async Task An_attempt_that_runs_is_not_begun_a_second_time()
    {
        await using var test = new TestHost();
        var gate = new TaskCompletionSource();
        var runs = 0;
        test.OnWork = async (item, _) =>
        {
            Interlocked.Increment(ref runs);
            await gate.Task;
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        for (var i = 0; i < 3; i++) test.Tell("a", (_, turn) => turn.Dispatch(TestHost.Work("a", "s")));
        await test.ReadAsync("a");
        gate.SetResult();
        await test.NextAsync<StepOutcome>();
        runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_cancelled_attempt_is_told_by_its_token()
    {
        await using var test = new TestHost();
        test.OnWork = async (item, token) =>
        {
            var cancelled = new TaskCompletionSource();
            await using var _ = token.Register(cancelled.SetResult);
            await cancelled.Task;
            return new StepOutcome(item.Key, null, Failure.Transient("cancelled", "told to stop"));
        };
        var work = TestHost.Work("a", "s");
        test.Tell("a", (_, turn) => turn.Dispatch(work));
        test.Tell("a", (_, turn) => turn.CancelWork(work.Key));
        (await test.NextAsync<StepOutcome>()).Message.Failure!.Type.ShouldBe("cancelled");
    }

    [Fact]
    public async Task A_worker_that_throws_against_its_promise_fails_the_attempt_only()
    {
        await using var test = new TestHost();
        test.OnWork = (_, _) => throw new InvalidOperationException("boom");
        test.Tell("a", (_, turn) => turn.Dispatch(TestHost.Work("a", "s")));
        (await test.NextAsync<StepOutcome>()).Message.Failure!.Message.ShouldContain("boom");
    }

    [Fact]
    public async Task Steps_that_share_a_queue_share_its_concurrency_in_the_order_of_arrival()
    {
        await using var test = new TestHost();
        var running = new Gauge();
        var order = new ConcurrentQueue<int>();
        test.OnWork = async (item, _) =>
        {
            order.Enqueue(item.Key.Attempt);
            await running.PassAsync(Task.CompletedTask);
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        test.Tell("a", (_, turn) =>
        {
            for (var i = 1; i <= 20; i++)
                turn.Dispatch(TestHost.Work("a", $"s{i % 3}", i) with { Limit = new StepLimit("printer", 1, null) });
        });
        for (var i = 0; i < 20; i++) await test.NextAsync<StepOutcome>();
        running.Most.ShouldBe(1);
        order.ShouldBe(Enumerable.Range(1, 20));
    }

    [Fact]
    public async Task A_rate_lets_begin_so_many_per_second_and_no_more()
    {
        await using var test = new TestHost();
        test.Tell("a", (_, turn) =>
        {
            for (var i = 1; i <= 7; i++)
                turn.Dispatch(TestHost.Work("a", "s", i) with { Limit = new StepLimit(null, null, 2) });
        });
        for (var second = 0; second < 3; second++)
        {
            for (var i = 0; i < 2; i++) await test.NextAsync<StepOutcome>();
            await test.ReadAsync("a");
            test.Seen<StepOutcome>().ShouldBeEmpty();
            test.Clock.Advance(TimeSpan.FromSeconds(0.499));
            await test.ReadAsync("a");
            test.Seen<StepOutcome>().ShouldBeEmpty("the next token has not come");
            test.Clock.Advance(TimeSpan.FromSeconds(0.501));
        }

        await test.NextAsync<StepOutcome>();
    }

    [Fact]
    public async Task Thousands_that_wait_for_a_limit_are_refused_one_by_one_when_the_workers_are_full()
    {
        const int count = 20_000;
        await using var test = new TestHost(options: new EmbeddedHostOptions
        {
            WorkersMax = 1, WorkQueueMax = count, MailboxMax = 100_000,
        });
        var gate = new TaskCompletionSource();
        test.OnWork = async (item, _) =>
        {
            await gate.Task;
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        test.Tell("a", (_, turn) =>
        {
            // One holds the only worker, the queue of the workers is filled, and then the limit's queue is let go.
            turn.Dispatch(TestHost.Work("a", "first") with { Limit = new StepLimit("q", 1, null) });
            for (var i = 1; i <= count; i++) turn.Dispatch(TestHost.Work("a", "plain", i));
            for (var i = 1; i <= count; i++)
                turn.Dispatch(TestHost.Work("a", "limited", i) with { Limit = new StepLimit("q", 1, null) });
            turn.Dispatch(TestHost.Work("a", "beyond") with { Limit = new StepLimit("q", 1, null) });
        });
        (await test.NextAsync<WorkRefused>()).Message.Item.Key.Step.ShouldBe("beyond");
        gate.SetResult();
        var ended = 1;
        while (ended < count * 2 + 2)
        {
            var (_, message) = await test.Messages.Reader.ReadAsync();
            if (message is StepOutcome or WorkRefused) ended++;
        }
    }

    private sealed class Gauge
    {
        private int _running;
        private int _most;

        public int Most => Volatile.Read(ref _most);

        public async Task PassAsync(Task gate)
        {
            var running = Interlocked.Increment(ref _running);
            int most;
            while ((most = Volatile.Read(ref _most)) < running) Interlocked.CompareExchange(ref _most, running, most);
            await gate;
            for (var i = 0; i < 20; i++) await Task.Yield();
            Interlocked.Decrement(ref _running);
        }
    }
}
