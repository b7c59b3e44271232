using Actors.Core.Definitions;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>Maps that neither the file's reader nor the builder has made: their texts may be anything.</summary>
public sealed class HandmadeMapTests
{
    private const string NoJson = "{";
    private const string HalfAPair = "\"\\ud800\"";

    [Theory]
    [InlineData(49)]
    [InlineData(900)]
    [InlineData(200_000)]
    public void Templates_and_schemas_that_nest_too_deep_are_refused(int depth)
    {
        var lists = new string('[', depth) + new string(']', depth);
        var schema = Repeat("{\"items\":", depth + 20) + "true" + Repeat("}", depth + 20);

        Rules(Step with { Input = new Template(lists), In = "true" }).ShouldBe(["too-deep"]);
        Rules(Step with { In = schema, Out = schema }).ShouldBe(["schema", "schema"]);
        Rules(new StepMap { Process = "p", Steps = [Step], Output = new Template(lists) }).ShouldContain("too-deep");
        Rules(new StepMap { Process = "p", Steps = [Step], InputSchema = schema, Key = "$.input.id" })
            .ShouldBe(["schema"]);
    }

    [Theory]
    [InlineData(NoJson)]
    [InlineData(HalfAPair)]
    [InlineData("")]
    public void Templates_and_schemas_that_are_no_json_are_refused(string text)
    {
        Rules(Step with { Input = new Template(text), In = """{"type":"string"}""" }).ShouldBe(["template"]);
        Rules(Step with { In = $$"""{"$ref":{{text}}}""", Out = text }).ShouldBe(["schema", "schema"]);
        Rules(new StepMap { Process = "p", Steps = [Step], Output = new Template(text) }).ShouldBe(["template"]);
        Rules(new StepMap { Process = "p", Steps = [Step], InputSchema = text, Key = "$.input.id" })
            .ShouldBe(["schema"]);
    }

    private static Step Step { get; } = new() { Name = "a", Action = new StepAction.Handler("h") };

    // With as much stack as the threads of a silo have, or less.
    private static string[] Rules(StepMap map)
    {
        string[] rules = [];
        Exception? thrown = null;
        var thread = new Thread(Check, 512 * 1024);
        thread.Start();
        thread.Join();
        thrown.ShouldBeNull();
        return rules;

        void Check() => thrown = Record.Exception(() => rules = [.. StepMapValidator.Check(map).Select(e => e.Rule)]);
    }

    private static string[] Rules(Step step) => Rules(new StepMap { Process = "p", Steps = [step] });

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
