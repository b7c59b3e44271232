using Actors.Definitions;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

public sealed class JoinSpecs
{
    private static Scenario Three(JoinPolicy join) =>
        new(Work("a"), Undoable("b"), Work("c"), Work("j", "a", "b", "c") with { Join = join });

    [Fact]
    public void Any_goes_on_with_the_first_and_stops_the_others() => Three(JoinPolicy.Any.Instance).Start()
        .Succeed("a").Then("StepSucceeded a", "StepScheduled j", "StepCancelRequested b", "StepCancelRequested c");

    [Fact]
    public void What_a_join_went_on_without_is_undone_when_it_succeeds_late() => Three(JoinPolicy.Any.Instance).Start()
        .Succeed("a").Succeed("b").Then("StepSucceeded b", "UndoScheduled b")
        .Fail("c", permanent: false).Succeed("j").Then("StepSucceeded j")
        .Undone("b").Then("UndoSucceeded b", "Completed");

    [Fact]
    public void What_failed_and_may_have_been_done_is_undone_if_the_join_tolerates_it() =>
        Three(JoinPolicy.Any.Instance).Start()
            .Fail("b", permanent: false).Then("StepFailed b", "UndoScheduled b")
            .Succeed("a").Fail("c").Succeed("j").Undone("b").IsNow(InvocationStatus.Completed);

    [Fact]
    public void Any_tolerates_failures_until_none_is_left() => Three(JoinPolicy.Any.Instance).Start()
        .Fail("a").Then("StepFailed a").Fail("b").Then("StepFailed b")
        .Fail("c").Then("StepFailed c", "StepFailed j", "Stopping", "CompensationBegan", "Failed");

    [Fact]
    public void A_quorum_goes_on_with_enough() => Three(new JoinPolicy.Quorum(2)).Start()
        .Succeed("a").Then("StepSucceeded a")
        .Succeed("c").Then("StepSucceeded c", "StepScheduled j", "StepCancelRequested b");

    [Fact]
    public void A_quorum_fails_as_soon_as_it_is_out_of_reach() => Three(new JoinPolicy.Quorum(2)).Start()
        .Fail("a").Fail("c").Then("StepFailed c", "StepFailed j", "Stopping", "StepCancelRequested b");

    [Fact]
    public void A_deadline_goes_on_with_partial_results() =>
        Three(new JoinPolicy.Deadline(TimeSpan.FromSeconds(5), 2)).Start()
            .Succeed("a").Succeed("b").After(4.9).ThenNothing()
            .After(0.1).Then("JoinReleased j", "StepScheduled j", "StepCancelRequested c");

    [Fact]
    public void A_deadline_goes_on_early_with_all() =>
        Three(new JoinPolicy.Deadline(TimeSpan.FromSeconds(5), 2)).Start()
            .Succeed("a").Succeed("b").Succeed("c").Then("StepSucceeded c", "StepScheduled j");

    [Fact]
    public void A_deadline_with_too_few_fails() =>
        Three(new JoinPolicy.Deadline(TimeSpan.FromSeconds(5), 2)).Start()
            .Succeed("a").After(5)
            .Then("JoinReleased j", "StepFailed j", "Stopping", "StepCancelRequested b", "StepCancelRequested c");

    [Theory]
    [InlineData("deadline")]
    [InlineData("quorum")]
    public void A_join_that_lacks_only_what_was_skipped_is_skipped_whatever_is_still_open(string kind)
    {
        JoinPolicy join = kind == "quorum"
            ? new JoinPolicy.Quorum(2)
            : new JoinPolicy.Deadline(TimeSpan.FromSeconds(5), 2);
        new Scenario(Work("a") with { When = "$.input.go" }, Work("b"), Work("j", "a", "b") with { Join = join })
            .Start().Then("Started", "StepSkipped a", "StepScheduled b", "StepSkipped j")
            .Succeed("b").IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void A_wide_join_looks_at_each_dependency_once()
    {
        var names = Enumerable.Range(0, 2000).Select(i => $"s{i}").ToArray();
        var map = new StepMap { Process = "p", Steps = [.. names.Select(n => Work(n)), Work("j", names)] };
        var s = new Scenario(map).Start();
        s.Last.Count.ShouldBe(2001);
    }
}

public sealed class TimerAndSignalSpecs
{
    private static Step Wait(string name, string signal, TimeSpan? timeout, params string[] after) => new()
    {
        Name = name,
        Action = new StepAction.Wait(signal),
        After = [.. after],
        Timeout = new StepTimeouts(null, timeout),
    };

    [Fact]
    public void A_wait_ends_with_its_signal()
    {
        var s = new Scenario(Wait("w", "go", null)).Start().IsNow(InvocationStatus.Waiting);
        s.Signal("go", "1", "{\"by\":\"anna\"}").Then("SignalReceived", "SignalTaken w", "Completed");
        s.State.Output.ToString().ShouldBe("""{"w":{"by":"anna"}}""");
    }

    [Fact]
    public void A_signal_that_comes_before_its_wait_is_kept() =>
        new Scenario(Work("a"), Wait("w", "go", null, "a")).Start()
            .Signal("go").Then("SignalReceived")
            .Succeed("a").Then("StepSucceeded a", "StepScheduled w", "SignalTaken w", "Completed");

    [Fact]
    public void The_same_signal_id_counts_once() => new Scenario(Wait("w", "go", null), Wait("v", "go", null)).Start()
        .Signal("go", "1").Then("SignalReceived", "SignalTaken w").Signal("go", "1").ThenNothing()
        .Signal("go", "2").Then("SignalReceived", "SignalTaken v", "Completed");

    [Fact]
    public void A_wait_gives_up_at_its_timeout() => new Scenario(Wait("w", "go", TimeSpan.FromMinutes(1))).Start()
        .After(60).Then("StepFailed w", "Stopping", "CompensationBegan", "Failed")
        .Signal("go").ThenNothing();

    [Fact]
    public void More_signals_than_are_kept_are_refused()
    {
        var s = new Scenario(Work("a")).Start();
        for (var i = 0; i < 1000; i++)
            s.Do(new Core.Invocations.InvocationCommand.Signal(Noon, "x", null, Payload.Null));
        s.Refusal.ShouldBeNull();
        s.Signal("x").ThenNothing();
        s.Refusal!.Type.ShouldBe("overloaded");
        s.Refusal.IsPermanent.ShouldBeFalse();
    }

    [Fact]
    public void Steering_what_does_not_exist_is_refused()
    {
        var s = new Scenario(Work("a")).Signal("x").ThenNothing();
        s.Refusal!.Type.ShouldBe("not-found");
        s.Cancel().Refusal!.Type.ShouldBe("not-found");
    }
}
