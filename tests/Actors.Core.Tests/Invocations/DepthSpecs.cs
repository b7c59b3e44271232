using Actors.Core.Invocations;
using Actors.Definitions;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

/// <summary>What a process makes of values is nested no more deeply than a value may be.</summary>
public sealed class DepthSpecs
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    public void An_output_that_is_too_deep_can_not_be_built(int beyond)
    {
        var map = new StepMap { Process = "p", Steps = [Work("a")], Output = new Template("""{"all":["$.input"]}""") };
        Ends(new Scenario(map).Start(Nested(Payload.DepthMax - 2 + Math.Min(beyond, 2))).Succeed("a"), beyond);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_output_that_holds_the_results_is_no_deeper_either(int beyond) =>
        Ends(new Scenario(Work("a")).Start().Succeed("a", Nested(Payload.DepthMax - 1 + beyond)), beyond);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_array_of_a_mapped_stage_counts(int beyond)
    {
        var map = new StepMap
        {
            Process = "p", Model = ProcessModel.Pipeline, Pipeline = new PipelineOptions(),
            Steps = [Work("a") with { Each = new Each("$.input.items", null) }, Work("b")],
        };
        var s = new Scenario(map).Start("""{"items":[1]}""");
        s.Succeed("a", Nested(Payload.DepthMax - 1 + beyond), 0);
        if (beyond == 0) Input(s, 1).ShouldStartWith("[[");
        else Should.Throw<TerminalException>(() => Input(s, 1)).FailureType.ShouldBe("mapping");
    }

    [Fact]
    public void The_input_of_a_step_is_no_deeper()
    {
        var s = new Scenario(Work("a") with { Input = new Template("""{"all":["$.input"]}""") });
        s.Start(Nested(Payload.DepthMax));
        var thrown = Should.Throw<TerminalException>(() => Input(s, 0));
        (thrown.FailureType, thrown.Message.Contains("64")).ShouldBe(("mapping", true));
    }

    [Fact]
    public void Many_brackets_beside_each_other_are_not_deep()
    {
        var wide = "[" + string.Join(',', Enumerable.Repeat("[\"[[[\"]", 200)) + "]";
        var s = new Scenario(Work("a") with { Input = new Template("""{"all":"$.input"}""") }).Start(wide);
        Input(s, 0).ShouldBe($$"""{"all":{{wide}}}""");
    }

    private static void Ends(Scenario s, int beyond)
    {
        s.IsNow(beyond == 0 ? InvocationStatus.Completed : InvocationStatus.Failed);
        if (beyond == 0) Payload.FromUtf8(s.State.Output.Utf8).ShouldBe(s.State.Output);
        else (s.State.Failure!.Type, s.State.Failure.Message.Contains("64")).ShouldBe(("mapping", true));
    }

    private static string Input(Scenario s, int step) =>
        InvocationDocument.InputOf(s.State, s.State.Process.Steps[step], -1).ToString();

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
