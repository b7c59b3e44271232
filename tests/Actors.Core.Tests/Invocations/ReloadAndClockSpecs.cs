using Actors.Definitions;

namespace Actors.Core.Tests.Invocations;

/// <summary>What the simulation found in the order of events, as small as it gets.</summary>
public sealed class ReloadAndClockSpecs
{
    [Fact]
    public void An_invocation_that_was_paused_while_it_compensated_ends_although_its_silo_went_away_meanwhile() =>
        new Scenario(Scenario.Undoable("a"), Scenario.Undoable("b"), Scenario.Work("c", "a", "b"))
            .Start().Succeed("a").Succeed("b").Fail("c")
            .Pause().Reload()
            .Undone("a").Undone("b")
            .Resume().Then("Resumed", "Failed")
            .IsNow(InvocationStatus.Failed);

    [Fact]
    public void A_delay_that_was_begun_anew_while_the_clock_stood_behind_the_start_ends_once() =>
        new Scenario(new Step { Name = "a", Action = new StepAction.Delay("2s") })
            .Start().After(-60)
            .Cancel().IsNow(InvocationStatus.Cancelled)
            .Retry().IsNow(InvocationStatus.Waiting)
            .After(63).Then("StepSucceeded a", "Completed");
}
