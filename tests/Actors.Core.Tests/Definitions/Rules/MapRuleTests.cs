using Actors.Core.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>Key, schema, services, labels and bounds of a process.</summary>
public sealed class MapRuleTests
{
    [Theory]
    [InlineData("{ required: [1, null, { a: b }] }")]
    [InlineData("{ required: id }")]
    [InlineData("{ properties: [input] }")]
    public void A_key_is_looked_for_in_a_wrong_schema_too(string schema)
    {
        var errors = ProcessFile.Read(
            $"process: p\ninput: {schema}\nkey: $.input.id\nsteps: {{ a: {{ handler: h }} }}", "p.yaml").Errors;

        errors.Select(e => e.Rule).Distinct().ShouldBe(["schema", "key"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("$.orderId")]
    [InlineData("$['order id']")]
    [InlineData("$.lines[0].sku")]
    [InlineData("$")]
    public void A_key_names_one_value_of_the_input(string key) => Errors($"key: \"{key}\"").ShouldBeEmpty();

    [Theory]
    [InlineData("orderId", "path", "not a path")]
    [InlineData("$.", "path", "position")]
    [InlineData("$.lines[*].sku", "key", "may yield many values")]
    [InlineData("$..id", "key", "may yield many values")]
    [InlineData("$.lines[?@.main].sku", "key", "a key names one")]
    public void A_key_that_names_none_or_many_is_refused(string key, string rule, string says)
    {
        var error = Errors($"key: '{key}'").ShouldHaveSingleItem();

        (error.Rule, error.Line).ShouldBe((rule, 2));
        error.Message.ShouldContain(says);
    }

    [Fact]
    public void A_key_begins_at_the_input_not_above_it()
    {
        const string Keys = "input: { type: object, required: [orderId] }\nkey: $.input.orderId";

        var error = Errors(Keys).ShouldHaveSingleItem();

        (error.Rule, error.Line, error.Suggestion).ShouldBe(("key", 3, "$.orderId"));
        Errors(Keys.Replace("[orderId]", "[input]", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_mistake_of_a_schema_is_told_with_its_line()
    {
        var errors = Errors("""
            input:
              type: objekt
              required: orderId
              properties:
                total: { type: number, minimun: 0 }
                lines:
                  type: array
                  minItems: some
                  items:
                    anyOf:
                      - { type: string }
                      - { pattern: "(" }
                card: { $ref: "#/$defs/crad" }
              $defs: { card: { type: string } }
            """);

        errors.Select(e => (e.Rule, e.Line)).ShouldBe(
            [("schema", 3), ("schema", 4), ("schema", 6), ("schema", 9), ("schema", 13), ("schema", 14)]);
        errors.Select(e => e.Suggestion).ShouldBe(["object", null, "minimum", null, null, "#/$defs/card"]);
        errors[2].Message.ShouldContain("#/properties/total/minimun is not understood");
    }

    [Theory]
    [InlineData("input: 5", "true or false")]
    [InlineData("input: [a]", "true or false")]
    public void A_schema_is_a_mapping(string key, string says) =>
        Errors(key).ShouldHaveSingleItem().Message.ShouldContain(says);

    [Theory]
    [InlineData("description: {0}", 4096, "description")]
    [InlineData("labels: {{ a: {0} }}", 4096, "label")]
    [InlineData("labels: {{ {0}: a }}", 128, "label")]
    public void Texts_are_bounded(string key, int most, string rule)
    {
        Errors(string.Format(null, key, new string('x', most))).ShouldBeEmpty();
        Errors(string.Format(null, key, new string('x', most + 1))).ShouldHaveSingleItem().Rule.ShouldBe(rule);
    }

    [Theory]
    [InlineData("url: 'ftp://x'", "service-url", 4)]
    [InlineData("url: http://x, timeout: 0s", "timeout", 4)]
    [InlineData("url: http://x, headers: { 'a b': c }", "header", 4)]
    [InlineData("url: http://x, retries: 3", "unknown-key", 4)]
    public void A_service_keeps_rules_too(string service, string rule, int line)
    {
        var error = Errors($"services:\n  # the shop\n  shop: {{ {service} }}").ShouldHaveSingleItem();

        (error.Rule, error.Line).ShouldBe((rule, line));
    }

    [Fact]
    public void An_output_may_nest_so_deep_and_no_deeper()
    {
        Errors($"output: {new string('[', 48)}{new string(']', 48)}").ShouldBeEmpty();
        Errors($"output: {new string('[', 49)}{new string(']', 49)}").ShouldHaveSingleItem().Rule.ShouldBe("too-deep");
    }

    [Theory]
    [InlineData("steps: {}", "no-steps")]
    [InlineData("steps:", "wrong-value")]
    [InlineData("steps: [ { name: a } ]", "wrong-value")]
    [InlineData("version: 1", "missing-key")]
    public void A_process_without_steps_is_told_so_once(string line, string rule) =>
        ProcessFile.Read($"process: p\n{line}", "p.yaml").Errors.ShouldHaveSingleItem().Rule.ShouldBe(rule);

    private static DefinitionError[] Errors(string keys) =>
        [.. ProcessFile.Read($"process: p\n{keys}\nsteps: {{ a: {{ handler: h }} }}", "p.yaml").Errors];
}
