using Actors.Grains.Work;
using Shouldly;

namespace Actors.Steps.Tests;

public sealed class WorkerTimeTests : IDisposable
{
    private readonly StepRig _rig = new();
    private readonly TaskCompletionSource<int> _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_handler_that_heeds_its_token_times_out_as_a_transient_failure()
    {
        _rig.Handlers.Add<int, int>("wait", async (_, c) => await _gate.Task.WaitAsync(c.CancellationToken));
        var running = _rig.RunAsync(StepRig.Call("wait", "1"));

        _rig.Clock.Advance(TimeSpan.FromSeconds(9.999));
        running.IsCompleted.ShouldBeFalse();
        _rig.Clock.Advance(TimeSpan.FromMilliseconds(1));

        var outcome = await running;
        outcome.Failure!.Type.ShouldBe("timeout");
        outcome.Failure.Message.ShouldEndWith("within its timeout of 10s");
        outcome.Failure.Kind.ShouldBe(FailureKind.Transient);
        outcome.Failure.Step.ShouldBe("charge");
        outcome.Failure.Attempt.ShouldBe(1);
        _rig.Worker.Orphans.ShouldBe(0);
        _rig.Clock.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_handler_that_ignores_its_token_is_abandoned_and_its_late_exception_is_logged()
    {
        _rig.Handlers.Add<int, int>("stubborn", async (_, _) => await _gate.Task);
        var running = _rig.RunAsync(StepRig.Call("stubborn", "1"));

        _rig.Clock.Advance(TimeSpan.FromSeconds(10));
        running.IsCompleted.ShouldBeFalse();
        _rig.Clock.Advance(TimeSpan.FromSeconds(1));

        (await running).Failure!.Type.ShouldBe("timeout");
        _rig.Worker.Orphans.ShouldBe(1);

        _gate.SetException(new InvalidOperationException("too late"));
        (await _rig.Log.OrphanEnded.Task).Exception!.Message.ShouldBe("too late");
        _rig.Worker.Orphans.ShouldBe(0);
    }

    [Fact]
    public async Task An_answer_within_the_grace_after_the_timeout_counts()
    {
        _rig.Handlers.Add<int, int>("slow", async (_, _) => await _gate.Task);
        var running = _rig.RunAsync(StepRig.Call("slow", "1"));

        _rig.Clock.Advance(TimeSpan.FromSeconds(10.5));
        _gate.SetResult(7);

        (await running).Result.ShouldBe(Payload.From(7));
    }

    [Fact]
    public async Task A_heartbeat_restarts_the_timeout()
    {
        StepContext? context = null;
        _rig.Handlers.Add<int, int>("beat", async (_, c) =>
            await _gate.Task.WaitAsync((context = c).CancellationToken));
        var running = _rig.RunAsync(StepRig.Call("beat", "1"));

        for (var i = 0; i < 5; i++)
        {
            _rig.Clock.Advance(TimeSpan.FromSeconds(9));
            context!.Heartbeat();
        }

        running.IsCompleted.ShouldBeFalse();
        context!.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        _rig.Clock.Advance(TimeSpan.FromSeconds(10));
        (await running).Failure!.Type.ShouldBe("timeout");
    }

    [Fact]
    public async Task An_attempt_ends_when_the_steps_time_is_up_whatever_its_heartbeats()
    {
        StepContext? context = null;
        _rig.Handlers.Add<int, int>("beat", async (_, c) =>
            await _gate.Task.WaitAsync((context = c).CancellationToken));
        var running = _rig.RunAsync(Timed("beat", left: 25));

        for (var i = 0; i < 3; i++)
        {
            context!.Heartbeat();
            _rig.Clock.Advance(TimeSpan.FromSeconds(8));
        }

        running.IsCompleted.ShouldBeFalse();
        context!.Heartbeat();
        _rig.Clock.Advance(TimeSpan.FromSeconds(1));
        var failure = (await running).Failure!;
        (failure.Type, failure.Kind).ShouldBe(("timeout", FailureKind.Transient));
        failure.Message.ShouldBe("step 'charge' did not end within its time of 1m");
        _rig.Clock.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task The_timeout_of_the_attempt_holds_as_long_as_the_step_has_more()
    {
        _rig.Handlers.Add<int, int>("wait", async (_, c) => await _gate.Task.WaitAsync(c.CancellationToken));
        var running = _rig.RunAsync(Timed("wait", left: 11));
        _rig.Clock.Advance(TimeSpan.FromSeconds(10));
        (await running).Failure!.Message.ShouldEndWith("within its timeout of 10s");
    }

    [Fact]
    public async Task What_an_attempt_waited_since_it_was_told_its_time_is_taken_off()
    {
        _rig.Handlers.Add<int, int>("wait", async (_, c) => await _gate.Task.WaitAsync(c.CancellationToken));
        var item = Timed("wait", left: 5).TimedNow(_rig.Clock);
        _rig.Clock.Advance(TimeSpan.FromSeconds(3));
        item.TimedNow(_rig.Clock).StepTime!.Left.ShouldBe(TimeSpan.FromSeconds(2));
        var running = _rig.RunAsync(item);
        _rig.Clock.Advance(TimeSpan.FromSeconds(1.999));
        running.IsCompleted.ShouldBeFalse();
        _rig.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await running).Failure!.Type.ShouldBe("timeout");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-5, 0)]
    [InlineData(3, 3)]
    public async Task An_attempt_whose_time_was_up_before_it_began_calls_nothing(int left, int waited)
    {
        var called = false;
        _rig.Handlers.Add<int, int>("never", i =>
        {
            called = true;
            return i;
        });
        var item = Timed("never", left).TimedNow(_rig.Clock);
        _rig.Clock.Advance(TimeSpan.FromSeconds(waited));

        var failure = (await _rig.RunAsync(item)).Failure!;

        (failure.Type, failure.IsPermanent, failure.Attempt).ShouldBe(("timeout", false, 1));
        failure.Message.ShouldBe("attempt 1 was not begun: the step's time of 1m was up while it waited");
        called.ShouldBeFalse();
    }

    [Fact]
    public async Task Cancelling_stops_the_attempt_with_a_transient_failure()
    {
        using var cancel = new CancellationTokenSource();
        _rig.Handlers.Add<int, int>("wait", async (_, c) => await _gate.Task.WaitAsync(c.CancellationToken));
        var running = _rig.RunAsync(StepRig.Call("wait", "1"), cancel.Token);

        await cancel.CancelAsync();

        var outcome = await running;
        outcome.Failure!.Type.ShouldBe("cancelled");
        outcome.Failure.IsPermanent.ShouldBeFalse();
        outcome.NotBegun.ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_stopping_handler_throws_is_the_cause_of_its_timeout()
    {
        _rig.Handlers.Add<int, int>("wraps", async (_, c) =>
        {
            try
            {
                return await _gate.Task.WaitAsync(c.CancellationToken);
            }
            catch (OperationCanceledException e)
            {
                throw new IOException("aborted", e);
            }
        });
        var running = _rig.RunAsync(StepRig.Call("wraps", "1"));
        _rig.Clock.Advance(TimeSpan.FromSeconds(10));

        var failure = (await running).Failure!;
        failure.Type.ShouldBe("timeout");
        failure.Cause!.Type.ShouldBe(nameof(IOException));
    }

    [Fact]
    public async Task An_attempt_cancelled_before_it_begins_calls_nothing()
    {
        var called = false;
        _rig.Handlers.Add<int, int>("never", i =>
        {
            called = true;
            return i;
        });

        var outcome = await _rig.RunAsync(StepRig.Call("never", "1"), new CancellationToken(canceled: true));

        outcome.Failure!.Type.ShouldBe("cancelled");
        called.ShouldBeFalse();
    }

    [Fact]
    public async Task A_synchronous_attempt_arms_no_timer_and_leaves_none_behind()
    {
        var armed = -1;
        _rig.Handlers.Add<int, int>("now", i =>
        {
            armed = _rig.Clock.ArmedTimers;
            return i + 1;
        });
        _rig.Handlers.Add<int, int>("looks", (i, c) => c.CancellationToken.IsCancellationRequested ? 0 : i + 1);

        (await _rig.RunAsync(StepRig.Call("now", "1"))).Result.ShouldBe(Payload.From(2));
        armed.ShouldBe(0);
        (await _rig.RunAsync(StepRig.Call("looks", "1"))).Result.ShouldBe(Payload.From(2));
        _rig.Clock.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_handler_that_blocked_beyond_its_time_before_its_first_await_is_still_abandoned()
    {
        _rig.Handlers.Add<int, int>("blocks", async (_, c) =>
        {
            c.CancellationToken.CanBeCanceled.ShouldBeTrue();
            _rig.Clock.Advance(TimeSpan.FromMinutes(1));
            return await _gate.Task;
        });
        var running = _rig.RunAsync(StepRig.Call("blocks", "1"));
        running.IsCompleted.ShouldBeFalse();

        _rig.Clock.Advance(TimeSpan.FromSeconds(1));

        (await running).Failure!.Type.ShouldBe("timeout");
    }

    [Fact]
    public async Task A_throwing_callback_on_the_token_changes_nothing()
    {
        _rig.Handlers.Add<int, int>("trap", async (_, c) =>
        {
            c.CancellationToken.Register(() => throw new InvalidOperationException("boom"));
            return await _gate.Task.WaitAsync(c.CancellationToken);
        });
        var running = _rig.RunAsync(StepRig.Call("trap", "1"));
        _rig.Clock.Advance(TimeSpan.FromSeconds(10));

        (await running).Failure!.Type.ShouldBe("timeout");
    }

    private static WorkItem Timed(string handler, int left) => StepRig.Call(handler, "1") with
    {
        StepTime = new StepTime(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(left)),
    };

    public void Dispose() => _rig.Dispose();
}
