using Actors.Core.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>Steps that can never run, and those that only look so.</summary>
public sealed class ReachabilityRuleTests
{
    [Theory]
    [InlineData("1 == 2")]
    [InlineData("'a' > 'b'")]
    [InlineData("!(1 < 2)")]
    [InlineData("1 == 1 && 2 < 1")]
    [InlineData("length('abc') == 2")]
    public void A_condition_that_looks_at_nothing_and_is_false_is_refused(string when)
    {
        var error = Read($"  a: {{ handler: h, when: \"{when}\" }}").ShouldHaveSingleItem();

        error.ShouldBe(("unreachable-step", 3, error.Message));
        error.Message.ShouldContain($"'{when}' looks at nothing and is false");
    }

    [Theory]
    [InlineData("1 == 1")]
    [InlineData("$.input.a == 1")]
    [InlineData("$.input.a")]
    [InlineData("1 == 2 || $.input.a")]
    public void A_condition_that_may_hold_is_taken(string when) =>
        Read($"  a: {{ handler: h, when: \"{when}\" }}").ShouldBeEmpty();

    // 'off' never runs; 'on' does. Is 'step' then reachable?
    [Theory]
    [InlineData("after: [off]", null)]
    [InlineData("after: [off], when: $.steps.off.status == 'skipped'", null)]
    [InlineData("after: [off], undo: { handler: h, }", null)]
    [InlineData("after: [off, on], join: any", null)]
    [InlineData("after: [off, on, on2], join: { quorum: 2 }", null)]
    [InlineData("after: [off, on], join: { deadline: 5s, atLeast: 1 }", null)]
    [InlineData("after: [off], input: $.steps.off.result", "it needs the result of 'off', which never runs")]
    [InlineData("after: [off], input: { a: ['x {$.steps.off.result.id}'] }", "it needs the result of 'off'")]
    [InlineData("after: [off], when: $.steps.off.result.a == 1", "it needs the result of 'off'")]
    [InlineData("after: [off], each: $.steps.off.result", "it needs the result of 'off'")]
    [InlineData("after: [off], join: any", "1 of its dependencies, of which only 0 ever run")]
    [InlineData("after: [off, on], join: { quorum: 2 }", "2 of its dependencies, of which only 1 ever run")]
    [InlineData("after: [off], join: { deadline: 5s, atLeast: 1 }", "1 of its dependencies, of which only 0 ever run")]
    public void What_hangs_on_a_step_that_never_runs(string keys, string? reason)
    {
        var errors = Read($$"""
              off: { handler: h, when: 1 == 2 }
              on: { handler: h }
              on2: { handler: h }
              step: { handler: h, {{keys}} }
            """);

        errors[0].Line.ShouldBe(3);
        if (reason is null)
        {
            errors.Length.ShouldBe(1);
            return;
        }

        errors.Length.ShouldBe(2);
        errors[1].Rule.ShouldBe("unreachable-step");
        errors[1].Line.ShouldBe(6);
        errors[1].Message.ShouldContain(reason);
    }

    [Fact]
    public void Unreachability_goes_on_from_step_to_step_whatever_the_order_of_the_file()
    {
        var errors = Read("""
              third: { handler: h, after: [second], input: $.steps.second.result }
              second: { handler: h, after: [first], input: $.steps.first.result }
              first: { handler: h, when: 1 == 2 }
              lucky: { handler: h, after: [first] }
            """);

        errors.Select(e => e.Rule).Distinct().ShouldBe(["unreachable-step"]);
        errors.Select(e => e.Line).ShouldBe([3, 4, 5]);
    }

    [Fact]
    public void One_mapped_dependency_is_not_counted()
    {
        var errors = Read("""
              off: { handler: h, when: 1 == 2 }
              many: { handler: h, each: $.input.a }
              step: { handler: h, after: [many], join: { quorum: 5 } }
            """);

        errors.ShouldHaveSingleItem().Line.ShouldBe(3);
    }

    [Fact]
    public void One_mapped_dependency_that_never_runs_has_no_items()
    {
        var errors = Read("""
              off: { handler: h, each: $.input.a, when: 1 == 2 }
              step: { handler: h, after: [off], join: { quorum: 5 } }
            """);

        errors.Select(e => e.Line).ShouldBe([3, 4]);
    }

    [Fact]
    public void Of_several_dependencies_a_mapped_one_counts_once()
    {
        var errors = Read("""
              off: { handler: h, when: 1 == 2 }
              many: { handler: h, each: $.input.a }
              step: { handler: h, after: [off, many], join: { quorum: 2 } }
            """);

        errors.Select(e => e.Line).ShouldBe([3, 5]);
    }

    private static (string Rule, int Line, string Message)[] Read(string steps) =>
        [.. ProcessFile.Read("process: p\nsteps:\n" + steps, "p.yaml").Errors.Select(e => (e.Rule, e.Line, e.Message))];
}
