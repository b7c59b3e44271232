using System.Text.Json;
using Actors.Core.Invocations;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

/// <summary>Steps that failed for good although their effect may have happened.</summary>
public sealed class HappenedSpecs
{
    private static readonly Failure AfterTheEffect =
        Failure.Permanent("response-too-large", "answered 200 with too much") with { MayHaveHappened = true };

    [Fact]
    public void It_is_undone_and_not_retried()
    {
        var s = new Scenario(Undoable("charge") with { Retry = Retries(3) }).Start();
        Fail(s, "charge").Then("StepFailed charge", "Stopping", "CompensationBegan", "UndoScheduled charge");
        s.Undone("charge").Then("UndoSucceeded charge", "Failed");
    }

    [Fact]
    public void It_is_undone_too_when_its_sibling_had_failed_before()
    {
        var s = new Scenario(Undoable("charge"), Work("other")).Start();
        s.Fail("other").Then("StepFailed other", "Stopping", "StepCancelRequested charge");
        Fail(s, "charge").Then("StepFailed charge", "CompensationBegan", "UndoScheduled charge");
    }

    [Fact]
    public void A_retry_does_it_under_its_old_key_where_it_was_not_undone_and_under_a_new_one_where_it_was()
    {
        var kept = new Scenario(Work("charge")).Start();
        Fail(kept, "charge").Then("StepFailed charge", "Stopping", "CompensationBegan", "Failed");
        kept.Retry().Then("Retried", "StepScheduled charge");
        kept.Find("charge", -1).Round.ShouldBe(0);

        var undone = new Scenario(Undoable("charge")).Start();
        Fail(undone, "charge").Undone("charge").Retry().Then("Retried", "StepScheduled charge");
        undone.Find("charge", -1).Round.ShouldBe(1);
    }

    [Fact]
    public void An_item_of_a_mapped_step_is_undone_as_well()
    {
        var s = new Scenario(Undoable("charge") with { Each = new Actors.Definitions.Each("$.input", null) });
        s.Start("[1,2]").Succeed("charge", item: 0);
        Fail(s, "charge", 1);
        s.Last.ShouldContain("UndoScheduled charge[0]");
        s.Last.ShouldContain("UndoScheduled charge[1]");
    }

    [Fact]
    public void The_json_of_a_failure_says_it_only_where_it_holds()
    {
        JsonSerializer.Serialize(Failure.Permanent("t", "m"), Payload.JsonOptions).ShouldNotContain("appened");
        JsonSerializer.Serialize(Failure.Permanent("t", "m"), Payload.JsonOptions).ShouldNotContain("refusal");
        var json = JsonSerializer.Serialize(AfterTheEffect, Payload.JsonOptions);
        json.ShouldContain("\"mayHaveHappened\":true");
        JsonSerializer.Deserialize<Failure>(json, Payload.JsonOptions).ShouldBe(AfterTheEffect);
    }

    private static Scenario Fail(Scenario s, string step, int item = -1) => s.Do(new InvocationCommand.Finish(
        Noon, s.State.Run, new StepRef(step, item), s.Find(step, item).Attempts, false, null, AfterTheEffect));
}
