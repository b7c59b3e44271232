using Actors.Core.Invocations;
using Actors.Definitions;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

/// <summary>What a person's retry does again, and under which keys.</summary>
public sealed class RetrySpecs
{
    private static readonly Step Child = new() { Name = "x", Action = new StepAction.Child("kid", null) };

    private static Step ListedItems(params string[] after) =>
        Work("work", after) with { Each = new Each("$.steps.list.result", null) };

    [Fact]
    public void A_map_over_what_is_done_again_begins_anew_behind_it()
    {
        var s = new Scenario(Undoable("list"), ListedItems("list")).Start().Succeed("list", "[1,2,3]");
        s.Succeed("work", item: 0).Fail("work", item: 1).Fail("work", item: 2).Undone("list")
            .IsNow(InvocationStatus.Failed);

        s.Retry().Then("Retried", "StepScheduled list");
        s.Succeed("list", "[7,8]")
            .Then("StepSucceeded list", "StepExpanded work", "StepScheduled work[0]", "StepScheduled work[1]");

        InvocationDocument.InputOf(s.State, s.State.Process.Steps[1], 0).ToString().ShouldBe("7");
        var item = s.Find("work", 0);
        (item.Attempts, item.AttemptsBefore, item.Round).ShouldBe((2, 1, 1));
        s.Reload().Succeed("work", item: 0).Succeed("work", item: 1).IsNow(InvocationStatus.Completed);
    }

    [Theory]
    [InlineData("$.input[?@ > $.steps.list.result]", true)]
    [InlineData("$.steps.list['result']", true)]
    [InlineData("$.input[?@ > 0]", false)]
    [InlineData("$.input['steps', 0, 1]", false)]
    public void A_map_begins_anew_if_any_part_of_its_path_looks_at_steps(string path, bool anew)
    {
        var result = path.StartsWith("$.steps", StringComparison.Ordinal) ? "[1,2]" : "0";
        var s = new Scenario(Undoable("list"), Work("work", "list") with { Each = new Each(path, null) })
            .Start("[1,2]").Succeed("list", result);
        s.Succeed("work", item: 0).Fail("work", item: 1).Undone("list").Retry();
        (s.Find("work", -1).Map is null).ShouldBe(anew);
    }

    [Fact]
    public void A_late_outcome_of_an_item_from_before_a_retry_is_known_as_late()
    {
        var s = new Scenario(Undoable("list"), ListedItems("list")).Start().Succeed("list", "[1]");
        s.Fail("work", item: 0).Undone("list").Retry().Succeed("list", "[2]");
        var late = new InvocationCommand.Finish(
            Noon, 1, new StepRef("work", 0), 1, false, Payload.FromJson("1"), null);
        s.Do(late).ThenNothing();
    }

    [Fact]
    public void A_map_keeps_its_items_where_what_it_depends_on_stays()
    {
        var s = new Scenario(Work("list"), ListedItems("list")).Start().Succeed("list", "[1,2]");
        s.Succeed("work", item: 0).Fail("work", item: 1).Retry().Then("Retried", "StepScheduled work[1]");
        s.Succeed("work", item: 1).IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void A_map_over_the_input_keeps_its_items_also_behind_what_is_done_again()
    {
        var work = Work("work", "login") with
        {
            Each = new Each("$.input", null), Input = new Template("\"{$.item} as {$.steps.login.result}\""),
        };
        var s = new Scenario(Undoable("login"), work).Start("[1,2]").Succeed("login", "\"a\"");
        s.Succeed("work", item: 0).Fail("work", item: 1).Undone("login");
        s.Retry().Then("Retried", "StepScheduled login").Reload();
        s.Succeed("login", "\"b\"").Then("StepSucceeded login", "StepExpanded work", "StepScheduled work[1]").Reload();
        InvocationDocument.InputOf(s.State, s.State.Process.Steps[1], 1).ToString().ShouldBe("\"2 as b\"");
        s.Succeed("work", item: 1).IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void A_map_that_waits_for_what_is_done_again_keeps_its_items_while_that_fails_and_ends()
    {
        var work = Undoable("work", "login") with { Each = new Each("$.input", null) };
        var s = new Scenario(Undoable("login"), work).Start("[1,2]").Succeed("login");
        s.Succeed("work", item: 0).Fail("work", item: 1).UndoFails("work", permanent: true, item: 0).Undone("login");
        s.Retry().Fail("login").Then("StepFailed login", "Stopping", "CompensationBegan", "UndoScheduled work[0]");
        s.Reload();
        s.Undone("work", item: 0).IsNow(InvocationStatus.Failed);
        InvocationViews.Of(s.State, Noon).Steps.Single(step => step.Name == "work").Status.ShouldBe(StepStatus.Undone);
        s.Retry().Then("Retried", "StepScheduled login").Succeed("login").Then(
            "StepSucceeded login", "StepExpanded work", "StepScheduled work[0]", "StepScheduled work[1]").Reload();
        s.Succeed("work", item: 0).Succeed("work", item: 1).IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void A_map_that_waits_for_what_is_done_again_waits_also_after_that_was_cancelled()
    {
        var work = Work("work", "login") with { Each = new Each("$.input", null) };
        var s = new Scenario(Undoable("login"), work).Start("[1,2]").Succeed("login");
        s.Succeed("work", item: 0).Fail("work", item: 1).Undone("login");
        s.Retry().Then("Retried", "StepScheduled login").Cancel().Fail("login", permanent: false).Undone("login");
        s.IsNow(InvocationStatus.Cancelled).Reload().Retry().Then("Retried", "StepScheduled login");
        s.Succeed("login").Then("StepSucceeded login", "StepExpanded work", "StepScheduled work[1]").Reload();
        s.Succeed("work", item: 1).IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void A_join_does_not_wait_for_a_map_that_waits_for_what_is_done_again()
    {
        var s = new Scenario(
            Undoable("login"), Work("work", "login") with { Each = new Each("$.input", null) }, Undoable("b"),
            Undoable("c", "work", "b") with { Join = JoinPolicy.Any.Instance }).Start("[1,2]").Succeed("login");
        s.Succeed("b").Then(
            "StepSucceeded b", "StepScheduled c", "StepCancelRequested work[0]", "StepCancelRequested work[1]");
        s.Succeed("work", item: 0).Fail("c").Fail("work", item: 1, permanent: false).Undone("b").Undone("login");
        s.IsNow(InvocationStatus.Failed).Retry().Then("Retried", "StepScheduled login", "StepScheduled b");
        s.Succeed("b").Then("StepSucceeded b", "StepScheduled c", "StepCancelled work").Succeed("c").Succeed("login");
        s.IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void A_map_behind_steps_that_are_done_again_waits_for_them()
    {
        var s = new Scenario(Undoable("list"), Undoable("between", "list"), ListedItems("between", "list")).Start();
        s.Succeed("list", "[1]").Succeed("between").Fail("work", item: 0).Undone("between").Undone("list");
        s.Retry().Then("Retried", "StepScheduled list");
        s.Succeed("list", "[]").Then("StepSucceeded list", "StepScheduled between");
        s.Succeed("between").Then("StepSucceeded between", "StepExpanded work", "StepSucceeded work", "Completed");
    }

    [Fact]
    public void A_child_that_was_cancelled_with_its_parent_is_started_anew()
    {
        var s = new Scenario(Child, Work("y")).Start();
        var first = ChildOf(s);
        s.Fail("y").Then("StepFailed y", "Stopping", "StepCancelRequested x").Fail("x");

        s.Retry().Then("Retried", "StepScheduled x", "StepScheduled y");

        ChildOf(s).Id.ShouldBe(first.Id + "@1");
    }

    [Fact]
    public void Children_of_different_parents_differ()
    {
        static InvocationId Of(string process, string id) => ChildOf(
            new Scenario(new StepMap { Process = process, Steps = [Child] }, new InvocationId(process, id)).Start());

        Of("order", "4711").ToString().ShouldBe("kid/order~4711~1~x");
        Of("refund", "4711").ToString().ShouldBe("kid/refund~4711~1~x");
        Of("order", new string('i', 250)).Id.ShouldStartWith("sha256-");
        Of("order", new string('i', 250)).ShouldNotBe(Of("refund", new string('i', 250)));
    }

    [Fact]
    public void What_a_join_went_on_without_stays_away()
    {
        var s = new Scenario(
            Work("a"),
            Undoable("b"),
            Work("c", "a", "b") with { Join = JoinPolicy.Any.Instance },
            Work("d", "c")).Start();
        s.Succeed("a").Succeed("b").Undone("b").Succeed("c").Fail("d").IsNow(InvocationStatus.Failed);
        s.Retry().Then("Retried", "StepScheduled d").Succeed("d").IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void What_a_join_went_on_without_is_run_again_with_the_join()
    {
        var s = new Scenario(
            Work("a"),
            Work("b"),
            Undoable("c", "a", "b") with { Join = JoinPolicy.Any.Instance },
            Work("d", "c")).Start();
        s.Succeed("a").Fail("b", permanent: false).Succeed("c").Fail("d").Undone("c").IsNow(InvocationStatus.Failed);
        s.Retry().Then("Retried", "StepScheduled b", "StepScheduled c", "StepCancelRequested b");
    }

    [Fact]
    public void What_a_step_has_needed_is_done_again_though_a_join_goes_on_without_it()
    {
        var s = new Scenario(
            Undoable("a") with { Each = new Each("$.input", null) },
            Work("b", "a"),
            Undoable("c", "a", "b") with { Join = JoinPolicy.Any.Instance },
            Work("d", "b")).Start("[1]");
        s.Succeed("a", item: 0).Succeed("b").Succeed("c").Fail("d").Undone("c").Undone("a", item: 0);
        s.Retry().Then("Retried", "StepScheduled a[0]", "StepScheduled c", "StepScheduled d");
        s.Succeed("a", item: 0).Then("StepSucceeded a[0]", "StepSucceeded a").Succeed("c").Succeed("d");
        s.IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void Items_that_a_join_went_on_with_are_done_again_if_they_were_undone_and_the_others_stay_away()
    {
        var s = new Scenario(
            Undoable("m") with { Each = new Each("$.input", null) },
            Work("j", "m") with { Join = new JoinPolicy.Quorum(1) },
            Work("f", "j")).Start("[1,2]");
        s.Succeed("m", item: 0).Fail("m", permanent: false, item: 1).Undone("m", item: 1).Succeed("j").Fail("f");
        s.Undone("m", item: 0).IsNow(InvocationStatus.Failed).Reload();
        s.Retry().Then("Retried", "StepScheduled m[0]", "StepScheduled f").Reload();
        s.Succeed("m", item: 0).Then("StepSucceeded m[0]", "StepFailed m").Succeed("f");
        s.IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void What_a_map_has_needed_is_done_again_before_it_after_that_was_cancelled()
    {
        var b = Undoable("b", "a") with { Each = new Each("$.input", null) };
        var s = new Scenario(Undoable("a"), b, Work("c", "b")).Start("[1]");
        s.Succeed("a").Succeed("b", item: 0).Fail("c").UndoFails("b", permanent: true, item: 0).Undone("a");
        s.Retry().Then("Retried", "StepScheduled a", "StepScheduled c").Cancel().Succeed("c");
        s.Fail("a", permanent: false).Undone("b", item: 0).Undone("a").IsNow(InvocationStatus.Cancelled);
        s.Retry().Then("Retried", "StepScheduled a");
    }

    [Fact]
    public void An_undo_that_was_refused_is_asked_for_under_a_new_key()
    {
        var s = new Scenario(Undoable("a"), Work("b", "a")).Start().Succeed("a").Fail("b");
        s.UndoFails("a", permanent: true).IsNow(InvocationStatus.Failed);
        s.Retry().Fail("b").Then("StepFailed b", "Stopping", "CompensationBegan", "UndoScheduled a");
        s.Find("a", -1).UndoRound.ShouldBe(1);
        s.Find("a", -1).Round.ShouldBe(0);
    }

    [Fact]
    public void A_signal_that_nobody_took_before_a_failure_is_taken_after_it()
    {
        var wait = new Step { Name = "w", After = ["a"], Action = new StepAction.Wait("go") };
        var s = new Scenario(Work("a"), wait).Start();
        s.Signal("go", "1", "42").Fail("a").IsNow(InvocationStatus.Failed);
        s.Retry().Succeed("a").Then("StepSucceeded a", "StepScheduled w", "SignalTaken w", "Completed");
        s.Find("w", -1).Result.ToString().ShouldBe("42");
    }

    private static InvocationId ChildOf(Scenario s) =>
        ChildIds.Of(s.State, s.State.Process.Steps[0], s.State.Steps[0], "x");
}
