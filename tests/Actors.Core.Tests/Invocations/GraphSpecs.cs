using Actors.Core.Invocations;
using Actors.Definitions;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

public sealed class GraphSpecs
{
    private static StepMap Order => new()
    {
        Process = "order",
        Steps =
        [
            Undoable("reserve"),
            Undoable("charge"),
            Work("label", "reserve", "charge"),
            Work("notify", "reserve") with { Detached = true },
        ],
    };

    [Fact]
    public void Start_and_first_steps_are_one_append() => new Scenario(Order)
        .Start().Then("Started", "StepScheduled reserve", "StepScheduled charge");

    [Fact]
    public void A_second_start_of_the_same_key_attaches_and_changes_nothing() => new Scenario(Order)
        .Start().Start().ThenNothing();

    [Fact]
    public void A_second_start_with_policy_reject_is_refused()
    {
        var s = new Scenario(Order).Start().Start(policy: StartPolicy.Reject).ThenNothing();
        s.Refusal!.Type.ShouldBe("already-started");
    }

    [Fact]
    public void A_dependent_starts_when_all_it_depends_on_has_succeeded() => new Scenario(Order).Start()
        .Succeed("reserve").Then("StepSucceeded reserve", "StepScheduled notify")
        .Succeed("charge").Then("StepSucceeded charge", "StepScheduled label");

    [Fact]
    public void The_last_awaited_step_completes_and_a_detached_one_is_not_waited_for() => new Scenario(Order).Start()
        .Succeed("reserve").Succeed("charge")
        .Succeed("label").Then("StepSucceeded label", "Completed").IsNow(InvocationStatus.Completed)
        .Succeed("notify").Then("StepSucceeded notify").IsNow(InvocationStatus.Completed);

    [Fact]
    public void The_failure_of_a_detached_step_is_recorded_and_not_propagated() => new Scenario(Order).Start()
        .Succeed("reserve").Fail("notify").Then("StepFailed notify").IsNow(InvocationStatus.Running)
        .Succeed("charge").Succeed("label").IsNow(InvocationStatus.Completed);

    [Fact]
    public void A_late_result_of_an_earlier_attempt_changes_nothing()
    {
        var s = new Scenario(Work("a") with { Retry = Retries(3) }).Start();
        s.Fail("a", permanent: false).Then("StepFailed(retry) a").IsNow(InvocationStatus.Waiting);
        s.After(1).Then("StepScheduled a");
        s.Do(new InvocationCommand.Finish(Noon, 1, "a", 1, false, Payload.FromJson("1"), null)).ThenNothing();
        s.Succeed("a").Then("StepSucceeded a", "Completed");
        s.Do(new InvocationCommand.Finish(Noon, 1, "a", 2, false, Payload.FromJson("1"), null)).ThenNothing();
    }

    [Fact]
    public void A_retry_is_never_early() => new Scenario(Work("a") with { Retry = Retries(3) }).Start()
        .Fail("a", permanent: false).After(0.999).ThenNothing().After(0.001).Then("StepScheduled a");

    [Fact]
    public void A_permanent_failure_is_never_retried() => new Scenario(Work("a") with { Retry = Retries(3) }).Start()
        .Fail("a").Then("StepFailed a", "Stopping", "CompensationBegan", "Failed").IsNow(InvocationStatus.Failed);

    [Fact]
    public void After_the_last_attempt_the_step_has_failed() =>
        new Scenario(Work("a") with { Retry = Retries(2) }).Start()
            .Fail("a", permanent: false).After(1).Fail("a", permanent: false)
            .Then("StepFailed a", "Stopping", "CompensationBegan", "Failed");

    [Fact]
    public void A_failed_payment_releases_the_reservation() => new Scenario(Order).Start()
        .Succeed("reserve").Succeed("notify")
        .Fail("charge").Then("StepFailed charge", "Stopping", "CompensationBegan", "UndoScheduled reserve")
        .IsNow(InvocationStatus.Compensating)
        .Undone("reserve").Then("UndoSucceeded reserve", "Failed");

    [Fact]
    public void A_reservation_that_arrives_after_the_payment_failed_is_released_too() => new Scenario(Order).Start()
        .Fail("charge").Then("StepFailed charge", "Stopping", "StepCancelRequested reserve")
        .Succeed("reserve").Then("StepSucceeded reserve", "CompensationBegan", "UndoScheduled reserve")
        .Undone("reserve").Then("UndoSucceeded reserve", "Failed");

    [Fact]
    public void A_step_whose_outcome_is_unknown_is_undone() => new Scenario(Order).Start()
        .Fail("charge").Fail("reserve", permanent: false)
        .Then("StepCancelled reserve", "CompensationBegan", "UndoScheduled reserve");

    [Fact]
    public void A_step_that_was_definitely_refused_is_not_undone() => new Scenario(Order).Start()
        .Fail("charge").Fail("reserve").Then("StepFailed reserve", "CompensationBegan", "Failed");

    [Fact]
    public void Siblings_may_be_declared_to_finish_with_their_retries()
    {
        var s = new Scenario(new StepMap
        {
            Process = "p",
            OnFailure = SiblingPolicy.Finish,
            Steps = [Work("a"), Undoable("b") with { Retry = Retries(3) }],
        });
        s.Start().Fail("a").Then("StepFailed a", "Stopping");
        s.Fail("b", permanent: false).Then("StepFailed(retry) b").After(1).Then("StepScheduled b");
        s.Succeed("b").Then("StepSucceeded b", "CompensationBegan", "UndoScheduled b");
    }

    [Fact]
    public void Compensation_runs_in_reverse_dependency_order_through_steps_that_need_none()
    {
        var s = new Scenario(Undoable("a"), Work("b", "a"), Undoable("c", "b"), Work("d", "c")).Start();
        s.Succeed("a").Succeed("b").Succeed("c");
        s.Fail("d").Then("StepFailed d", "Stopping", "CompensationBegan", "UndoScheduled c");
        s.Undone("c").Then("UndoSucceeded c", "UndoScheduled a");
        s.Undone("a").Then("UndoSucceeded a", "Failed");
    }

    [Fact]
    public void Compensation_does_not_give_up_on_an_outage()
    {
        var s = new Scenario(Undoable("a"), Work("b", "a")).Start().Succeed("a").Fail("b");
        for (var i = 0; i < 20; i++)
        {
            s.UndoFails("a", permanent: false).Then("UndoFailed(retry) a");
            s.After(30).Then("UndoScheduled a");
        }

        s.Undone("a").Then("UndoSucceeded a", "Failed");
    }

    [Fact]
    public void A_compensation_that_is_refused_is_shown_and_ends_the_invocation()
    {
        var s = new Scenario(Undoable("a"), Work("b", "a")).Start().Succeed("a").Fail("b");
        s.UndoFails("a", permanent: true).Then("UndoFailed a", "Failed");
        InvocationViews.Of(s.State, Noon).Steps[0].Status.ShouldBe(StepStatus.UndoFailed);
    }

    [Fact]
    public void Cancel_stops_what_runs_and_undoes_what_was_done() => new Scenario(Order).Start().Succeed("reserve")
        .Cancel().Then("Stopping", "StepCancelRequested charge")
        .Fail("charge", permanent: false, type: "cancelled")
        .Then("StepCancelled charge", "CompensationBegan", "UndoScheduled charge", "UndoScheduled reserve")
        .Undone("reserve").Undone("charge").Then("UndoSucceeded charge", "Cancelled").IsNow(InvocationStatus.Cancelled)
        .Cancel().ThenNothing();

    [Fact]
    public void While_paused_nothing_is_started_and_what_ends_is_recorded() => new Scenario(Order).Start()
        .Pause().Then("Paused").IsNow(InvocationStatus.Paused)
        .Succeed("reserve").Then("StepSucceeded reserve")
        .Resume().Then("Resumed", "StepScheduled notify")
        .Resume().ThenNothing();

    [Fact]
    public void A_retry_that_falls_due_in_a_pause_is_made_after_it() =>
        new Scenario(Work("a") with { Retry = Retries(3) }).Start()
            .Fail("a", permanent: false).Pause().After(5).ThenNothing()
            .Resume().Then("Resumed").After(0).Then("StepScheduled a");

    [Fact]
    public void A_deadline_fails_and_compensates()
    {
        var s = new Scenario(new StepMap
        {
            Process = "p",
            Deadline = TimeSpan.FromSeconds(10),
            Steps = [Undoable("a"), Work("b", "a")],
        });
        s.Start().Succeed("a").After(9.9).ThenNothing();
        s.After(0.1).Then("Stopping", "StepCancelRequested b");
        s.Fail("b", permanent: false, type: "cancelled").Undone("a").Then("UndoSucceeded a", "Failed");
        s.State.Failure!.Type.ShouldBe("deadline");
    }

    [Fact]
    public void A_failed_invocation_is_retried_from_the_failed_step()
    {
        var s = new Scenario(Work("a"), Work("b", "a")).Start().Succeed("a").Fail("b").IsNow(InvocationStatus.Failed);
        s.Retry().Then("Retried", "StepScheduled b").Succeed("b").Then("StepSucceeded b", "Completed");
        s.Retry().ThenNothing();
        s.Refusal!.Type.ShouldBe("conflict");
    }

    [Fact]
    public void A_retry_does_what_was_undone_anew_under_a_new_round()
    {
        var s = new Scenario(Order).Start().Succeed("reserve").Succeed("notify").Fail("charge").Undone("reserve");
        s.Retry().Then("Retried", "StepScheduled reserve", "StepScheduled charge");
        s.Find("reserve", -1).Round.ShouldBe(1);
        s.Find("charge", -1).Round.ShouldBe(1);
        s.Succeed("reserve").Succeed("charge").Succeed("label").IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void A_retry_of_a_step_with_an_unknown_outcome_keeps_its_round()
    {
        var s = new Scenario(Work("a")).Start().Fail("a", permanent: false).IsNow(InvocationStatus.Failed).Retry();
        s.Find("a", -1).Round.ShouldBe(0);
    }

    [Fact]
    public void A_late_result_of_an_attempt_before_a_retry_changes_nothing()
    {
        var s = RetriedOrder();
        s.Do(new InvocationCommand.Finish(Noon, 1, "reserve", 1, false, Payload.FromJson("1"), null)).ThenNothing();
        s.Find("reserve", -1).Attempts.ShouldBe(2);
        s.Succeed("reserve").Then("StepSucceeded reserve");
    }

    [Fact]
    public void A_late_outcome_of_an_undo_before_a_retry_is_not_that_of_the_undo_behind_it()
    {
        var s = RetriedOrder().Succeed("reserve").Fail("charge");
        s.Then("StepFailed charge", "Stopping", "CompensationBegan", "UndoScheduled reserve");
        s.Do(new InvocationCommand.Finish(Noon, 1, "reserve", 1, true, Payload.Null, null)).ThenNothing();
        s.Undone("reserve").Then("UndoSucceeded reserve", "Failed");
    }

    [Fact]
    public void A_retry_gives_a_step_all_its_attempts_and_all_its_time_again()
    {
        var s = new Scenario(Work("a") with
        {
            Retry = Retries(2), Timeout = new StepTimeouts(null, TimeSpan.FromMinutes(1)),
        });
        s.Start().Fail("a", permanent: false).After(1).Fail("a", permanent: false).IsNow(InvocationStatus.Failed);
        s.After(3600).Retry().Fail("a", permanent: false).Then("StepFailed(retry) a");
    }

    [Fact]
    public void A_deadline_stops_siblings_that_were_to_finish()
    {
        var s = new Scenario(new StepMap
        {
            Process = "p", Deadline = TimeSpan.FromSeconds(10), OnFailure = SiblingPolicy.Finish,
            Steps = [Work("a"), new Step { Name = "w", Action = new StepAction.Wait("never") }],
        });
        s.Start().Succeed("a").After(10).Then("Stopping", "StepCancelled w", "CompensationBegan", "Failed");
    }

    [Fact]
    public void Siblings_that_finish_behind_a_failure_can_still_be_cancelled_and_run_out_of_time()
    {
        StepMap map = new()
        {
            Process = "p", Deadline = TimeSpan.FromSeconds(10), OnFailure = SiblingPolicy.Finish,
            Steps = [Work("a"), new Step { Name = "w", Action = new StepAction.Wait("never") }],
        };
        var cancelled = new Scenario(map).Start().Fail("a").Then("StepFailed a", "Stopping");
        cancelled.Cancel().Then("Stopping", "StepCancelled w", "CompensationBegan", "Cancelled");
        cancelled.State.Failure!.Cause!.Type.ShouldBe("broken");
        var late = new Scenario(map).Start().Fail("a").After(10);
        late.Then("Stopping", "StepCancelled w", "CompensationBegan", "Failed");
        late.State.Failure!.Type.ShouldBe("deadline");
    }

    [Fact]
    public void Replace_cancels_and_compensates_before_the_next_run_starts()
    {
        var s = new Scenario(Order).Start().Succeed("reserve");
        s.Start("""{"n":2}""", StartPolicy.Replace, "other", "a")
            .Then("ReplacementQueued", "Stopping", "StepCancelRequested charge");
        s.Start("""{"n":2}""", StartPolicy.Replace, "other", "a").ThenNothing();
        s.Fail("charge").Undone("reserve");
        s.Then("UndoSucceeded reserve", "Cancelled", "Started", "StepScheduled reserve", "StepScheduled charge");
        s.State.Run.ShouldBe(2);
        s.Do(new InvocationCommand.Finish(Noon, 1, "charge", 1, false, Payload.Null, null)).ThenNothing();
    }

    [Fact]
    public void Replace_of_one_that_has_ended_starts_at_once() => new Scenario(Work("a")).Start().Succeed("a")
        .Start(policy: StartPolicy.Replace, correlation: "other").Then("Started", "StepScheduled a");

    private static Scenario RetriedOrder() => new Scenario(Order).Start().Succeed("reserve").Succeed("notify")
        .Fail("charge").Undone("reserve").Retry();
}
