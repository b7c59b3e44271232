using Shouldly;

namespace Actors.Cli.Tests.Running;

/// <summary>With <c>--json</c> standard output has exactly one object, whatever happens.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task An_interruption_before_anything_was_started_is_an_error()
    {
        var file = _cli.File("p.yaml", "process: p\nsteps: { a: { delay: 1ms } }");
        var run = await _cli.RunAsync(["run", file, "--json"], new CancellationToken(canceled: true));
        run.Code.ShouldBe(130);
        var error = run.Json.GetProperty("error");
        error.GetProperty("type").GetString().ShouldBe("interrupted");
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_wrong_definition_has_a_message_as_every_error_has()
    {
        var run = await _cli.RunAsync(
            "run", _cli.File("x.yaml", "process: x\nsteps: { a: { dely: 1s } }"), "--json");
        run.Code.ShouldBe(2);
        var error = run.Json.GetProperty("error");
        error.GetProperty("type").GetString().ShouldBe("invalid-definition");
        error.GetProperty("message").GetString()!.ShouldContain("dely");
        error.GetProperty("errors").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_skipped_step_took_no_time_that_could_be_told()
    {
        var file = _cli.File("p.yaml", """
            process: p
            steps:
              a: { delay: 1ms }
              b: { after: [a], when: $.input.amount > 5, delay: 1ms }
            """);
        var run = await _cli.RunAsync("run", file, "--input", """{"amount":1}""", "--json");
        run.Code.ShouldBe(0, run.Error);
        var step = run.Json.GetProperty("steps")[1];
        step.GetProperty("status").GetString().ShouldBe("skipped");
        step.GetProperty("startedAt").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        step.GetProperty("durationMs").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }
}
