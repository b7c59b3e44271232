using Actors.Core.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>What paths, conditions and templates may look at.</summary>
public sealed class ReferenceRuleTests
{
    // 'first' has ended when the step under test runs; 'beside' runs at the same time.
    private const string Around = """
        process: p
        services: { shop: { url: 'http://127.0.0.1' } }
        steps:
          first: { handler: h, each: $.input.lines }
          beside: { handler: h }

        """;

    [Theory]
    [InlineData("when: $.input.a == 1")]
    [InlineData("when: $.steps.first.status == 'succeeded' && $.steps.first.attempts < 3")]
    [InlineData("input: '$.steps.first.items[0].status'")]
    [InlineData("input: { a: [ $.context.invocation, $.context.process, $.context.tenant ] }")]
    [InlineData("input: { a: '{$.context.correlation}/{$.context.startedAt}/{$.context.run}' }")]
    [InlineData("input: $.context")]
    [InlineData("input: '$.input.list[?@.price < $.input.max].name'")]
    [InlineData("each: $.steps.first.result, input: $.item")]
    [InlineData("each: $.input.list, undo: { handler: h }")]
    public void What_is_there_may_be_looked_at(string keys) => ErrorsOf($"{{ handler: h, {keys} }}").ShouldBeEmpty();

    [Theory]
    [InlineData("undo: { post: 'shop/x/{$.steps.step.result.id}' }")]
    [InlineData("undo: { post: 'shop/x/{$.steps.first.result[0].id}' }")]
    [InlineData("response: { code: $.response.status, all: $.response.headers, body: $.response.body }")]
    [InlineData("response: { all: $.response, tag: $.response.headers.etag, id: '$.response.body.items[0].id' }")]
    [InlineData("response: '{$.response.headers[''x-count'']} of {$.response.body.of}'")]
    [InlineData("headers: { X: '{$.input.a}' }")]
    [InlineData("body: $.steps.first.failure")]
    public void An_http_step_may_look_at(string keys) => ErrorsOf($"{{ post: shop/x, {keys} }}").ShouldBeEmpty();

    [Theory]
    [InlineData("when: $.inptu.a == 1", "unknown-root", "$.input", "'$.inptu.a' in 'when'")]
    [InlineData("when: $.a == 1", "unknown-root", null, "begins with $.input, $.steps, $.context")]
    [InlineData("input: $.event.id", "unknown-root", null, "wait for a signal")]
    [InlineData("input: $.response.body", "unknown-root", null, "key 'response' of an http step")]
    [InlineData("input: $.context.corelation", "unknown-field", "$.context.correlation", "the context holds")]
    [InlineData("input: $.steps.frist.result", "unknown-step", "$.steps.first", "there is no step 'frist'")]
    [InlineData("input: $.steps.nowhere.result", "unknown-step", null, "there is no step 'nowhere'")]
    [InlineData("input: $.steps.first.reslut", "unknown-field", "$.steps.first.result", "a step holds status")]
    [InlineData("input: $.item", "item", null, "only a step with 'each' has an item")]
    [InlineData("input: $", "path-too-wide", null, "name the step: $.steps.NAME.result")]
    [InlineData("input: $.steps", "path-too-wide", null, "'$.steps' in 'input'")]
    [InlineData("input: '$.steps[*].result'", "path-too-wide", null, "name the step")]
    [InlineData("input: $..result", "path-too-wide", null, "name the step")]
    [InlineData("when: '$.steps[?@.status == ''failed'']'", "path-too-wide", null, "name the step")]
    [InlineData("each: $.input.x, when: $.item > 1", "item", null, "'$.item' in 'when': there is no item yet")]
    [InlineData("each: $.item", "item", "$.input", "'$.item' in 'each': there is no item yet")]
    [InlineData("each: $.items", "unknown-root", null, "begins with $.input, $.steps, $.context")]
    [InlineData("input: $.steps.beside.result", "not-a-dependency", null, "add 'beside' to its 'after'")]
    [InlineData("when: $.steps.beside.status == 'failed'", "not-a-dependency", null, "may run before or after it")]
    [InlineData("undo: { handler: h }, input: $.steps.step.result", "not-a-dependency", null, "its own state")]
    [InlineData("input: { deep: [ { x: 'a {$.steps.beside.result} b' } ] }", "not-a-dependency", null, "'beside'")]
    public void What_is_not_there_or_would_be_a_race_is_refused(
        string keys, string rule, string? suggestion, string says)
    {
        var error = ErrorsOf($"{{ handler: h, {keys} }}").ShouldHaveSingleItem();

        error.Rule.ShouldBe(rule);
        error.Suggestion.ShouldBe(suggestion);
        error.Message.ShouldContain(says);
        error.Line.ShouldBe(6);
    }

    [Theory]
    [InlineData("{ post: 'shop/x/{$.steps.beside.result.id}' }", "not-a-dependency", "in 'post'")]
    [InlineData("{ get: 'shop/{$.inputt.id}' }", "unknown-root", "in 'get'")]
    [InlineData("{ post: shop/x, headers: { X: '{$.steps.gone.result}' } }", "unknown-step", "in 'headers'")]
    [InlineData("{ post: shop/x, body: { a: $.steps.beside.result } }", "not-a-dependency", "in 'body'")]
    [InlineData("{ post: shop/x, response: $.input.a }", "unknown-root", "$.response.status")]
    [InlineData("{ post: shop/x, response: '$..id' }", "unknown-root", "$.response.status")]
    [InlineData("{ post: shop/x, response: { s: $.response.statsu } }", "unknown-field", "$.response.status")]
    [InlineData("{ post: shop/x, response: $.response.headers.ETag }", "unknown-field", "lower case")]
    [InlineData("{ post: shop/x, response: '$.response[' }", "template", "can't be read")]
    [InlineData("{ post: shop/x, undo: { put: shop/x, response: $.response.code } }", "unknown-field", "'response'")]
    [InlineData("{ post: shop/x, undo: { put: 'shop/{$.steps.beside.result}' } }", "not-a-dependency", "in 'put'")]
    [InlineData("{ delay: $.steps.beside.result }", "not-a-dependency", "in 'delay'")]
    [InlineData("{ emit: e, data: { a: $.steps.beside.result } }", "not-a-dependency", "in 'data'")]
    [InlineData("{ entity: { type: t, id: $.steps.beside.result, operation: o } }", "not-a-dependency", "in 'entity'")]
    [InlineData("{ child: { process: q, id: '{$.steps.beside.result}' } }", "not-a-dependency", "in 'child'")]
    public void Every_text_of_an_action_is_looked_into(string step, string rule, string says)
    {
        var error = ErrorsOf(step).ShouldHaveSingleItem();

        error.Rule.ShouldBe(rule);
        error.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("when: $.input.a ==", "condition")]
    [InlineData("when: true", "condition")]
    [InlineData("when: $.input.a = 1", "condition")]
    [InlineData("each: input.lines", "path")]
    [InlineData("each: '$.input.lines['", "path")]
    [InlineData("input: $.input.a-b", "template")]
    [InlineData("input: { a: 'x {$.input.a' }", "template")]
    [InlineData("input: '$[?'", "template")]
    public void What_does_not_parse_is_refused_with_its_position(string keys, string rule)
    {
        var error = ErrorsOf($"{{ handler: h, {keys} }}").ShouldHaveSingleItem();

        error.Rule.ShouldBe(rule);
        error.Message.ShouldContain("position");
    }

    [Fact]
    public void Every_mistake_of_one_text_is_told() =>
        ErrorsOf("{ handler: h, input: { a: $.inptu, b: $.steps.beside.result, c: [ $.steps.frist, $.item ] } }")
            .Select(e => e.Rule).Order(StringComparer.Ordinal)
            .ShouldBe(["item", "not-a-dependency", "unknown-root", "unknown-step"]);

    [Fact]
    public void Every_broken_path_of_one_text_is_told() =>
        ErrorsOf("{ handler: h, input: { a: '$.', b: '$[', c: 'x{$' } }").ShouldHaveSingleItem().Message
            .ShouldSatisfyAllConditions(
                message => message.ShouldContain("/a"),
                message => message.ShouldContain("/b"),
                message => message.ShouldContain("/c"));

    [Theory]
    [InlineData("$.steps.beside.reslut", "unknown-field", "$.steps.beside.result")]
    [InlineData("$.stepss", "unknown-root", "$.steps")]
    [InlineData("$.steps.frist.result", "unknown-step", "$.steps.first")]
    [InlineData("$.item", "item", null)]
    [InlineData("$.", "template", null)]
    public void The_output_keeps_the_rules_too(string path, string rule, string? suggestion)
    {
        var error = ProcessFile.Read($"{Around}output: {{ a: '{path}' }}", "p.yaml").Errors.ShouldHaveSingleItem();

        error.Rule.ShouldBe(rule);
        error.Suggestion.ShouldBe(suggestion);
        error.Line.ShouldBe(6);
    }

    [Theory]
    [InlineData("$")]
    [InlineData("$.steps")]
    [InlineData("$.steps.*.result")]
    [InlineData("$.steps.beside.result")]
    public void The_output_sees_every_step(string path) =>
        ProcessFile.Read($"{Around}output: '{path}'", "p.yaml").Errors.ShouldBeEmpty();

    [Fact]
    public void The_state_of_a_step_that_is_not_mapped_holds_no_items() =>
        ErrorsOf("{ handler: h, after: [beside], input: $.steps.beside.items }")
            .ShouldHaveSingleItem().Rule.ShouldBe("unknown-field");

    [Fact]
    public void A_stage_may_look_at_every_stage_before_it_and_at_none_behind()
    {
        const string Text = """
            process: p
            model: pipeline
            steps:
              a: { handler: h }
              b: { handler: h }
              c: { handler: h, input: $.steps.a.result }
              d: { handler: h, input: $.steps.e.result }
              e: { handler: h }
            """;

        var error = ProcessFile.Read(Text, "p.yaml").Errors.ShouldHaveSingleItem();

        (error.Rule, error.Line).ShouldBe(("not-a-dependency", 7));
    }

    private static IEnumerable<DefinitionError> ErrorsOf(string step)
    {
        var after = step.Contains("after:", StringComparison.Ordinal) ? "" : "after: [first], ";
        return ProcessFile.Read($"{Around}  step: {step.Insert(2, after)}", "p.yaml").Errors;
    }
}
