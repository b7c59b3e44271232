using Actors.Definitions;
using Actors.Grains.Hosting;
using Actors.Grains.Queues;
using Actors.Grains.Tests.Hosting.Rig;
using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class WorkTests
{
    private static readonly EmbeddedHostOptions Two = new() { WorkersMax = 2, WorkQueueMax = 3 };

    [Fact]
    public async Task So_many_run_so_many_wait_and_the_rest_is_refused()
    {
        await using var world = new ScriptWorld { Options = Two };
        var work = new Work(world);
        await work.DispatchAsync(Enumerable.Range(0, 8).Select(i => ScriptWorld.Item("i", $"{i}")));
        await work.WhenBegunAsync(2);
        await work.WhenRefusedAsync(3);
        work.Refused.ShouldBe(["5", "6", "7"], ignoreOrder: true);
        for (var i = 0; i < 5; i++)
        {
            work.Running.ShouldBeLessThanOrEqualTo(2);
            work.EndOne();
            await work.WhenEndedAsync(i + 1);
        }

        work.Begun.Take(5).ShouldBe(["0", "1", "2", "3", "4"], ignoreOrder: true);
        await work.DispatchAsync([ScriptWorld.Item("i", "5")]);
        await work.WhenBegunAsync(6);
        work.EndOne();
        await work.WhenEndedAsync(6);
        work.RunningMax.ShouldBe(2);
    }

    [Fact]
    public async Task An_attempt_that_is_known_is_not_taken_twice()
    {
        await using var world = new ScriptWorld { Options = Two };
        var work = new Work(world);
        await work.DispatchAsync(Enumerable.Repeat(ScriptWorld.Item("i"), 20));
        await work.WhenBegunAsync(1);
        work.EndOne();
        await work.WhenEndedAsync(1);
        work.Begun.Count.ShouldBe(1);
        work.Refused.ShouldBeEmpty();
    }

    [Fact]
    public async Task Attempts_that_are_cancelled_give_an_outcome_whether_they_run_or_wait()
    {
        await using var world = new ScriptWorld { Options = Two };
        var work = new Work(world);
        var items = Enumerable.Range(0, 4).Select(i => ScriptWorld.Item("i", $"{i}")).ToArray();
        await work.DispatchAsync(items);
        await work.WhenBegunAsync(2);
        await work.CancelAsync([.. items, ScriptWorld.Item("i", "unknown")]);
        await work.WhenEndedAsync(4);
        work.Ended.Select(o => o.Failure!.Type).ShouldAllBe(t => t == "cancelled");
    }

    [Fact]
    public async Task An_attempt_that_is_cancelled_while_it_waits_is_answered_before_a_worker_is_free()
    {
        await using var world = new ScriptWorld { Options = Two };
        var work = new Work(world);
        var items = Enumerable.Range(0, 4).Select(i => ScriptWorld.Item("i", $"{i}")).ToArray();
        await work.DispatchAsync(items);
        await work.WhenBegunAsync(2);
        await work.CancelAsync([items[2]]);
        await work.WhenEndedAsync(1);
        work.Ended[0].Key.ShouldBe(items[2].Key);
        work.Ended[0].Failure!.Type.ShouldBe("cancelled");
        await work.CancelAsync([items[2]]);
        for (var i = 0; i < 3; i++) work.EndOne();
        await work.WhenEndedAsync(4);
        work.Begun.ShouldBe(["0", "1", "3"], ignoreOrder: true);
        await work.DispatchAsync([items[2], ScriptWorld.Item("i", "4"), ScriptWorld.Item("i", "5")]);
        await work.WhenBegunAsync(5);
        work.Running.ShouldBe(2, "no worker was lost");
    }

    [Fact]
    public async Task An_attempt_that_is_cancelled_while_it_waits_for_a_limit_uses_up_none_of_it()
    {
        await using var world = new ScriptWorld();
        var work = new Work(world);
        var limit = new StepLimit(null, 2, 1);
        var items = Enumerable.Range(1, 4)
            .Select(i => ScriptWorld.Item("i", "same", i) with { Limit = limit }).ToArray();
        await work.DispatchAsync(items);
        await work.WhenBegunAsync(1);
        await work.CancelAsync(items[1..3]);
        await work.WhenEndedAsync(2);
        work.EndOne();
        await work.WhenEndedAsync(3);
        world.Time.Advance(TimeSpan.FromMilliseconds(1_001));
        await work.WhenBegunAsync(2);
        work.EndOne();
        await work.WhenEndedAsync(4);
        work.Ended.Count(o => o.Failure is null).ShouldBe(2);
        work.Ended[^1].Key.Attempt.ShouldBe(4);
    }

    [Fact]
    public async Task An_attempt_that_is_cancelled_before_a_stage_lets_the_others_through()
    {
        await using var world = new ScriptWorld();
        var work = new Work(world);
        var stage = new StageSlot(0, Capacity: 2, Concurrency: 1, KeepsPlace: false);
        WorkItem Item(string id) => ScriptWorld.Item(id, id) with { Stage = stage };
        foreach (var id in (string[])["a", "b", "c", "d"]) await work.DispatchAsync([Item(id)], id);
        await work.WhenBegunAsync(1);
        await work.CancelAsync([Item("b")], "b");
        await work.WhenEndedAsync(1);
        for (var begun = 2; begun <= 3; begun++)
        {
            work.EndOne();
            await work.WhenBegunAsync(begun);
        }

        work.Begun.ShouldBe(["a", "c", "d"]);
    }

    [Fact]
    public async Task A_worker_that_breaks_its_promise_or_resents_a_cancellation_harms_no_grain()
    {
        await using var world = new ScriptWorld();
        var ended = new Gate();
        world.OnOther = (grain, message, turn) =>
        {
            grain.Say(((StepOutcome)message).Failure!.Message, turn);
            ended.Open();
        };
        var begun = new Gate();
        var end = new TaskCompletionSource();
        world.OnWork = async (_, token) =>
        {
            token.Register(() => throw new InvalidOperationException("resents"));
            begun.Open();
            await end.Task;
            throw new InvalidOperationException("breaks");
        };
        var key = ScriptWorld.WorkKeyOf("i");
        await world.RunAsync(key, (_, turn) =>
        {
            turn.Dispatch(ScriptWorld.Item("i"));
            return new Text("");
        });
        await begun.Task;
        await world.RunAsync(key, (grain, turn) =>
        {
            turn.CancelWork(ScriptWorld.Item("i").Key);
            grain.Say("cancelled", turn);
            return new Text("");
        }).AsTask().Soon();
        end.SetResult();
        await ended.Task;
        (await world.LinesAsync(key).Soon()).ShouldBe(["cancelled", "breaks"]);
    }

    [Fact]
    public async Task A_queue_that_steps_share_bounds_all_of_them_and_tenants_apart()
    {
        await using var world = new ScriptWorld();
        var work = new Work(world);
        var limit = new StepLimit("shared", 2, null);
        WorkItem[] items =
        [
            .. Enumerable.Range(0, 5).Select(i => ScriptWorld.Item("i", $"s{i}") with { Limit = limit }),
            .. Enumerable.Range(0, 5).Select(i => ScriptWorld.Item("j", $"t{i}") with { Limit = limit }),
        ];
        await work.DispatchAsync(items.Take(5));
        await work.DispatchAsync(items.Skip(5), "j");
        var other = ScriptWorld.Item("k", "free") with
        {
            Key = ScriptWorld.Item("k", "free").Key with { Invocation = new InvocationId("tenant", "script", "k") },
            Limit = limit,
        };
        await work.DispatchAsync([other], "k");
        await work.WhenBegunAsync(3);
        work.Begun.ShouldContain("free");
        for (var i = 0; i < 11; i++)
        {
            work.EndOne();
            await work.WhenEndedAsync(i + 1);
        }

        work.RunningMax.ShouldBe(3);
        work.Begun.Where(b => b[0] == 's').ShouldBe(["s0", "s1", "s2", "s3", "s4"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_rate_lets_through_what_it_says_and_the_rest_when_its_time_comes()
    {
        await using var world = new ScriptWorld();
        var work = new Work(world);
        var limit = new StepLimit(null, null, 2);
        await work.DispatchAsync(
            Enumerable.Range(1, 6).Select(i => ScriptWorld.Item("i", "same", i) with { Limit = limit }));
        await work.WhenBegunAsync(2);
        work.Begun.Count.ShouldBe(2);
        for (var begun = 3; begun <= 6; begun++)
        {
            world.Time.Advance(TimeSpan.FromMilliseconds(499));
            work.Begun.Count.ShouldBe(begun - 1);
            world.Time.Advance(TimeSpan.FromMilliseconds(1));
            await work.WhenBegunAsync(begun);
        }
    }

    [Fact]
    public async Task What_waits_for_a_limit_is_bounded_and_leaves_the_workers_to_others()
    {
        await using var world = new ScriptWorld { Options = Two };
        var work = new Work(world);
        var limit = new StepLimit(null, 1, null);
        await work.DispatchAsync(
            Enumerable.Range(1, 8).Select(i => ScriptWorld.Item("i", "slow", i) with { Limit = limit }));
        await work.WhenRefusedAsync(3);
        await work.DispatchAsync([ScriptWorld.Item("i", "free")]);
        await work.WhenBegunAsync(2);
        work.Begun.ShouldBe(["slow", "free"], ignoreOrder: true);
    }

    /// <summary>Attempts that begin, wait for the test, and end.</summary>
    private sealed class Work
    {
        private readonly ScriptWorld _world;
        private readonly SemaphoreSlim _end = new(0);
        private readonly Lock _lock = new();
        private readonly List<(Func<bool> Holds, TaskCompletionSource Reached)> _waiters = [];

        public Work(ScriptWorld world)
        {
            _world = world;
            world.OnWork = RunAsync;
            world.OnOther = (_, message, _) => Change(() =>
            {
                if (message is WorkRefused refused) Refused.Add(refused.Item.Key.Step);
                if (message is StepOutcome outcome) Ended.Add(outcome);
            });
        }

        public List<string> Begun { get; } = [];

        public List<string> Refused { get; } = [];

        public List<StepOutcome> Ended { get; } = [];

        public int Running { get; private set; }

        public int RunningMax { get; private set; }

        public void EndOne() => _end.Release();

        public Task DispatchAsync(IEnumerable<WorkItem> items, string id = "i") =>
            _world.RunAsync(ScriptWorld.WorkKeyOf(id), (_, turn) =>
            {
                foreach (var item in items) turn.Dispatch(item);
                return new Text("");
            }).AsTask();

        public Task CancelAsync(IEnumerable<WorkItem> items, string id = "i") =>
            _world.RunAsync(ScriptWorld.WorkKeyOf(id), (_, turn) =>
            {
                foreach (var item in items) turn.CancelWork(item.Key);
                return new Text("");
            }).AsTask();

        public Task WhenBegunAsync(int count) => When(() => Begun.Count >= count);

        public Task WhenRefusedAsync(int count) => When(() => Refused.Count >= count);

        public Task WhenEndedAsync(int count) => When(() => Ended.Count >= count);

        private async ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken)
        {
            Change(() =>
            {
                Begun.Add(item.Key.Step);
                RunningMax = Math.Max(RunningMax, ++Running);
            });
            Failure? failure = null;
            try
            {
                await _end.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                failure = Failure.Transient("cancelled", "cancelled");
            }

            Change(() => Running--);
            return new StepOutcome(item.Key, failure is null ? Payload.Null : null, failure);
        }

        private void Change(Action change)
        {
            lock (_lock)
            {
                change();
                foreach (var (_, reached) in _waiters.Where(w => w.Holds())) reached.TrySetResult();
                _waiters.RemoveAll(w => w.Reached.Task.IsCompleted);
            }
        }

        private Task When(Func<bool> holds)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock) _waiters.Add((holds, reached));
            Change(() => { });
            return reached.Task.Soon();
        }
    }
}
