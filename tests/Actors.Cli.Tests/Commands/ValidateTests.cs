using Shouldly;

namespace Actors.Cli.Tests.Commands;

public sealed class ValidateTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_file_that_is_not_text_hides_no_mistakes_of_others()
    {
        await File.WriteAllBytesAsync(Path.Combine(_cli.Folder, "a.yaml"), [0xFF, 0xFE, 0x70, 0x00]);
        _cli.File("b.yaml", "process: b\nsteps:\n  a: { simulate: 1s\n  b: [");
        var validate = await _cli.RunAsync("validate", _cli.Folder);
        validate.Code.ShouldBe(2);
        validate.Error.ShouldContain("a.yaml' is not UTF-8 text");
        validate.Error.ShouldContain("b.yaml:3: the file is not well-formed YAML: it can't be read on from here");
        validate.Error.ShouldContain("2 errors in 2 files");
    }

    [Fact]
    public async Task A_valid_file_is_described_with_its_critical_path()
    {
        var file = _cli.File("order.yaml", """
            process: order
            version: 3
            steps:
              reserve: { simulate: 2s, duration: 2s }
              charge: { simulate: 5s, duration: 5s }
              label: { after: [reserve, charge], simulate: 1s, duration: 1s }
            """);
        var run = await _cli.RunAsync("validate", file);
        run.Code.ShouldBe(0);
        run.Out.ShouldContain("order, version 3, graph, 3 steps");
        run.Out.ShouldContain("critical path 6.0 s of 8.0 s work: charge > label");
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_error_is_said_with_file_line_rule_and_suggestion()
    {
        var file = _cli.File("order.yaml", """
            process: order
            steps:
              reserve: { simulate: 2s }
              label: { after: [resrve], simulate: 1s }
              wrong: { simulate: soon }
            """);
        var run = await _cli.RunAsync("validate", file);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain($"{file}:4: ");
        run.Error.ShouldContain("did you mean 'reserve'? [unknown-dependency]");
        run.Error.ShouldContain($"{file}:5: ");
        run.Error.ShouldContain("2 errors in 1 file");
    }

    [Fact]
    public async Task Json_has_the_errors_as_data()
    {
        var good = _cli.File("a.yaml", "process: a\nsteps: { one: { delay: 1s } }");
        var bad = _cli.File("b.yaml", "process: b\nsteps: { one: { dealy: 1s } }");
        var run = await _cli.RunAsync("validate", good, bad, "--json");
        run.Code.ShouldBe(2);
        run.Json.GetProperty("valid").GetBoolean().ShouldBeFalse();
        var files = run.Json.GetProperty("files");
        files[0].GetProperty("hash").GetString()!.Length.ShouldBe(64);
        files[1].GetProperty("errors")[0].GetProperty("line").GetInt32().ShouldBe(2);
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_misspelt_file_gets_the_name_of_the_one_that_is_there()
    {
        var file = _cli.File("order.yaml", "process: a\nsteps: { one: { delay: 1s } }");
        var run = await _cli.RunAsync("validate", file.Replace("order", "oder", StringComparison.Ordinal));
        run.Code.ShouldBe(2);
        run.Error.ShouldContain($"did you mean '{file}'?");
    }

    [Fact]
    public async Task A_folder_without_processes_is_refused()
    {
        var run = await _cli.RunAsync("validate", _cli.Folder);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("neither a scenario.yaml nor a process file");
    }
}
