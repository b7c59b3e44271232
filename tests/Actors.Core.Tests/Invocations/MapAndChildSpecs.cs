using Actors.Core.Invocations;
using Actors.Definitions;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

public sealed class MapAndChildSpecs
{
    private static Step Mapped(string name, int? parallel = null, params string[] after) =>
        Work(name, after) with { Each = new Each("$.input.items", parallel) };

    [Fact]
    public void A_map_runs_once_per_element_and_collects_the_results_in_order()
    {
        var s = new Scenario(Mapped("m"), Work("end", "m")).Start("""{"items":[1,2,3]}""");
        s.Then("Started", "StepExpanded m", "StepScheduled m[0]", "StepScheduled m[1]", "StepScheduled m[2]");
        s.Succeed("m", "\"c\"", 2).Succeed("m", "\"a\"", 0).Succeed("m", "\"b\"", 1);
        s.Then("StepSucceeded m[1]", "StepSucceeded m", "StepScheduled end");
        s.Find("m", -1).Result.ToString().ShouldBe("""["a","b","c"]""");
    }

    [Fact]
    public void A_map_keeps_its_concurrency_limit() => new Scenario(Mapped("m", 2)).Start("""{"items":[1,2,3]}""")
        .Then("Started", "StepExpanded m", "StepScheduled m[0]", "StepScheduled m[1]")
        .Succeed("m", item: 0).Then("StepSucceeded m[0]", "StepScheduled m[2]");

    [Fact]
    public void A_map_over_nothing_succeeds_with_an_empty_array()
    {
        var s = new Scenario(Mapped("m")).Start("""{"items":[]}""");
        s.Then("Started", "StepExpanded m", "StepSucceeded m", "Completed");
        s.Find("m", -1).Result.ToString().ShouldBe("[]");
    }

    [Fact]
    public void A_map_over_something_else_fails_for_good()
    {
        var s = new Scenario(Mapped("m")).Start("""{"items":5}""");
        s.Then("Started", "StepFailed m", "Stopping", "CompensationBegan", "Failed");
        s.State.Failure!.Type.ShouldBe("mapping");
    }

    [Fact]
    public void An_item_that_fails_for_good_stops_the_others_and_what_is_done_is_undone_item_by_item()
    {
        var s = new Scenario(Mapped("m") with { Undo = new StepAction.Handler("u") }).Start("""{"items":[1,2,3]}""");
        s.Succeed("m", item: 0);
        s.Fail("m", item: 1).Then("StepFailed m[1]", "Stopping", "StepCancelRequested m[2]");
        s.Fail("m", permanent: false, item: 2)
            .Then("StepCancelled m[2]", "CompensationBegan", "UndoScheduled m[0]", "UndoScheduled m[2]");
        s.Undone("m", 0).Undone("m", 2).Then("UndoSucceeded m[2]", "Failed");
    }

    [Fact]
    public void A_quorum_over_one_map_counts_its_items()
    {
        var join = Work("j", "m") with { Join = new JoinPolicy.Quorum(2) };
        var s = new Scenario(Mapped("m"), join).Start("""{"items":[1,2,3]}""");
        s.Fail("m", item: 0).Then("StepFailed m[0]").Succeed("m", item: 1);
        s.Succeed("m", item: 2).Then("StepSucceeded m[2]", "StepFailed m", "StepScheduled j");
        s.Succeed("j").IsNow(InvocationStatus.Completed);
    }

    [Fact]
    public void A_join_over_a_map_waits_until_it_is_known_how_many_items_there_are()
    {
        var s = new Scenario(
            Work("first"), Mapped("m") with { After = ["first"] },
            Work("j", "m") with { Join = new JoinPolicy.Quorum(2) });
        s.Start("""{"items":[1,2,3]}""").Fail("first").IsNow(InvocationStatus.Failed);
        s.Retry().Then("Retried", "StepScheduled first").Succeed("first");
        s.Succeed("m", item: 0).Succeed("m", item: 1);
        s.Then("StepSucceeded m[1]", "StepScheduled j", "StepCancelRequested m[2]");
    }

    [Fact]
    public void A_retry_of_a_map_runs_only_the_items_that_have_no_result()
    {
        var s = new Scenario(Mapped("m")).Start("""{"items":[1,2]}""");
        s.Succeed("m", item: 0).Fail("m", item: 1).IsNow(InvocationStatus.Failed);
        s.Retry().Then("Retried", "StepScheduled m[1]");
        s.Succeed("m", item: 1).Then("StepSucceeded m[1]", "StepSucceeded m", "Completed");
    }

    [Fact]
    public void A_fan_out_of_thousands_is_one_append()
    {
        var items = string.Join(',', Enumerable.Range(0, 2000));
        new Scenario(Mapped("m")).Start($$"""{"items":[{{items}}]}""").Last.Count.ShouldBe(2002);
    }

    [Fact]
    public void A_child_is_waited_for_and_its_failure_is_not_retried()
    {
        var child = new Step { Name = "c", Action = new StepAction.Child("other", null) };
        var s = new Scenario(child).Start().IsNow(InvocationStatus.Waiting);
        s.State.NeedsResume.ShouldBeTrue();
        s.Fail("c", permanent: false).Then("StepFailed c", "Stopping", "CompensationBegan", "Failed");
        s.State.NeedsResume.ShouldBeFalse();
    }

    [Fact]
    public void The_end_of_a_child_that_does_not_end_in_time_is_awaited_before_anything_is_undone()
    {
        var child = new Step
        {
            Name = "c",
            After = ["a"],
            Action = new StepAction.Child("other", null),
            Timeout = new StepTimeouts(null, TimeSpan.FromSeconds(1)),
        };
        var s = new Scenario(Undoable("a"), child).Start().Succeed("a").After(1).Then("StepCancelRequested c");
        s.Reload().After(1).ThenNothing();
        s.Fail("c").Then("StepFailed c", "Stopping", "CompensationBegan", "UndoScheduled a");
        (s.State.Failure!.Type, s.State.Failure.Cause!.Type).ShouldBe(("timeout", "broken"));
    }

    [Fact]
    public void A_child_that_ends_well_behind_its_time_counts()
    {
        var child = new Step
        {
            Name = "c", Action = new StepAction.Child("other", null), Undo = new StepAction.Handler("u"),
            Timeout = new StepTimeouts(null, TimeSpan.FromSeconds(1)),
        };
        var s = new Scenario(child).Start().After(1).Then("StepCancelRequested c");
        s.Succeed("c").Then("StepSucceeded c", "Completed");
    }

    [Fact]
    public void A_cancelled_child_is_awaited() =>
        new Scenario(new Step { Name = "c", Action = new StepAction.Child("other", null) }).Start()
            .Cancel().Then("Stopping", "StepCancelRequested c")
            .Fail("c").Then("StepCancelled c", "CompensationBegan", "Cancelled");

    [Fact]
    public void A_silent_child_is_asked_after_at_growing_pauses_even_in_a_pause()
    {
        var s = new Scenario(new Step { Name = "c", Action = new StepAction.Child("other", null) }).Start();
        s.After(29).ThenNothing().After(1).Then("ChildrenAsked").After(59).ThenNothing().After(1).Then("ChildrenAsked");
        s.State.NextDue().ShouldBe(Scenario.Noon.AddSeconds(30 + 60 + 120));
        s.Pause().After(120).Then("ChildrenAsked");
        for (var i = 0; i < 10; i++) s.After(3_600).Then("ChildrenAsked");
        s.Resume().Succeed("c").Then("StepSucceeded c", "Completed");
        s.State.NextDue().ShouldBeNull();
        s.After(100_000).ThenNothing();
    }

    [Fact]
    public void A_delay_is_durable_and_never_early() =>
        new Scenario(new Step { Name = "d", Action = new StepAction.Delay("10s") }).Start()
            .IsNow(InvocationStatus.Waiting).After(9.999).ThenNothing()
            .After(0.001).Then("StepSucceeded d", "Completed");
}

public sealed class PipelineSpecs
{
    private static StepMap Pipeline(params Step[] stages) => new()
    {
        Process = "p", Model = ProcessModel.Pipeline, Pipeline = new PipelineOptions(), Steps = [.. stages],
    };

    [Fact]
    public void Stages_run_one_after_the_other_each_on_the_result_of_the_one_before()
    {
        var s = new Scenario(Pipeline(Work("a"), Work("b"))).Start("""{"n":0}""").Then("Started", "StepScheduled a");
        s.Succeed("a", """{"n":1}""").Then("StepSucceeded a", "StepScheduled b");
        InvocationDocument.InputOf(s.State, s.State.Process.Steps[1], -1).ToString().ShouldBe("""{"n":1}""");
        s.Succeed("b", """{"n":2}""").Then("StepSucceeded b", "Completed");
        s.State.Output.ToString().ShouldBe("""{"n":2}""");
    }

    [Fact]
    public void Pure_stages_that_ran_in_one_go_are_one_checkpoint()
    {
        var s = new Scenario(Pipeline(
            Work("a") with { Pure = true }, Work("b") with { Pure = true }, Work("c") with { Pure = true })).Start();
        s.Do(new InvocationCommand.Finish(Noon, 1, "a", 1, false, Payload.FromJson("3"), null)
        {
            StageResults = [Payload.FromJson("1"), Payload.FromJson("2")],
        });
        s.Then("StepSucceeded a", "StepSucceeded b", "StepSucceeded c", "Completed");
    }

    [Fact]
    public void A_run_of_pure_stages_that_fails_goes_on_from_the_stage_that_failed()
    {
        var s = new Scenario(Pipeline(
            Work("a") with { Pure = true }, Work("b") with { Pure = true, Retry = Retries(2) })).Start();
        s.Do(new InvocationCommand.Finish(Noon, 1, "a", 1, false, null, Failure.Transient("x", "y"))
        {
            StageResults = [Payload.FromJson("1")],
        });
        s.Then("StepSucceeded a", "StepFailed(retry) b").After(1).Then("StepScheduled b");
        s.Succeed("b").Then("StepSucceeded b", "Completed");
    }

    [Fact]
    public void Each_stage_counts_its_own_attempts()
    {
        var s = new Scenario(Pipeline(
            Work("a") with { Pure = true, Retry = Retries(3) },
            Work("b") with { Pure = true, Retry = Retries(2) })).Start();
        s.Fail("a", permanent: false).Then("StepFailed(retry) a").After(1).Then("StepScheduled a");

        s.Do(Go(attempt: 2, Failure.Transient("x", "y"), "1")).Then("StepSucceeded a", "StepFailed(retry) b");
        (s.Find("a", -1).Attempts, s.Find("b", -1).Attempts, s.Find("b", -1).Failure!.Attempt).ShouldBe((2, 1, 1));
        s.After(1).Then("StepScheduled b").Fail("b", permanent: false)
            .Then("StepFailed b", "Stopping", "CompensationBegan", "Failed");
        s.Find("b", -1).Attempts.ShouldBe(2);

        s.Retry().Then("Retried", "StepScheduled b").Succeed("b").Then("StepSucceeded b", "Completed");
        s.Find("b", -1).Attempts.ShouldBe(3);
    }

    [Fact]
    public void A_stage_that_failed_for_good_without_being_scheduled_counts_on()
    {
        var s = new Scenario(Pipeline(Work("a") with { Pure = true }, Work("b") with { Pure = true })).Start();
        s.Do(Go(attempt: 1, Failure.Permanent("x", "y"), "1"))
            .Then("StepSucceeded a", "StepFailed b", "Stopping", "CompensationBegan", "Failed");

        s.Retry().Then("Retried", "StepScheduled b");
        s.Find("b", -1).Attempts.ShouldBe(2);
    }

    private static InvocationCommand.Finish Go(int attempt, Failure failure, params string[] stages) =>
        new(Noon, 1, "a", attempt, false, null, failure) { StageResults = [.. stages.Select(Payload.FromJson)] };
}
