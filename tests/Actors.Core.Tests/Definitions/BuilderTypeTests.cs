using System.Text.Json.Nodes;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>What the C# builder knows of types, against what the handlers take.</summary>
public sealed class BuilderTypeTests
{
    [Fact]
    public void What_fits_as_json_is_taken() =>
        Process.Define<Order>("p")
            .Step("long", s => s.Call<Takes<long>>().Input(o => o.Count))
            .Step("double", s => s.Call<Takes<double>>().Input(o => o.Count))
            .Step("int", s => s.Call<Takes<int>>().Input(o => o.Maybe))
            .Step("maybe", s => s.Call<Takes<int?>>().Input(o => o.Count))
            .Step("guid", s => s.Call<Takes<Guid>>().Input(o => o.Id))
            .Step("day", s => s.Call<Takes<DayOfWeek>>().Input(o => o.Count))
            .Step("twin", s => s.Call<Takes<LineTwin>>().Each(o => o.Lines))
            .Step("twins", s => s.Call<Takes<List<LineTwin>>>().Input(o => o.Lines))
            .Step("part", s => s.Call<Takes<OrderPart>>())
            .Step("any", s => s.Call<Takes<JsonNode>>())
            .Step("from-any", s => s.Call<Takes<int>>().Input(o => o.Any))
            .Step("payload", s => s.Call<Takes<Payload>>().Input(o => o.Count))
            .Step("bytes", s => s.Call<Gives<byte>>().Each(o => o.Lines))
            .Step("sum", s => s.Call<Takes<int[]>>().After("bytes").Input("$.steps.bytes.result"))
            .TryBuild().Errors.ShouldBeEmpty();

    [Fact]
    public void What_can_not_fit_is_refused_with_what_is_wrong()
    {
        var result = Process.Define<Order>("p")
            .Step("text", s => s.Call<Takes<string>>().Input<object>(o => o.Count))
            .Step("number", s => s.Call<Takes<int>>().Input(o => o.Id))
            .Step("other", s => s.Call<Takes<Other>>())
            .Step("object", s => s.Call<Takes<JsonObject>>().Input(o => o.Lines))
            .Step("deep", s => s.Call<Takes<Worded[]>>().Input(o => o.Lines))
            .TryBuild();

        result.Errors.Select(e => e.Rule).Distinct().ShouldBe(["type-mismatch"]);
        result.Errors.Select(e => e.Message).ShouldBe(
        [
            "step 'text' takes String, but is given Int32, a part of the process's input: it is a whole number and " +
                "has to be a text; map it with Input(...), or change one of the types",
            "step 'number' takes Int32, but is given String, a part of the process's input: it is a text and has to " +
                "be a whole number; map it with Input(...), or change one of the types",
            "step 'other' takes Other, but is given Order, the input of the process: 'missing' is missing; map it " +
                "with Input(...), or change one of the types",
            "step 'object' takes JsonObject, but is given Line[], a part of the process's input: it is a list and " +
                "has to be a mapping; map it with Input(...), or change one of the types",
            "step 'deep' takes Worded[], but is given Line[], a part of the process's input: '[].count' is a whole " +
                "number and has to be a text; map it with Input(...), or change one of the types",
        ]);
    }

    [Fact]
    public void What_a_stage_is_given_is_not_known_where_the_one_before_may_be_skipped() =>
        Process.Define<Order>("p")
            .Pipeline()
            .Step("words", s => s.Call<Gives<string>>().When("$.input.count > 5"))
            .Step("order", s => s.Call<Takes<OrderPart>>())
            .TryBuild().Errors.ShouldBeEmpty();

    [Fact]
    public void An_undo_is_given_what_its_step_is_given()
    {
        var result = Process.Define<Order>("p")
            .Step("implied", s => s.Call<Takes<Order>>().Undo<Takes<int>>())
            .Step("typed", s => s.Call<Takes<int>>().Input(o => o.Count).Undo<Takes<string>>())
            .Step("item", s => s.Call<Takes<Line>>().Each(o => o.Lines).Undo<Takes<Order>>())
            .Step("http", s => s.Post("http://x").Body("text").Undo<Takes<string>>())
            .Step("result", s => s.Call<Gives<int>>().After("implied").Input("$.steps.implied.result")
                .Undo<Takes<Line>>())
            .Step("last", s => s.Call<Takes<int>>().Input(o => o.Count)
                .Undo<Takes<string>>().Undo(u => u.Call<Takes<string>>()).Undo<Takes<long>>())
            .Step("fits", s => s.Call<Takes<Order>>().Undo<Takes<OrderPart>>())
            .Step("by-name", s => s.Call<Takes<Order>>().Undo(u => u.Call("anything")))
            .TryBuild();

        result.Errors.Select(e => e.Rule).Distinct().ShouldBe(["type-mismatch"]);
        result.Errors.Select(e => e.Message.Split(':')[0]).ShouldBe(
        [
            "the undo of step 'implied' takes Int32, but is given Order, the input of the process",
            "the undo of step 'typed' takes String, but is given Int32, a part of the process's input",
            "the undo of step 'item' takes Order, but is given Line, an item of a part of the process's input",
            "the undo of step 'http' takes String, but is given Order, the input of the process",
            "the undo of step 'result' takes Line, but is given String, the result of step 'implied'",
        ]);
        result.Errors[0].Message.ShouldEndWith(
            ": it is a mapping and has to be a whole number; an undo is given what its step is given: map that with " +
            "Input(...), or change one of the types");
    }

    [Fact]
    public void The_order_of_calls_does_not_matter()
    {
        Errors(s => s.Input("$.item.sku").Each(o => o.Lines)).ShouldBeEmpty();
        Errors(s => s.Each(o => o.Lines).Input("$.item.sku")).ShouldBeEmpty();
        Errors(s => s.Input(o => o.Id).Each(o => o.Lines)).ShouldBeEmpty();
        Errors(s => s.Each(o => o.Lines).Input(o => o.Id)).ShouldBeEmpty();
        Errors(s => s.Each(o => o.Lines).Each("$.input.any")).ShouldBeEmpty();
        Errors(s => s.Each("$.input.any").Each(o => o.Lines)).ShouldHaveSingleItem()
            .ShouldContain("given Line, an item");
        Errors(s => s.Input("$.item").Each(o => o.Lines)).ShouldHaveSingleItem()
            .ShouldContain("given Line, an item");
        Errors(s => s.Each(o => o.Lines).Input("$.item")).ShouldHaveSingleItem()
            .ShouldContain("given Line, an item");
        Errors(s => s.Each(o => o.Lines).Input(o => o.Count)).ShouldHaveSingleItem()
            .ShouldContain("given Int32, a part");
        Errors(s => s.Input(o => o.Count).Each(o => o.Lines)).ShouldHaveSingleItem()
            .ShouldContain("given Int32, a part");

        static IEnumerable<string> Errors(Action<StepBuilder<Order>> write) =>
            Process.Define<Order>("p").Step("a", s => write(s.Call<Takes<string>>())).TryBuild()
                .Errors.Select(e => e.Message);
    }

    private sealed record Line(string Sku, int Count);

    private sealed record LineTwin(string Sku, long Count);

    private sealed record Worded(string Sku, string Count);

    private sealed record Order(string Id, int Count, int? Maybe, object Any, Line[] Lines);

    private sealed record OrderPart(string Id);

    private sealed record Other(int Missing);

    private sealed class Takes<T> : IStepHandler<T, string>
    {
        public ValueTask<string> HandleAsync(T input, StepContext context) => new("");
    }

    private sealed class Gives<T> : IStepHandler<object, T>
    {
        public ValueTask<T> HandleAsync(object input, StepContext context) => new(default(T)!);
    }
}
