using System.Text.Json;
using Actors.Core.JsonPath;
using Actors.Core.Templates;
using Actors.Definitions;
using FsCheck.Fluent;
using Shouldly;

namespace Actors.Core.Tests.Templates;

public class TemplateTests
{
    private static readonly ElementView Document = new(JsonElement.Parse(
        """{"s":"a/b","n":1.50,"t":true,"z":null,"o":{"x":[1, 2]},"bad":"\ud800","many":[{"id":1},{"id":2}]}"""));

    [Theory]
    [InlineData("\"$.o\"", """{"x":[1, 2]}""")]
    [InlineData("\"$.none\"", "null")]
    [InlineData("\"$.many[*].id\"", "[1,2]")]
    [InlineData("\"$.none[*]\"", "[]")]
    [InlineData("\"$['s']\"", "\"a/b\"")]
    [InlineData("""{"a":"$.n","b":["$.t",7],"$.s":"x"}""", """{"a":1.50,"b":[true,7],"$.s":"x"}""")]
    [InlineData("\"$$.n\"", "\"$.n\"")]
    [InlineData("\"$5 and ${x}\"", "\"$5 and ${x}\"")]
    [InlineData("\"{$.s}-{$.n}-{$.t}-{$.o}\"", "\"a/b-1.50-true-{\\\"x\\\":[1, 2]}\"")]
    [InlineData("\"{{$.s} {s}\"", "\"{$.s} {s}\"")]
    [InlineData("\"{$.many[?@.id == 2].id}!\"", "\"[2]!\"")]
    [InlineData("\"{$['}']}\"", null)]
    [InlineData("\"{$.z}\"", null)]
    public void A_template_gives(string template, string? expected)
    {
        var compiled = Compile(template);

        if (expected is null) Should.Throw<TemplateException>(() => compiled.Evaluate(Document));
        else compiled.Evaluate(Document).ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("\"$\"", true)]
    [InlineData("\"$x\"", true)]
    [InlineData("\"$ \"", true)]
    [InlineData("\"$.\"", false)]
    [InlineData("\"$[\"", false)]
    [InlineData("\"{$\"", false)]
    [InlineData("\"{$}\"", true)]
    [InlineData("\"{$.s\"", false)]
    [InlineData("\"{$.s}}\"", true)]
    [InlineData("\"{$.many[?@.x == '}']}\"", true)]
    [InlineData("\"{$.many[?@.x == '\\\\'}']}\"", true)]
    [InlineData("\"{$['a}b']['c']}\"", true)]
    [InlineData("\"{$.s}{$.t}{\"", true)]
    [InlineData("{\"{$.\":1}", true)]
    [InlineData("{\"a\":1,\"a\":2}", true)]
    [InlineData("[", false)]
    [InlineData("", false)]
    [InlineData("1 2", false)]
    public void A_template_is_one_or_none(string template, bool isOne)
    {
        var compiled = CompiledTemplate.TryCompile(new Template(template), out var errors);

        (compiled is not null).ShouldBe(isOne);
        errors.IsEmpty.ShouldBe(isOne);
    }

    [Fact]
    public void A_template_may_nest_so_deep_and_no_deeper()
    {
        static CompiledTemplate? Nested(int depth) => CompiledTemplate.TryCompile(
            new Template(new string('[', depth) + "\"$.s\"" + new string(']', depth)), out _);

        Nested(CompiledTemplate.DepthMax).ShouldNotBeNull().Evaluate(Document).ToString().ShouldContain("[\"a/b\"]");
        Nested(CompiledTemplate.DepthMax + 1).ShouldBeNull();
    }

    [Fact]
    public void Ten_thousand_placeholders_are_filled_in_one_text()
    {
        var template = Compile("\"" + string.Concat(Enumerable.Repeat("{$.n}", 10_000)) + "\"");

        template.Evaluate(Document).Bytes.ShouldBe(40_002);
    }

    [Theory]
    [InlineData("{$.s", 0)]
    [InlineData("abc {$.s", 4)]
    [InlineData("{{$.s} {$.n", 7)]
    public void A_placeholder_that_is_not_closed_is_told_with_its_position(string text, int position)
    {
        CompiledText.TryCompile(text, out var errors).ShouldBeNull();

        errors.ShouldHaveSingleItem().Message.ShouldContain($"the placeholder at position {position} is not closed");
    }

    [Fact]
    public void What_a_text_needs_and_does_not_find_is_named()
    {
        var thrown = Should.Throw<TemplateException>(() => Compile("\"{$.none.id}\"").Evaluate(Document));

        thrown.Message.ShouldContain("$.none.id");
        thrown.FailureType.ShouldBe("mapping");
    }

    [Fact]
    public void Text_that_is_not_unicode_is_a_failure_of_the_mapping() =>
        Should.Throw<TemplateException>(() => Compile("\"{$.bad}\"").Evaluate(Document))
            .Message.ShouldContain("Unicode");

    [Fact]
    public void A_template_that_is_not_unicode_is_refused() =>
        CompiledTemplate.TryCompile(new Template("""{"\ud800":1}"""), out _).ShouldBeNull();

    [Fact]
    public void A_value_beyond_the_bound_is_refused()
    {
        var large = new ElementView(JsonSerializer.SerializeToElement(new { text = new string('x', 1 << 20) }));
        var template = Compile("[" + string.Join(',', Enumerable.Repeat("\"$.text\"", 70)) + "]");

        Should.Throw<TemplateException>(() => template.Evaluate(large)).Message.ShouldContain("larger");
    }

    [Fact]
    public void All_errors_come_at_once_each_with_its_place()
    {
        CompiledTemplate.TryCompile(new Template("""{"a":"$.","b/c":["x","{$.d"]}"""), out var errors).ShouldBeNull();

        errors.Select(error => error.Pointer).ShouldBe(["/a", "/b~1c/1"]);
    }

    [Fact]
    public void A_template_without_paths_is_made_once()
    {
        var compiled = Compile("""{"a":[1,"x"]}""");

        compiled.Evaluate(Document).Utf8.Equals(compiled.Evaluate(Document).Utf8).ShouldBeTrue();
        compiled.References.ShouldBeEmpty();
    }

    [Fact]
    public void References_are_those_of_all_paths() =>
        Compile("""{"a":"$.steps.x.result","b":"{$.input.id}"}""").References.Select(names => string.Join('.', names))
            .ShouldBe(["steps.x.result", "input.id"]);

    [Fact]
    public void Any_text_without_a_dollar_is_itself() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<FsCheck.UnicodeString>(), given =>
        {
            var text = new string([.. given.Get.Where(c => c != '$' && !char.IsSurrogate(c))]);
            var payload = Compile(JsonSerializer.Serialize(new[] { text })).Evaluate(Document);
            return payload.ToElement()[0].GetString() == text;
        }));

    [Theory]
    [InlineData("items/{$.s}?n={$.n}", "items/a%2Fb?n=1.50")]
    [InlineData("$.s", "a%2Fb")]
    [InlineData("a/b", "a/b")]
    public void Only_what_is_filled_into_a_text_is_encoded(string text, string expected) =>
        CompiledText.TryCompile(text, out _)!.Evaluate(Document, Uri.EscapeDataString).ShouldBe(expected);

    private static CompiledTemplate Compile(string json) =>
        CompiledTemplate.TryCompile(new Template(json), out var errors)
            ?? throw new ShouldAssertException(string.Join("; ", errors));
}
