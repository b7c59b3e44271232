using Actors.Core.Definitions;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>Whose result a step needs decides whether it is skipped with them.</summary>
public sealed class StepReferenceTests
{
    [Theory]
    [InlineData("handler: h", "")]
    [InlineData("handler: h, when: $.steps.a.result.x == 1", "a")]
    [InlineData("handler: h, when: $.steps.a.result || $.steps.b.result.c > 2", "a b")]
    [InlineData("handler: h, when: $.steps.a.status == 'failed'", "")]
    [InlineData("handler: h, each: $.steps.a.result.lines", "a")]
    [InlineData("handler: h, input: $.steps.a.result", "a")]
    [InlineData("handler: h, input: $.steps.a", "")]
    [InlineData("handler: h, input: { x: [ '{$.steps.b.result.y}', $.steps.a.result, $.steps.b.result ] }", "b a")]
    [InlineData("handler: h, input: \"$['steps']['a']['result']\"", "a")]
    [InlineData("handler: h, input: $.steps.a.failure", "")]
    [InlineData("handler: h, input: $.steps.a.items", "")]
    [InlineData("handler: h, input: '$.input.list[?@.id == $.steps.a.result.id]'", "a")]
    [InlineData("handler: h, input: '$$.steps.a.result'", "")]
    [InlineData("handler: h, input: { $.steps.a.result: 1 }", "")]
    [InlineData("handler: h, undo: { post: 'shop/{$.steps.a.result}' }", "")]
    [InlineData("post: 'shop/{$.steps.a.result.id}'", "a")]
    [InlineData("post: shop/x, headers: { X: $.steps.a.result }", "a")]
    [InlineData("post: shop/x, body: { x: $.steps.a.result }", "a")]
    [InlineData("post: shop/x, response: $.response.body", "")]
    [InlineData("delay: $.steps.a.result.wait", "a")]
    [InlineData("emit: e, data: $.steps.a.result", "a")]
    [InlineData("entity: { type: t, id: '{$.steps.a.result}', operation: o }", "a")]
    [InlineData("child: { process: p, id: '{$.steps.a.result}' }", "a")]
    public void The_results_used_are_those_of(string step, string names)
    {
        var map = ProcessFile.Read(
            $$"""
            process: p
            services: { shop: { url: 'http://x' } }
            steps:
              a: { handler: h, each: $.input }
              b: { handler: h }
              step: { after: [a, b], {{step}} }
            """,
            "p.yaml").MapOrThrow();

        string.Join(' ', StepReferences.ResultsUsed(map.Steps[^1])).ShouldBe(names);
    }

    [Fact]
    public void What_does_not_parse_refers_to_nothing()
    {
        var step = new Step { Name = "s", Action = new StepAction.Handler("h"), When = "$.steps.a.result ==" };

        StepReferences.ResultsUsed(step).ShouldBeEmpty();
    }
}
