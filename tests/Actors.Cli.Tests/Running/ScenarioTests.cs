using Shouldly;

namespace Actors.Cli.Tests.Running;

public sealed class ScenarioTests : IDisposable
{
    private readonly CliRun _cli = new();

    public ScenarioTests() =>
        _cli.File("pause.yaml", "process: pause\nsteps: { a: { delay: 1ms } }\noutput: { ok: true }");

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Cases_are_shown_one_by_one_with_a_summary_at_the_end()
    {
        _cli.File("scenario.yaml", """
            scenario: two
            cases:
              - { name: a good one, process: pause, expect: { status: completed, output: { ok: true } } }
              - { name: a wrong one, process: pause, expect: { status: failed } }
            """);
        var run = await _cli.RunAsync("run", _cli.Folder);
        run.Error.ShouldBeEmpty();
        run.Code.ShouldBe(1);
        run.Out.ShouldContain("1/2  a good one");
        run.Out.ShouldContain("ok as expected");
        run.Out.ShouldContain("x not as expected");
        run.Out.TrimEnd().Split('\n')[^1].ShouldStartWith("x two: 1 of 2 cases as expected");
    }

    [Fact]
    public async Task Json_is_one_object_with_all_cases()
    {
        _cli.File("scenario.yaml", "scenario: one\ncases: [{ name: a, process: pause }]");
        var run = await _cli.RunAsync("run", _cli.Folder, "--json");
        run.Code.ShouldBe(0);
        run.Json.GetProperty("scenario").GetString().ShouldBe("one");
        run.Json.GetProperty("asExpected").GetBoolean().ShouldBeTrue();
        run.Json.GetProperty("cases")[0].GetProperty("invocation").GetProperty("status").GetString()
            .ShouldBe("completed");
    }

    [Fact]
    public async Task A_scenario_takes_no_input()
    {
        _cli.File("scenario.yaml", "scenario: one\ncases: [{ name: a, process: pause }]");
        var run = await _cli.RunAsync("run", _cli.Folder, "--input", "{}");
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("--input");
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("run")]
    public async Task A_case_of_a_process_that_is_not_there_is_refused_with_what_was_meant(string command)
    {
        _cli.File("scenario.yaml", "scenario: one\ncases:\n  - { name: a, process: pauze }");
        var run = await _cli.RunAsync(command, _cli.Folder);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("scenario.yaml:3: case 'a' starts process 'pauze'");
        run.Error.ShouldContain("did you mean 'pause'? [unknown-process]");
    }
}
