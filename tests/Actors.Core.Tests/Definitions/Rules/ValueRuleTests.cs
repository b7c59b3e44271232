using Actors.Core.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>What schemas in a file say of the values between its steps.</summary>
public sealed class ValueRuleTests
{
    private const string All = "[make, many, open, call]";

    private const string Around = """
        process: p
        input:
          type: object
          required: [id, lines]
          additionalProperties: false
          properties:
            id: { type: string }
            total: { type: number }
            note: { type: [string, "null"] }
            lines: { type: array, items: { type: object, properties: { sku: true }, additionalProperties: false } }
        services: { shop: { url: 'http://x' } }
        steps:
          make:
            handler: h
            out:
              type: object
              properties: { n: { type: integer }, t: { $ref: '#/$defs/t' } }
              $defs: { t: { type: string } }
          many: { handler: h, each: $.input.lines, out: { type: string } }
          open: { handler: h }
          call: { get: shop/x, response: { code: $.response.status, tag: $.response.headers.e, all: $.response.body } }

        """;

    [Theory]
    [InlineData("in: { type: object }")]
    [InlineData("in: { type: object, required: [id] }")]
    [InlineData("in: { type: integer }, input: $.steps.make.result.n")]
    [InlineData("in: { type: number }, input: $.steps.make.result.n")]
    [InlineData("in: { type: integer }, input: $.input.total")]
    [InlineData("in: { type: string }, input: $.input.note")]
    [InlineData("in: { type: string }, input: $.steps.make.result.unknown")]
    [InlineData("in: { type: string }, input: $.steps.open.result.anything")]
    [InlineData("in: { type: string }, input: 'order {$.input.id}'")]
    [InlineData("in: { type: array, items: { type: string } }, input: $.steps.many.result")]
    [InlineData("in: { type: array }, input: '$.input.lines[*].sku'")]
    [InlineData("in: { type: array, items: { type: [string, integer] } }, input: [ a, 1 ]")]
    [InlineData("in: { type: string }, each: $.steps.many.result")]
    [InlineData("in: { type: object, required: [sku] }, each: $.input.lines")]
    [InlineData("in: { anyOf: [ { type: string }, { type: integer } ] }, input: $.steps.make.result.n")]
    [InlineData("in: { enum: [ a, 1 ] }, input: $.steps.make.result.n")]
    [InlineData("in: { not: { type: integer } }, input: $.steps.make.result.n")]
    [InlineData("in: { type: object, required: [a], properties: { a: { type: integer } } }, input: { a: 5, b: x }")]
    [InlineData("in: { type: string }, input: $.context.invocation")]
    [InlineData("in: { type: integer }, input: $.steps.call.result.code")]
    [InlineData("in: { type: string }, input: $.steps.call.result.tag")]
    [InlineData("in: { type: string }, input: $.steps.call.result.all.name")]
    [InlineData("in: false, input: 5")]
    [InlineData("when: $.input.note && $.steps.make.result.other")]
    public void What_may_fit_is_taken(string keys) => Errors(keys).ShouldBeEmpty();

    [Theory]
    [InlineData("$.input.n", "which is a whole number; a duration is a text such as 30s or 1h30m")]
    [InlineData("$.input.flag", "which is true or false")]
    [InlineData("$.input.text", null)]
    [InlineData("$.input.either", null)]
    [InlineData("$.input.other", null)]
    public void A_delay_is_not_taken_from_what_is_never_a_text(string path, string? problem)
    {
        var errors = ProcessFile.Read($$"""
            process: p
            input:
              type: object
              properties:
                n: { type: integer }
                flag: { type: boolean }
                text: { type: string }
                either: { type: [integer, string] }
            steps:
              a: { delay: {{path}} }
            """, "p.yaml").Errors;

        if (problem is null) errors.ShouldBeEmpty();
        else errors.ShouldHaveSingleItem().Message.ShouldStartWith($"step 'a' delays by '{path}', {problem}");
    }

    [Theory]
    [InlineData("in: { type: array }", "process, which does not fit its 'in': it is a mapping and has to be a list")]
    [InlineData("in: { type: string }, input: $.steps.make.result.n", "it is a whole number and has to be a text")]
    [InlineData("in: { type: integer }, input: $.steps.make.result.t", "it is a text and has to be a whole number")]
    [InlineData("in: { type: integer }, input: 1.5", "it is a number and has to be a whole number")]
    [InlineData("in: { type: integer }, input: 'x {$.input.total}'", "it is a text and has to be a whole number")]
    [InlineData("in: { type: object }, input: $.steps.many.result", "it is a list and has to be a mapping")]
    [InlineData("in: { items: { type: number } }, input: $.steps.many.result", "'[]' is a text and has to be a number")]
    [InlineData("in: { type: number }, each: $.steps.many.result", "item of 'each', which does not fit its 'in'")]
    [InlineData("in: { type: object, required: [a] }, input: { b: 1 }", "'a' is missing")]
    [InlineData(
        "in: { properties: { a: { properties: { b: { type: string } } } } }, input: { a: { b: $.input.total } }",
        "'a.b' is a number and has to be a text")]
    [InlineData(
        "in: { additionalProperties: false, properties: { a: true } }, input: { a: 1, b: 2 }",
        "'b' is not one of its")]
    [InlineData(
        "in: { additionalProperties: { type: string } }, input: { a: 1 }",
        "'a' is a whole number and has to be")]
    [InlineData("in: { type: object, required: [total] }, each: $.input.lines", "'total' is missing")]
    [InlineData("in: { const: 5 }, input: five", "it is a text and has to be a whole number")]
    [InlineData("in: { oneOf: [ { type: string }, { type: boolean } ] }, input: 5", "a text or true or false")]
    [InlineData("in: { allOf: [ { type: [string, integer] }, { type: string } ] }, input: 5", "has to be a text")]
    [InlineData("in: { $ref: '#/$defs/a', $defs: { a: { type: string } } }, input: 5", "has to be a text")]
    [InlineData("in: { type: integer }, input: null", "it is null and has to be a whole number")]
    [InlineData("in: { type: string }, input: $.steps.call.result.code", "is a whole number and has to be a text")]
    [InlineData("in: { type: object }, input: $.steps.call.result.tag", "it is a text and has to be a mapping")]
    public void What_can_not_fit_is_refused(string keys, string says)
    {
        var error = Errors(keys).ShouldHaveSingleItem();

        (error.Rule, error.Line).ShouldBe(("type-mismatch", 22));
        error.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("input: $.input.totl", "'$.input' holds only id, lines, note, total", "$.input.total")]
    [InlineData("when: $.input.customer == 'x'", "'$.input' holds only", null)]
    [InlineData("each: $.input.liens", "'$.input' holds only", "$.input.lines")]
    [InlineData("input: { a: 'x {$.input.id.first}' }", "'$.input.id' is a text", null)]
    [InlineData("input: $.steps.many.result.sku", "'$.steps.many.result' is a list", null)]
    [InlineData("input: $.steps.call.result.codes", "holds only all, code, tag", "$.steps.call.result.code")]
    [InlineData("each: $.input.lines, input: $.item.skuu", "'$.item' holds only sku", "$.item.sku")]
    [InlineData("input: '$.input[''lines''].first'", "'$.input.lines' is a list", null)]
    public void A_member_that_is_never_there_is_refused(string keys, string says, string? suggestion)
    {
        var error = Errors(keys).ShouldHaveSingleItem();

        (error.Rule, error.Line, error.Suggestion).ShouldBe(("unknown-field", 22, suggestion));
        error.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("$.item", "$.input")]
    [InlineData("$.item.lines", "$.input.lines")]
    [InlineData("$.item[0]", "$.input[0]")]
    [InlineData("$.item[*].lines", "$.input[*].lines")]
    [InlineData("$[\"item\"].lines", null)]
    [InlineData("$.input.lines[?@.sku == $.item.sku]", null)]
    public void The_items_of_a_step_are_not_among_its_own_items(string path, string? suggestion)
    {
        var error = Errors($"each: '{path}', input: $.item.sku, in: {{ type: string }}").ShouldHaveSingleItem();

        (error.Rule, error.Line, error.Suggestion).ShouldBe(("item", 22, suggestion));
        error.Message.ShouldContain("in 'each': there is no item yet");
    }

    [Fact]
    public void A_collection_that_is_no_list_is_refused() =>
        Errors("each: $.input.id").ShouldHaveSingleItem().Message
            .ShouldBe("step 'step' runs for each of '$.input.id', which is a text; 'each' takes a path to a list");

    [Theory]
    [InlineData("post: shop/x, body: { a: 1 }, in: { required: [b], type: object }", "is given its 'body'")]
    [InlineData("emit: e, data: 5, in: { type: string }", "is given '5'")]
    [InlineData("put: shop/x, in: { type: string }", "the input of the process")]
    public void What_an_action_is_given_is_its_body_or_data_or_the_input(string action, string says)
    {
        var text = $"{Around}  step: {{ after: {All}, {action} }}";

        ProcessFile.Read(text, "p.yaml").Errors.ShouldHaveSingleItem().Message
            .ShouldContain(says.Replace("'5'", "its 'data'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("response: $.response.status, out: { type: string }", "it is a whole number and has to be a text")]
    [InlineData("response: { a: $.response.body }, out: { type: object, required: [b] }", "'b' is missing")]
    public void What_a_step_makes_of_a_response_has_to_fit_its_out(string keys, string says)
    {
        var error = ProcessFile.Read($"{Around}  step: {{ get: shop/x, {keys} }}", "p.yaml").Errors
            .ShouldHaveSingleItem();

        (error.Rule, error.Line).ShouldBe(("type-mismatch", 22));
        error.Message.ShouldContain(says);
    }

    [Fact]
    public void A_misfit_is_told_where_it_stands()
    {
        var errors = ProcessFile.Read("""
            process: p
            steps:
              a:
                handler: h
                in:
                  properties: { b: { properties: { c: { type: string } } } }
                input:
                  b:
                    x: 1
                    c: 5
            """, "p.yaml").Errors;

        errors.ShouldHaveSingleItem().Line.ShouldBe(10);
    }

    [Fact]
    public void A_stage_is_given_the_result_before_it_unless_that_may_be_skipped()
    {
        const string Text = """
            process: p
            model: pipeline
            steps:
              a: { handler: h, out: { type: string } }
              b: { handler: h, in: { type: integer }, out: { type: string }, when: $.input.x }
              c: { handler: h, in: { type: integer } }
            """;

        var error = ProcessFile.Read(Text, "p.yaml").Errors.ShouldHaveSingleItem();

        error.Line.ShouldBe(5);
        error.Message.ShouldContain("is given the result of step 'a'");
    }

    [Fact]
    public void Schemas_that_refer_to_themselves_are_compared_once()
    {
        const string Tree =
            "{ $ref: '#/$defs/t', $defs: { t: { type: object, properties: { next: { $ref: '#/$defs/t' } } } } }";

        ProcessFile.Read($$"""
            process: p
            steps:
              a: { handler: h, out: {{Tree}} }
              b: { handler: h, after: [a], input: $.steps.a.result, in: {{Tree}} }
              c: { handler: h, after: [a], input: $.steps.a.result.next.next.next.other, in: { type: string } }
            """, "p.yaml").Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Every_mistake_of_a_steps_schema_is_told_with_its_line()
    {
        var errors = ProcessFile.Read("""
            process: p
            steps:
              a:
                handler: h
                in: { type: strin }
                out:
                  properties:
                    a: { minimun: 1 }
            """, "p.yaml").Errors;

        errors.Select(e => (e.Rule, e.Line, e.Suggestion))
            .ShouldBe([("schema", 5, "string"), ("schema", 8, "minimum")]);
    }

    [Fact]
    public void Schemas_are_kept_and_hashed()
    {
        var with = ProcessFile.Read(
            "process: p\nsteps: { a: { handler: h, out: { type: string }, in: true } }", "p.yaml");
        var without = ProcessFile.Read("process: p\nsteps: { a: { handler: h } }", "p.yaml");
        var again = StepMapJson.Read(StepMapJson.Write(with.MapOrThrow())).MapOrThrow();
        var built = Actors.Definitions.Process.Define("p")
            .Step("a", s => s.Call("h").In("true").Out("""{ "type": "string" }""")).Build();

        (again.Steps[0].In, again.Steps[0].Out).ShouldBe(("true", """{"type":"string"}"""));
        ContentHash.Of(again).ShouldBe(ContentHash.Of(with.Map!));
        ContentHash.Of(built).ShouldBe(ContentHash.Of(with.Map!));
        ContentHash.Of(without.Map!).ShouldNotBe(ContentHash.Of(with.Map!));
    }

    private static DefinitionError[] Errors(string keys) =>
        [.. ProcessFile.Read($"{Around}  step: {{ handler: h, after: {All}, {keys} }}", "p.yaml").Errors];
}
