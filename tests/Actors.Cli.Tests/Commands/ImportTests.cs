using Shouldly;

namespace Actors.Cli.Tests.Commands;

public sealed class ImportTests : IDisposable
{
    private const string Workflow = """
        {
          "name": "tiny", "schemaVersion": "1.5",
          "workflow": {
            "specification": { "tasks": [
              { "name": "a", "id": "a", "parents": [], "children": ["b"] },
              { "name": "b", "id": "b", "parents": ["a"], "children": [] } ] },
            "execution": { "makespanInSeconds": 3, "tasks": [
              { "id": "a", "runtimeInSeconds": 1 }, { "id": "b", "runtimeInSeconds": 2 } ] }
          }
        }
        """;

    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task An_imported_workflow_runs()
    {
        var process = Path.Combine(_cli.Folder, "tiny-process.json");
        var import = await _cli.RunAsync("import", "wfcommons", _cli.File("tiny.json", Workflow), "--output", process);
        import.Error.ShouldBeEmpty();
        import.Code.ShouldBe(0);
        import.Out.ShouldContain("tiny, 2 steps");
        (await _cli.RunAsync("run", process, "--time-scale", "0")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Without_an_output_the_process_goes_to_standard_output()
    {
        var import = await _cli.RunAsync("import", "wfcommons", _cli.File("tiny.json", Workflow));
        import.Json.GetProperty("process").GetString().ShouldBe("tiny");
    }

    [Fact]
    public async Task A_file_of_another_kind_is_refused()
    {
        var import = await _cli.RunAsync("import", "wfcommons", _cli.File("x.json", "{}"));
        import.Code.ShouldBe(2);
        import.Error.ShouldContain("workflow");
    }
}
