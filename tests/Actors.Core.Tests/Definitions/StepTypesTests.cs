using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Actors.Core.Definitions;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>A file's steps against the types of the handlers that run them.</summary>
public sealed class StepTypesTests
{
    private static readonly Dictionary<string, HandlerTypes> Handlers = new(StringComparer.Ordinal)
    {
        ["name"] = new(typeof(JsonElement), typeof(string)),
        ["count"] = new(typeof(int), typeof(int)),
        ["maybe-count"] = new(typeof(int?), typeof(int?)),
        ["day"] = new(typeof(DayOfWeek), typeof(DayOfWeek)),
        ["reserve"] = new(typeof(JsonElement), typeof(Reservation)),
        ["bill"] = new(typeof(Bill), typeof(Payload)),
        ["pack"] = new(typeof(Parcel), typeof(object)),
        ["lines"] = new(typeof(IReadOnlyList<Line>), typeof(Line[])),
        ["line"] = new(typeof(Line), typeof(Line)),
        ["texts"] = new(typeof(List<string>), typeof(Dictionary<string, int>)),
        ["open"] = new(typeof(Extended), typeof(Extended)),
        ["shape"] = new(typeof(Circle), typeof(Figure)),
        ["odd"] = new(typeof(Action), typeof(Action)),
        ["tree"] = new(typeof(Tree), typeof(Tree)),
    };

    [Theory]
    [InlineData("name", "count", "step 'b' is given '$.steps.a.result', which does not fit what its handler takes " +
        "(Int32): it is a text and has to be a whole number; write an 'input' that fits, or change one of the two")]
    [InlineData("count", "bill", "it is a whole number and has to be a mapping")]
    [InlineData("reserve", "line", "'sku' is missing")]
    [InlineData("reserve", "pack", "'weight' is a whole number and has to be a text")]
    [InlineData("lines", "texts", "'[]' is a mapping and has to be a text")]
    [InlineData("texts", "day", "it is a mapping and has to be a text or a whole number")]
    [InlineData("lines", "line", "it is a list and has to be a mapping")]
    [InlineData("maybe-count", "bill", "it is a whole number and has to be a mapping")]
    [InlineData("tree", "reserve-tree", null)]
    [InlineData("count", "day", null)]
    [InlineData("day", "name", null)]
    [InlineData("maybe-count", "count", null)]
    [InlineData("reserve", "bill", null)]
    [InlineData("lines", "lines", null)]
    [InlineData("bill", "count", null)]
    [InlineData("pack", "bill", null)]
    [InlineData("open", "bill", null)]
    [InlineData("shape", "shape", null)]
    [InlineData("odd", "count", null)]
    [InlineData("count", "odd", null)]
    [InlineData("tree", "tree", null)]
    [InlineData("unknown", "count", null)]
    public void One_handlers_result_as_anothers_input(string gives, string takes, string? says)
    {
        var errors = Check(
            $"  a: {{ handler: {gives} }}\n  b:\n    handler: {takes}\n    after: [a]\n    input: $.steps.a.result");

        if (says is null)
        {
            errors.ShouldBeEmpty();
            return;
        }

        var error = errors.ShouldHaveSingleItem();
        (error.Rule, error.File, error.Line).ShouldBe(("type-mismatch", "p.yaml", 7));
        error.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("handler: bill, input: { orderId: 1-2, total: $.steps.r.result.weight }", null)]
    [InlineData("handler: bill, input: { ORDERID: 1-2 }", null)]
    [InlineData("handler: bill, input: { total: 5 }", "'orderId' is missing")]
    [InlineData("handler: bill, input: { orderId: 5 }", "'orderId' is a whole number and has to be a text")]
    [InlineData("handler: count, input: $.steps.r.result.weight", null)]
    [InlineData("handler: count, input: $.steps.r.result.orderId", "it is a text and has to be a whole number")]
    [InlineData("handler: line, each: $.steps.r.result.lines", null)]
    [InlineData("handler: count, each: $.steps.r.result.lines", "an item of 'each'")]
    [InlineData("handler: lines, input: $.steps.many.result", null)]
    [InlineData("handler: line, input: $.steps.many.result", "it is a list")]
    [InlineData("handler: line, input: '$.steps.many.result[0]'", null)]
    [InlineData("handler: count, input: '$.steps.many.result[0].sku'", "it is a text")]
    [InlineData("handler: count, out: { type: string }, input: 5", "what its handler gives (Int32) does not fit")]
    [InlineData("handler: count, input: $.steps.r.result.wieght", "holds only orderId, weight, lines")]
    [InlineData("handler: count, input: 1, undo: { post: 'http://x/{$.steps.step.result.id}' }", "is a whole number")]
    [InlineData("handler: count, input: 1, when: $.steps.r.result.missing", "holds only orderId")]
    public void What_is_mapped_is_compared_too(string step, string? says)
    {
        var errors = Check($$"""
              r: { handler: reserve }
              many: { handler: line, each: $.input.a }
              step: { after: [r, many], {{step}} }
            """);

        errors.Select(e => e.Line).ShouldBe(says is null ? [] : [5]);
        if (says is not null) errors[0].Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("handler: count, input: 1", "name", null)]
    [InlineData("handler: count, input: 1", "maybe-count", null)]
    [InlineData("handler: count, input: 1", "line", "step 'step' gives its undo its 'input', which does not fit what " +
        "the undo's handler takes (Line): it is a whole number and has to be a mapping; an undo is given what its " +
        "step is given: write an 'input' that fits")]
    [InlineData("handler: name, input: $.steps.r.result.orderId", "count", "undo '$.steps.r.result.orderId', which")]
    [InlineData("handler: line, each: $.steps.r.result.lines", "count", "gives its undo an item of 'each'")]
    [InlineData("post: 'http://x', body: 5, input: $.steps.r.result", "bill", null)]
    [InlineData("post: 'http://x', body: 5, input: $.steps.r.result", "count", "gives its undo '$.steps.r.result'")]
    [InlineData("post: 'http://x', body: 5, input: $.steps.r.result", "unknown", null)]
    public void An_undo_is_given_what_its_step_is_given(string step, string undo, string? says)
    {
        var errors = Check($$"""
              r: { handler: reserve }
              step: { after: [r], {{step}},
                undo: { handler: {{undo}} } }
            """);

        errors.Select(e => (e.Rule, e.Line)).ShouldBe(says is null ? [] : [("type-mismatch", 5)]);
        if (says is not null) errors[0].Message.ShouldContain(says);
    }

    [Fact]
    public void The_undo_of_a_stage_is_given_the_result_before_it() =>
        StepTypes.Check(
            ProcessFile.Read(
                "process: p\nmodel: pipeline\nsteps: { a: { handler: name }, " +
                "b: { handler: name, undo: { handler: count } } }",
                "p.yaml").MapOrThrow(),
            Find).ShouldHaveSingleItem().Message.ShouldContain("gives its undo the result of step 'a', which does not");

    [Fact]
    public void All_misfits_come_at_once_each_with_its_line() =>
        Check("""
              a: { handler: name }
              b: { handler: count, after: [a], input: $.steps.a.result }
              c: { handler: line, after: [a], input: $.steps.a.result }
            """).Select(e => e.Line).ShouldBe([4, 5]);

    [Fact]
    public void A_file_that_has_changed_since_gives_no_lines()
    {
        var map = ProcessFile.Read("process: p\nsteps: { a: { handler: count, input: x } }", "p.yaml").MapOrThrow();

        StepTypes.Check(map, Find).ShouldHaveSingleItem().File.ShouldBeNull();
        var error = StepTypes.Check(map, Find, () => "process: p\nsteps: []", "p.yaml").ShouldHaveSingleItem();
        (error.File, error.Line).ShouldBe(("p.yaml", 0));
    }

    [Fact]
    public void A_file_is_not_read_again_without_need()
    {
        var map = ProcessFile.Read("process: p\nsteps: { a: { handler: count, input: 1 } }", "p.yaml").MapOrThrow();

        StepTypes.Check(map, Find, () => throw new ShouldAssertException("read again"), "p.yaml").ShouldBeEmpty();
    }

    private static HandlerTypes? Find(string name) => Handlers.GetValueOrDefault(name);

    private static ImmutableArray<DefinitionError> Check(string steps)
    {
        var text = "process: p\nsteps:\n" + steps;
        return StepTypes.Check(ProcessFile.Read(text, "p.yaml").MapOrThrow(), Find, () => text, "p.yaml");
    }

    private sealed record Line(string Sku, int Count = 1);

    private sealed record Reservation(string OrderId, int Weight, Line[] Lines);

    private sealed record Bill(string OrderId, decimal Total = 0, string? Note = null);

    private sealed record Parcel(string Weight);

    private sealed class Tree
    {
        public Tree? Left { get; init; }

        public List<Tree> All { get; init; } = [];
    }

    private sealed class Extended
    {
        [JsonExtensionData]
        public Dictionary<string, JsonElement>? More { get; init; }
    }

    [JsonDerivedType(typeof(Circle), "circle")]
    private class Figure
    {
        public int Area { get; init; }
    }

    private sealed class Circle : Figure
    {
        public required int Radius { get; init; }
    }
}
