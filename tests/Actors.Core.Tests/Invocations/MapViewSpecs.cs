using Actors.Core.Invocations;
using Actors.Definitions;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

/// <summary>What a view tells of a mapped step as a whole: what is true of its items.</summary>
public sealed class MapViewSpecs
{
    private static Step Mapped(string name) => Work(name) with { Each = new Each("$.input.items", null) };

    private static Step Undoing(string name) => Mapped(name) with { Undo = new StepAction.Handler("undo") };

    private static Scenario Start(params Step[] steps) => new Scenario(steps).Start("""{"items":[1,2,3]}""");

    [Fact]
    public void A_map_whose_items_were_undone_is_undone()
    {
        var s = Start(Undoing("m"), Work("b", "m")).Succeed("m", item: 0).Succeed("m", item: 1).Succeed("m", item: 2);
        s.Fail("b").Undone("m", 1);
        View(s).Status.ShouldBe(StepStatus.Undoing);
        s.Undone("m", 0).Undone("m", 2).IsNow(InvocationStatus.Failed);
        View(s).Status.ShouldBe(StepStatus.Undone);
    }

    [Fact]
    public void A_map_of_which_an_undo_failed_says_so_and_why()
    {
        var s = Start(Undoing("m"), Work("b", "m")).Succeed("m", item: 0).Succeed("m", item: 1).Succeed("m", item: 2);
        s.Fail("b").Undone("m", 1).Undone("m", 2);
        s.Do(new InvocationCommand.Finish(
            Noon, 1, new StepRef("m", 0), 1, true, null, Failure.Permanent("lost", "the undo was refused")));
        s.IsNow(InvocationStatus.Failed);
        View(s).Status.ShouldBe(StepStatus.UndoFailed);
        View(s).Failure!.Message.ShouldBe("the undo was refused");
    }

    [Fact]
    public void A_map_of_which_an_item_failed_is_failed_although_the_others_were_undone()
    {
        var s = Start(Undoing("m")).Succeed("m", item: 0).Fail("m", item: 1).Fail("m", permanent: false, item: 2);
        s.Undone("m", 0);
        View(s).Status.ShouldBe(StepStatus.Undoing);
        s.Undone("m", 2).IsNow(InvocationStatus.Failed);
        View(s).Status.ShouldBe(StepStatus.Failed);
        View(s).Failure!.Message.ShouldBe("no");
    }

    [Fact]
    public void A_map_whose_items_were_only_cancelled_is_cancelled()
    {
        var s = Start(Mapped("m"), Work("b")).Succeed("m", item: 0).Fail("b");
        s.Fail("m", permanent: false, item: 1).Fail("m", permanent: false, item: 2).IsNow(InvocationStatus.Failed);
        View(s).Status.ShouldBe(StepStatus.Cancelled);
    }

    [Fact]
    public void A_map_that_a_join_went_on_without_is_cancelled()
    {
        var s = Start(Mapped("m"), Work("j", "m") with { Join = new JoinPolicy.Quorum(2) });
        s.Succeed("m", item: 0).Succeed("m", item: 1).Fail("m", permanent: false, item: 2);
        s.Succeed("j").IsNow(InvocationStatus.Completed);
        View(s).Status.ShouldBe(StepStatus.Cancelled);
        View(s).Failure!.Message.ShouldBe("1 of 3 items was cancelled");
    }

    [Fact]
    public void What_a_join_had_undone_leaves_the_items_that_stand()
    {
        var s = Start(Undoing("m"), Work("j", "m") with { Join = new JoinPolicy.Quorum(2) });
        s.Succeed("m", item: 0).Succeed("m", item: 1).Fail("m", permanent: false, item: 2).Undone("m", 2);
        s.Succeed("j").IsNow(InvocationStatus.Completed);
        View(s).Status.ShouldBe(StepStatus.Cancelled);
    }

    [Fact]
    public void A_map_that_was_stopped_half_way_has_its_attempts_and_its_time()
    {
        var map = Mapped("m") with { Each = new Each("$.input.items", 2), Retry = Retries(5) };
        var s = Start(map, Work("b")).After(1).Fail("m", permanent: false, item: 0).After(1);
        s.After(2).Fail("b").Fail("m", permanent: false, item: 0).After(3).Fail("m", permanent: false, item: 1);
        s.IsNow(InvocationStatus.Failed);
        var view = View(s);
        (view.Status, view.Attempts, view.DurationMs).ShouldBe((StepStatus.Cancelled, 2, 7_000));
        view.EndedAt.ShouldBe(Noon.AddSeconds(7));
    }

    [Fact]
    public void A_map_has_as_many_attempts_as_the_item_with_the_most()
    {
        var s = Start(Mapped("m") with { Retry = Retries(5) }).Fail("m", permanent: false, item: 1).After(1);
        View(s).Attempts.ShouldBe(2);
        s.Succeed("m", item: 0).Succeed("m", item: 1).Succeed("m", item: 2).IsNow(InvocationStatus.Completed);
        View(s).Attempts.ShouldBe(2);
    }

    [Fact]
    public void The_failure_of_a_map_counts_what_failed_and_what_was_cancelled_apart()
    {
        var s = Start(Mapped("m"), Work("j", "m") with { Join = new JoinPolicy.Any() });
        s.Fail("m", item: 0).Succeed("m", item: 1).Fail("m", permanent: false, item: 2);
        View(s).Failure!.Message.ShouldBe("1 of 3 items failed, 1 was cancelled");
    }

    [Theory]
    [InlineData(3, StepStatus.Succeeded)]
    [InlineData(2, StepStatus.Cancelled)]
    public void A_detached_map_goes_no_further_than_its_running_items_once_the_invocation_has_failed(
        int parallel, StepStatus ends)
    {
        var s = Start(Mapped("m") with { Detached = true, Each = new Each("$.input.items", parallel) }, Work("b"));
        s.Fail("b").IsNow(InvocationStatus.Failed);
        View(s).Status.ShouldBe(StepStatus.Running);
        for (var i = 0; i < parallel; i++) s.After(1).Succeed("m", item: i);
        (View(s).Status, View(s).DurationMs).ShouldBe((ends, parallel * 1_000));
    }

    [Fact]
    public void The_counts_tell_what_succeeded_failed_was_cancelled_and_undone()
    {
        var s = Start(Undoing("m")).Succeed("m", item: 0).Fail("m", item: 1).Fail("m", permanent: false, item: 2);
        View(s).Items.ShouldBe(new ItemCounts(3, 1, 2) { Cancelled = 1 });
        s.Undone("m", 0).Undone("m", 2);
        View(s).Items.ShouldBe(new ItemCounts(3, 1, 2) { Cancelled = 1, Undone = 2 });
    }

    private static StepView View(Scenario s) => InvocationViews.Of(s.State, Noon).Steps[0];
}
