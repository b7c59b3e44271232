using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

/// <summary>Pure work that has proved short runs in the turn that asks for it.</summary>
public sealed class InTurnTests
{
    private const int Proofs = 8;

    private static readonly AsyncLocal<string?> Flowing = new();

    [Fact]
    public async Task What_has_proved_short_is_recorded_with_what_asked_for_it()
    {
        await using var test = Test();
        await ProveAsync(test, Proofs);
        test.Store.Appends.Clear();
        var total = (Total)await Task.Run(() => RunAsync(test, "x"));
        total.Sum.ShouldBe(1, "the answer is that of the turn which asked");
        (await test.ReadAsync("x")).ShouldBe(11);
        test.Store.Appends.ShouldHaveSingleItem().EventCount.ShouldBe(2);
    }

    [Theory]
    [InlineData(Proofs - 1, 2)]
    [InlineData(Proofs, 1)]
    public async Task So_many_short_runs_are_needed(int proofs, int appends)
    {
        await using var test = Test();
        await ProveAsync(test, proofs);
        await CountAsync(test, appends);
    }

    [Fact]
    public async Task What_is_not_pure_never_runs_in_the_turn()
    {
        await using var test = Test();
        await ProveAsync(test, Proofs);
        await CountAsync(test, 2, isPure: false);
    }

    [Theory]
    [InlineData(200, 1)]
    [InlineData(201, 2)]
    public async Task Longer_than_the_bound_is_not_short(int microseconds, int appends)
    {
        await using var test = Test();
        await ProveAsync(test, Proofs - 1);
        test.OnWork = (item, _) =>
        {
            test.Clock.Advance(TimeSpan.FromMicroseconds(microseconds));
            return new(new StepOutcome(item.Key, Payload.Null, null));
        };
        await ProveAsync(test, 1, "last");
        await CountAsync(test, appends);
    }

    [Fact]
    public async Task With_a_bound_of_zero_nothing_is_short()
    {
        await using var test = Test(new EmbeddedHostOptions { InTurnMax = TimeSpan.Zero });
        await ProveAsync(test, Proofs);
        await CountAsync(test, 2);
    }

    [Fact]
    public async Task Without_a_free_worker_it_is_handed_out()
    {
        await using var test = Test(new EmbeddedHostOptions { WorkersMax = 1 });
        await ProveAsync(test, Proofs);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.OnWork = async (item, token) =>
        {
            begun.TrySetResult();
            if (!item.IsPure) await end.Task.WaitAsync(token);
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        test.Tell("busy", (_, turn) => turn.Dispatch(TestHost.Work("busy", "other")));
        await begun.Task.WaitAsync(TestHost.Patience);
        test.Store.Appends.Clear();
        ((Total)await Task.Run(() => RunAsync(test, "x"))).Sum.ShouldBe(1);
        (await test.ReadAsync("x")).ShouldBe(1, "the only worker is busy");
        end.SetResult();
        await OutcomeAsync(test, "x");
        (await test.ReadAsync("x")).ShouldBe(11);
        test.Store.Appends.Count(a => a.Key == TestHost.Key("x")).ShouldBe(2);
    }

    [Fact]
    public async Task A_thread_of_the_programs_own_is_not_kept()
    {
        await using var test = Test();
        await ProveAsync(test, Proofs);
        var worker = 0;
        test.OnWork = (item, _) =>
        {
            worker = Environment.CurrentManagedThreadId;
            return new(new StepOutcome(item.Key, Payload.Null, null));
        };
        var asked = Task.FromResult<GrainReply>(Done.Instance);
        var thread = new Thread(() => asked = RunAsync(test, "x"));
        thread.Start();
        thread.Join();
        await asked;
        await OutcomeAsync(test, "x");
        worker.ShouldNotBe(thread.ManagedThreadId);
    }

    [Fact]
    public async Task A_store_that_takes_no_appends_is_not_worked_for()
    {
        await using var test = Test();
        await ProveAsync(test, Proofs);
        var runs = 0;
        test.OnWork = (item, _) =>
        {
            runs++;
            return new(new StepOutcome(item.Key, Payload.Null, null));
        };
        test.Store.SaidHealth = StoreHealth.Full;
        await Task.Run(() => RunAsync(test, "x"));
        (await test.NextAsync<WorkRefused>()).Id.ShouldBe("x");
        runs.ShouldBe(0);
    }

    [Fact]
    public async Task What_does_not_end_at_once_is_stopped_and_handed_out_and_has_to_prove_itself_anew()
    {
        await using var test = Test();
        await ProveAsync(test, Proofs);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;
        test.OnWork = async (item, token) =>
        {
            if (Interlocked.Increment(ref runs) == 1)
            {
                await using var registration = token.Register(stopped.SetResult);
                await stopped.Task;
            }

            return new StepOutcome(item.Key, Payload.Null, null);
        };
        ((Total)await Task.Run(() => RunAsync(test, "x"))).Sum.ShouldBe(1);
        await stopped.Task.WaitAsync(TestHost.Patience);
        await OutcomeAsync(test, "x");
        runs.ShouldBe(2);
        (await test.ReadAsync("x")).ShouldBe(11);
        await CountAsync(test, 2);
    }

    [Fact]
    public async Task What_the_worker_throws_is_left_to_be_handed_out()
    {
        await using var test = Test();
        await ProveAsync(test, Proofs);
        var runs = 0;
        test.OnWork = (item, _) => Interlocked.Increment(ref runs) == 1
            ? throw new InvalidOperationException("a worker never throws")
            : new(new StepOutcome(item.Key, Payload.Null, null));
        await CountAsync(test, 2);
        runs.ShouldBe(2);
    }

    [Fact]
    public async Task If_the_append_fails_nothing_of_it_remains()
    {
        await using var test = Test();
        await ProveAsync(test, Proofs);
        test.Store.SpoilAppend = _ => new StoreException("torn");
        await Should.ThrowAsync<UnavailableException>(() => Task.Run(() => RunAsync(test, "x")));
        test.Store.SpoilAppend = _ => null;
        (await test.ReadAsync("x")).ShouldBe(0);
    }

    [Fact]
    public async Task What_flows_with_the_caller_does_not_reach_it()
    {
        await using var test = Test();
        await ProveAsync(test, Proofs);
        var seen = "nothing has run";
        test.OnWork = (item, _) =>
        {
            seen = Flowing.Value;
            Flowing.Value = "of the work";
            return new(new StepOutcome(item.Key, Payload.Null, null));
        };
        await Task.Run(async () =>
        {
            Flowing.Value = "of the caller";
            await CountAsync(test, 1);
            Flowing.Value.ShouldBe("of the caller");
        });
        seen.ShouldBeNull();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(TimeSpan.TicksPerSecond, true)]
    [InlineData(-1, false)]
    [InlineData(TimeSpan.TicksPerSecond + 1, false)]
    public void The_bound_has_a_range(long ticks, bool isInRange)
    {
        var options = new EmbeddedHostOptions { InTurnMax = TimeSpan.FromTicks(ticks) };
        if (isInRange) options.Validate();
        else Should.Throw<ArgumentOutOfRangeException>(options.Validate).Message.ShouldContain("InTurnMax");
    }

    private static TestHost Test(EmbeddedHostOptions? options = null)
    {
        var test = new TestHost(options: options ?? new EmbeddedHostOptions());
        test.OnMessage = (grain, message, turn) =>
        {
            if (message is StepOutcome) grain.Add(turn, 10);
            test.Messages.Writer.TryWrite((grain.Key.Id, message));
        };
        return test;
    }

    private static async Task ProveAsync(TestHost test, int runs, string name = "proof")
    {
        for (var i = 0; i < runs; i++)
        {
            await RunAsync(test, $"{name}-{i}");
            await OutcomeAsync(test, $"{name}-{i}");
            // Answered once all of it is written.
            await test.ReadAsync($"{name}-{i}");
        }
    }

    /// <summary>How many appends a turn takes that asks for the work, with what comes of it.</summary>
    private static async Task CountAsync(TestHost test, int appends, bool isPure = true)
    {
        test.Store.Appends.Clear();
        await Task.Run(() => RunAsync(test, "counted", isPure));
        await OutcomeAsync(test, "counted");
        (await test.ReadAsync("counted")).ShouldBe(11);
        test.Store.Appends.Count.ShouldBe(appends);
    }

    // On a thread of the pool, as a turn mostly is; those of the tests' own are not waited with.
    private static Task<GrainReply> RunAsync(TestHost test, string id, bool isPure = true) =>
        test.AskAsync(id, (grain, turn) =>
        {
            turn.Dispatch(TestHost.Work(id, "s") with { IsPure = isPure });
            return grain.Add(turn, 1);
        });

    private static async Task OutcomeAsync(TestHost test, string id)
    {
        while ((await test.NextAsync<StepOutcome>()).Id != id)
        {
            // Of another one.
        }
    }
}
