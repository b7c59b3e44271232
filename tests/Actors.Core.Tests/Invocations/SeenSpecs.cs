using System.Text.Json;
using Actors.Core.Invocations;
using Actors.Definitions;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

/// <summary>What a step sees of the others: the same at all its attempts.</summary>
public sealed class SeenSpecs
{
    [Fact]
    public void A_step_sees_the_others_as_they_were_when_it_began()
    {
        var s = new Scenario(
            Work("a"), Work("b"), Work("c"),
            Work("j", "a", "b", "c") with
            {
                Join = JoinPolicy.Any.Instance,
                Input = new Template("""{"all":"$.steps"}"""),
            });
        s.Start().Succeed("a", "1");
        var first = InputOf(s, "j");

        s.Fail("b", permanent: false).Succeed("c", "3").Reload();

        InputOf(s, "j").ShouldBe(first);
        first.ShouldBe(
            """
            {"all":{"a":{"status":"succeeded","result":1,"attempts":1},"b":{"status":"running"},
            "c":{"status":"running"},"j":{"status":"running"}}}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public void A_join_with_partial_results_sees_those_of_the_items_that_had_ended()
    {
        var s = new Scenario(
            Work("m") with { Each = new Each("$.input", null) },
            Work("j", "m") with { Join = new JoinPolicy.Quorum(2), Input = new Template("\"$.steps.m.result\"") });
        s.Start("[1,2,3,4]").Fail("m", item: 0).Succeed("m", "\"c\"", 2).Succeed("m", "\"b\"", 1);
        s.Then("StepSucceeded m[1]", "StepScheduled j", "StepCancelRequested m[3]");
        InputOf(s, "j").ShouldBe("""[null,"b","c",null]""");

        s.Succeed("m", "\"late\"", 3).Then("StepSucceeded m[3]", "StepFailed m").Reload();

        InputOf(s, "j").ShouldBe("""[null,"b","c",null]""");
    }

    [Fact]
    public void An_item_that_its_collection_has_no_more_is_an_error_and_no_crash()
    {
        var s = new Scenario(Work("m") with { Each = new Each("$.input", null) }).Start("[1]");
        Should.Throw<TerminalException>(() => InvocationDocument.InputOf(s.State, s.State.Process.Steps[0], 1))
            .Message.ShouldContain("there is no item 1");
    }

    private static string InputOf(Scenario s, string step)
    {
        s.State.Process.TryFind(step, out var position).ShouldBeTrue();
        return JsonSerializer.Serialize(
            InvocationDocument.InputOf(s.State, s.State.Process.Steps[position], -1).ToElement(), Payload.JsonOptions);
    }
}
