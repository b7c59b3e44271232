using System.Text.Json;
using Actors.Cli.Files;
using Actors.Core.Definitions;
using Actors.Core.Import;
using Actors.Tests.Shared;
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

    [Theory]
    [InlineData("tiny.yaml", false)]
    [InlineData("tiny-process.json", false)]
    [InlineData("tiny-process.json", true)]
    public async Task An_imported_workflow_runs(string name, bool json)
    {
        var process = Path.Combine(_cli.Folder, name);
        string[] args = ["import", "wfcommons", _cli.File("recorded.json", Workflow), "-o", process];
        var import = await _cli.RunAsync(json ? [.. args, "--json"] : args);
        import.Code.ShouldBe(0);
        (json ? import.Error : import.Out).ShouldContain("tiny, 2 steps");
        (await _cli.RunAsync("run", process, "--time-scale", "0")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Without_an_output_the_process_goes_to_standard_output_as_readable_yaml()
    {
        var import = await _cli.RunAsync("import", "wfcommons", _cli.File("tiny.json", Workflow));
        import.Code.ShouldBe(0);
        import.Out.ReplaceLineEndings("\n").ShouldBe("""
            # Made by 'actors import wfcommons' of tiny.json
            process: tiny
            version: 1
            model: graph
            description: Recorded workflow tiny
            labels: { wf.name: tiny }
            defaults: { retry: none }

            steps:
              a: { simulate: 1s, duration: 1s }
              b: { simulate: 2s, after: [a], duration: 2s }

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task On_demand_the_process_is_json()
    {
        var import = await _cli.RunAsync("import", "wfcommons", _cli.File("tiny.json", Workflow), "--json");
        import.Json.GetProperty("process").GetString().ShouldBe("tiny");
        import.Json.GetProperty("steps").GetProperty("a").GetProperty("simulate").GetString().ShouldBe("1s");
    }

    [Fact]
    public async Task Json_in_a_file_that_is_read_as_yaml_is_refused()
    {
        var output = Path.Combine(_cli.Folder, "x.yaml");
        var import = await _cli.RunAsync(
            "import", "wfcommons", _cli.File("tiny.json", Workflow), "--json", "-o", output);
        import.Code.ShouldBe(2);
        import.Error.ShouldContain("end its name in .json");
        File.Exists(output).ShouldBeFalse();
    }

    [DataFact]
    public void Every_recorded_workflow_is_read_back_from_its_yaml_to_the_same_definition()
    {
        foreach (var file in Directory.EnumerateFiles(TestData.PathOf("dags"), "*__*.json"))
        {
            var map = WfCommonsImport.Read(File.ReadAllText(file), file).MapOrThrow();
            var yaml = YamlText.Of(ReadableMap.Of(map));
            var read = ProcessFile.Read(yaml, "x.yaml");
            read.Errors.ShouldBeEmpty(file);
            ContentHash.Of(read.Map!).ShouldBe(ContentHash.Of(map), file);
        }
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("Null")]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("12")]
    [InlineData("1e3")]
    [InlineData("0x1d")]
    [InlineData("1m30s")]
    [InlineData("- a")]
    [InlineData("a: b")]
    [InlineData("a #b")]
    [InlineData("a ")]
    [InlineData("{$.input.x}")]
    [InlineData("$.input.x")]
    [InlineData("[1, 2]")]
    [InlineData("two\nlines, \"quoted\"")]
    [InlineData("\u00e9\u2028\u0001")]
    public void A_text_is_read_back_as_it_was(string text)
    {
        var json = JsonSerializer.Serialize(text);
        var map = ProcessFile.Read($$"""
            process: x
            description: {{json}}
            defaults: { retry: { attempts: 2 } }
            steps:
              a: { emit: e, data: { {{json}}: {{json}}, list: [{{json}}, 1.50, null, {}, []] } }
              b: { after: [a], simulate: { duration: 1s, failures: 0.5 }, retry: none }
            """, "x.yaml").MapOrThrow();
        var read = ProcessFile.Read(YamlText.Of(ReadableMap.Of(map)), "x.yaml");
        read.Errors.ShouldBeEmpty();
        ContentHash.Of(read.Map!).ShouldBe(ContentHash.Of(map));
    }

    [Fact]
    public async Task A_file_of_another_kind_is_refused()
    {
        var import = await _cli.RunAsync("import", "wfcommons", _cli.File("x.json", "{}"));
        import.Code.ShouldBe(2);
        import.Error.ShouldContain("workflow");
    }
}
