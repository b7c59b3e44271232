using System.Text.Json;
using Actors.Core.Schemas;
using Shouldly;

namespace Actors.Core.Tests.Schemas;

/// <summary>The subset, and schemas and values that mean harm.</summary>
public class SchemaTests
{
    [Fact]
    public void A_reference_that_leads_back_to_itself_at_once_is_refused()
    {
        const string Json = """
            {"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}}}
            """;

        JsonSchema.TryParse(Json, out _, out var errors).ShouldBeFalse();

        errors.ShouldHaveSingleItem().Message.ShouldContain("refers to itself for the same value");
    }

    [Fact]
    public void Alternatives_of_alternatives_are_stopped_at_the_bound()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 40).Select(i =>
            $$"""  "a{{i}}":{"anyOf":[{"$ref":"#/$defs/a{{i + 1}}"},{"$ref":"#/$defs/a{{i + 1}}"}]} """));

        var json = """{"$ref":"#/$defs/a0","$defs":{""" + definitions + ",\"a40\":false}}";

        var parsed = JsonSchema.TryParse(json, out var schema, out _);

        parsed.ShouldBeTrue();
        schema!.Validate(JsonElement.Parse("1")).ShouldHaveSingleItem().Message.ShouldContain("checks");
    }

    [Fact]
    public void Unique_items_of_the_same_shape_take_time_in_proportion()
    {
        var unique = Parse("""{"uniqueItems":true}""");
        Growth.ShouldBeInProportion(1_000, count =>
        {
            var items = string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"a":{{i}} }"""));
            unique.Validate(JsonElement.Parse($"[{items}]")).ShouldBeEmpty();
        });
    }

    [Theory]
    [InlineData("uri", "/etc/passwd", false)]
    [InlineData("uri", "http://example.org/a?b#c", true)]
    [InlineData("uri", "urn:isbn:1", true)]
    [InlineData("uri", "http://a b", false)]
    [InlineData("date-time", "2020-01-01T00:00:00", false)]
    [InlineData("date-time", "2020-01-01T00:00:00Z", true)]
    [InlineData("date-time", "2020-01-01t23:59:60.123456789z", true)]
    [InlineData("date-time", "2020-01-01T00:00:00+02:00", true)]
    [InlineData("date-time", "2020-02-30T00:00:00Z", false)]
    [InlineData("date", "2020-02-29", true)]
    [InlineData("date", "2021-02-29", false)]
    [InlineData("uuid", "0b0c2c7e-4b5c-4a38-9f1b-6f7c3a9be001", true)]
    [InlineData("uuid", "{0b0c2c7e-4b5c-4a38-9f1b-6f7c3a9be001}", false)]
    [InlineData("email", "a@b.c", true)]
    [InlineData("email", "a b@c", false)]
    public void Formats_are_asserted(string format, string text, bool fits) =>
        Parse($$"""{"format":"{{format}}"}""").Validate(JsonSerializer.SerializeToElement(text)).IsEmpty.ShouldBe(fits);

    [Theory]
    [InlineData("^a$", "a\\n", false)]
    [InlineData("^\\\\d$", "٣", false)]
    [InlineData("^\\\\d$", "3", true)]
    [InlineData("b", "abc", true)]
    [InlineData("^a.c$", "a\\rc", false)]
    [InlineData("^[$.]+$", "$.", true)]
    public void Patterns_are_those_of_ecmascript(string pattern, string text, bool fits) =>
        Parse($$"""{"pattern":"{{pattern}}"}""").Validate(JsonElement.Parse($"\"{text}\"")).IsEmpty.ShouldBe(fits);

    [Fact]
    public void A_pattern_is_quoted_as_it_was_written() =>
        Parse("""{"pattern":"^(a+)+$"}""").Validate(JsonElement.Parse("\"b\"")).ShouldHaveSingleItem()
            .ToString().ShouldContain("has to match '^(a+)+$'");

    [Theory]
    [InlineData("""{"pattern":"^a"}""", "\"\\ud800\"")]
    [InlineData("""{"minLength":1}""", "\"\\ud800\"")]
    [InlineData("""{"format":"uri"}""", "\"\\ud800\"")]
    [InlineData("""{"uniqueItems":true}""", "[\"\\ud800\"]")]
    [InlineData("""{"properties":{"a":true}}""", "{\"\\ud800\":1}")]
    public void Text_that_is_not_unicode_is_a_violation(string schema, string value)
    {
        var either = $$"""{"anyOf":[{{schema}},{"type":"null"}]}""";

        Parse(either).Validate(JsonElement.Parse(value)).ShouldHaveSingleItem().Message.ShouldContain("Unicode");
    }

    [Theory]
    [InlineData("""{"exclusiveMinimum":0}""", "1e-40", true)]
    [InlineData("""{"multipleOf":0.01}""", "19.99", true)]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"maximum":1e30}""", "1e31", false)]
    [InlineData("""{"multipleOf":1}""", "1e300", true)]
    public void Numbers_are_compared_as_numbers(string schema, string value, bool fits) =>
        Parse(schema).Validate(JsonElement.Parse(value)).IsEmpty.ShouldBe(fits);

    [Theory]
    [InlineData("""{"multipleOf":0}""")]
    [InlineData("""{"pattern":"("}""")]
    [InlineData("""{"$ref":"#/$defs/nope"}""")]
    [InlineData("""{"properties":{"a":{"tpye":"string"}}}""")]
    [InlineData("""{"type":"strnig"}""")]
    [InlineData("""[]""")]
    [InlineData("""{"properties":{"a":{"$defs":{}}}}""")]
    public void A_wrong_schema_is_refused(string json) => JsonSchema.TryParse(json, out _, out _).ShouldBeFalse();

    [Fact]
    public void Every_mistake_of_a_schema_is_told_with_its_place_and_what_was_meant()
    {
        const string Json = """
            {
              "$defs": { "a/b": { "tpye": "string" }, "loop": { "$ref": "#/$defs/loop" } },
              "type": ["strin", "object"],
              "required": "a",
              "properties": {
                "a": { "minimum": "1", "pattern": "(" },
                "b": { "anyOf": [] },
                "c": { "items": { "format": "datetime" } },
                "d": 5,
                "e": { "$ref": "#/$defs/a" },
                "f": { "minLength": -1, "uniqueItems": "yes", "enum": 1, "multipleOf": 0 },
                "g": { "$defs": {} }
              },
              "additionalProperties": "no",
              "not": { "const": 1, "frobnicate": true }
            }
            """;

        JsonSchema.TryParse(Json, out var schema, out var errors).ShouldBeFalse();

        schema.ShouldBeNull();
        errors.Select(e => (e.Pointer, e.Suggestion)).ShouldBe(
        [
            ("#/$defs/a~1b/tpye", "type"), ("#/type", "string"), ("#/required", null), ("#/properties/a/minimum", null),
            ("#/properties/a/pattern", null), ("#/properties/b/anyOf", null),
            ("#/properties/c/items/format", "date-time"), ("#/properties/d", null),
            ("#/properties/e/$ref", "#/$defs/a/b"), ("#/properties/f/minLength", null),
            ("#/properties/f/uniqueItems", null), ("#/properties/f/enum", null), ("#/properties/f/multipleOf", null),
            ("#/properties/g/$defs", null), ("#/additionalProperties", null), ("#/not/frobnicate", null),
            ("#/$defs/loop", null),
        ], ignoreOrder: true);
        errors.ShouldContain(e => e.Message.Contains("keywords: type, required"));
    }

    [Fact]
    public void The_mistakes_of_a_schema_are_bounded()
    {
        var keywords = Enumerable.Range(0, 3000).Select(i => $"\"unknown{i}\":1");

        JsonSchema.TryParse("{" + string.Join(',', keywords) + "}", out _, out var errors).ShouldBeFalse();

        errors.Length.ShouldBe(JsonSchema.ErrorsMax);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{\"title\":\"\\ud800\",\"pattern\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    public void What_is_no_json_or_no_text_is_no_schema(string json)
    {
        JsonSchema.TryParse(json, out _, out var errors).ShouldBeFalse();

        errors.ShouldHaveSingleItem().Pointer.ShouldBe("#");
    }

    [Fact]
    public void A_schema_may_nest_as_deep_as_a_payload_and_no_deeper()
    {
        static string Nested(int depth) =>
            string.Concat(Enumerable.Repeat("{\"not\":", depth)) + "true" + new string('}', depth);

        JsonSchema.TryParse(Nested(Payload.DepthMax), out _, out _).ShouldBeTrue();
        JsonSchema.TryParse(Nested(Payload.DepthMax + 1), out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_schema_may_refer_to_itself_from_a_member()
    {
        const string Json = """
            {"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","additionalProperties":{"$ref":"#/$defs/tree"}}}}
            """;

        Parse(Json).Validate(JsonElement.Parse("""{"a":{"b":{}}}""")).ShouldBeEmpty();
        Parse(Json).Validate(JsonElement.Parse("""{"a":{"b":1}}""")).ShouldHaveSingleItem().Pointer.ShouldBe("/a/b");
    }

    [Fact]
    public void An_unknown_keyword_is_answered_with_the_nearest_known_one()
    {
        JsonSchema.TryParse("""{"properties":{"a":{"minimun":1}}}""", out _, out var errors).ShouldBeFalse();

        errors.ShouldHaveSingleItem().ToString()
            .ShouldBe("#/properties/a/minimun is not understood; did you mean 'minimum'?");
    }

    [Theory]
    [InlineData("""{"type":["integer","null"]}""", "1.5", "")]
    [InlineData("""{"required":["a","b"]}""", """{"a":1}""", "")]
    [InlineData("""{"properties":{"a":{"maximum":1}}}""", """{"a":2}""", "/a")]
    [InlineData("""{"properties":{"a":true},"additionalProperties":false}""", """{"a":1,"b/c":2}""", "/b~1c")]
    [InlineData("""{"additionalProperties":{"type":"string"}}""", """{"x":1}""", "/x")]
    [InlineData("""{"items":{"enum":[1,"1"]}}""", "[1,\"1\",2]", "/2")]
    [InlineData("""{"const":{"a":[1]}}""", """{"a":[2]}""", "")]
    [InlineData("""{"minLength":2}""", "\"😀\"", "")]
    [InlineData("""{"maxItems":1}""", "[1,2]", "")]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2,"a":1.0}]""", "")]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", "4", "")]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":2}]}""", "3", "")]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":2}]}""", "3", "")]
    [InlineData("""{"not":{"type":"null"}}""", "null", "")]
    public void A_violation_says_where_it_is(string schema, string value, string pointer) =>
        Parse(schema).Validate(JsonElement.Parse(value)).ShouldHaveSingleItem().Pointer.ShouldBe(pointer);

    [Fact]
    public void No_more_than_twenty_violations_are_told() =>
        Parse("""{"items":{"type":"string"}}""").Validate(JsonSerializer.SerializeToElement(new int[100]))
            .Length.ShouldBe(JsonSchema.ViolationsMax);

    private static JsonSchema Parse(string json) =>
        JsonSchema.TryParse(json, out var schema, out var errors)
            ? schema
            : throw new ShouldAssertException(string.Join("; ", errors));
}
