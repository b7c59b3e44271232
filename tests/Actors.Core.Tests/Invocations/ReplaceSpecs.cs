using Actors.Core.Invocations;
using Actors.Definitions;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

/// <summary>A start that replaces the run that is there.</summary>
public sealed class ReplaceSpecs
{
    private static Scenario Waiting() =>
        new Scenario(Undoable("a"), new Step { Name = "w", After = ["a"], Action = new StepAction.Wait("go") })
            .Start().Succeed("a");

    [Fact]
    public void It_replaces_under_the_same_correlation_id_too()
    {
        var s = Waiting().Start(policy: StartPolicy.Replace);
        s.Then("ReplacementQueued", "Stopping", "StepCancelled w", "CompensationBegan", "UndoScheduled a");
    }

    [Fact]
    public void A_repeat_is_known_by_its_name_before_and_after_its_run_began()
    {
        var s = Waiting().Start(policy: StartPolicy.Replace, id: "r");
        s.Start(policy: StartPolicy.Replace, id: "r").ThenNothing();
        s.Undone("a").Then("UndoSucceeded a", "Cancelled", "Started", "StepScheduled a");
        s.Start(policy: StartPolicy.Replace, id: "r").ThenNothing();
        s.Start(policy: StartPolicy.Replace, id: "other")
            .Then("ReplacementQueued", "Stopping", "StepCancelRequested a");
        s.Start(policy: StartPolicy.Replace, id: "r").ThenNothing();
    }

    [Fact]
    public void A_repeat_of_the_first_start_replaces_nothing()
    {
        var s = new Scenario(Work("a")).Start(policy: StartPolicy.Replace, id: "r").Then("Started", "StepScheduled a");
        s.Start(policy: StartPolicy.Replace, id: "r").ThenNothing();
    }

    [Fact]
    public void A_signal_behind_it_is_for_the_new_run()
    {
        var s = Waiting().Start(policy: StartPolicy.Replace).Signal("go", "1", "7").Then("SignalReceived");
        s.Signal("go", "1", "7").ThenNothing();
        s.Undone("a").Succeed("a").Then("StepSucceeded a", "StepScheduled w", "SignalTaken w", "Completed");
        s.Find("w", -1).Result.ToString().ShouldBe("7");
    }

    [Fact]
    public void Signals_behind_it_are_bounded()
    {
        var s = Waiting().Start(policy: StartPolicy.Replace);
        for (var i = 0; i < InvocationState.SignalsMax; i++) s.Signal("go").Refusal.ShouldBeNull();
        s.Signal("go").Refusal!.Type.ShouldBe("overloaded");
    }

    [Fact]
    public void A_cancel_behind_it_cancels_it()
    {
        var s = Waiting().Start(policy: StartPolicy.Replace).Cancel().Then("ReplacementCancelled");
        s.Undone("a").Then("UndoSucceeded a", "Cancelled").IsNow(InvocationStatus.Cancelled);
        s.State.Run.ShouldBe(1);
        s.State.Failure!.Message.ShouldBe("cancelled on request");
    }
}
