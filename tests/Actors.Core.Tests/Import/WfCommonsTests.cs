using System.Text.Json;
using Actors.Core.Analysis;
using Actors.Core.Definitions;
using Actors.Core.Import;
using Actors.Definitions;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Core.Tests.Import;

public sealed class WfCommonsTests
{
    [DataFact]
    public void Every_step_of_every_recorded_workflow_has_time_for_twice_its_duration()
    {
        var files = Directory.GetFiles(TestData.PathOf("dags"), "*.json")
            .Where(f => Path.GetFileName(f) != "index.json").ToArray();
        files.Length.ShouldBe(12);
        foreach (var file in files)
        {
            foreach (var step in WfCommonsImport.Read(File.ReadAllText(file), file).MapOrThrow().Steps)
            {
                var timeout = step.Timeout.Attempt ?? Core.Processes.StepDefaults.AttemptTimeout;
                timeout.ShouldBeGreaterThanOrEqualTo(step.Duration!.Value * 2, $"{file}: {step.Name}");
            }
        }
    }

    [Theory]
    [InlineData("29.5", null)]
    [InlineData("30", null)]
    [InlineData("30.5", "2m2s")]
    [InlineData("90", "4m")]
    [InlineData("315360000", "3650d")]
    public void A_timeout_is_written_where_the_default_is_short(string seconds, string? timeout)
    {
        var written = WfCommonsImport.Read(One(seconds), "one.json").MapOrThrow().Steps[0].Timeout;

        written.Step.ShouldBeNull();
        (written.Attempt is { } attempt ? Durations.Format(attempt) : null).ShouldBe(timeout);
    }

    [Theory]
    [InlineData("-3")]
    [InlineData("\"long\"")]
    public void A_wrong_runtime_is_not_called_missing_as_well(string seconds) =>
        WfCommonsImport.Read(One(seconds), "one.json").Errors.ShouldHaveSingleItem().Rule.ShouldBe("wrong-value");

    private static string One(string seconds) => $$"""
        {
          "name": "one", "schemaVersion": "1.5",
          "workflow": {
            "specification": { "tasks": [ { "id": "a" } ] },
            "execution": { "tasks": [ { "id": "a", "runtimeInSeconds": {{seconds}} } ] }
          }
        }
        """;

    [DataFact]
    public void Every_recorded_workflow_has_the_steps_edges_and_path_of_its_index()
    {
        var index = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("dags", "index.json"))).RootElement;
        index.GetArrayLength().ShouldBe(12);
        foreach (var entry in index.EnumerateArray())
        {
            var file = entry.GetProperty("file").GetString()!;
            var result = WfCommonsImport.Read(File.ReadAllText(TestData.PathOf("dags", file)), file);

            result.Errors.ShouldBeEmpty(file);
            var map = result.Map!;
            map.Steps.Length.ShouldBe(entry.GetProperty("tasks").GetInt32(), file);
            map.Steps.Sum(s => s.After.Length).ShouldBe(entry.GetProperty("edges").GetInt32(), file);
            var path = CriticalPath.Of(map);
            path.Length.TotalSeconds.ShouldBe(entry.GetProperty("critical_path_s").GetDouble(), 0.002, file);
            path.Work.TotalSeconds.ShouldBe(entry.GetProperty("total_work_s").GetDouble(), 0.002, file);
            path.Undeclared.ShouldBe(0);
            map.Steps.Select(s => s.Labels.GetValueOrDefault(WfCommonsImport.IdLabel, s.Name)).ShouldBeUnique();
            ContentHash.Of(ProcessFile.Read(StepMapJson.Write(map), file).Map!).ShouldBe(ContentHash.Of(map));
        }
    }

    [Fact]
    public void Ids_that_are_no_names_become_legal_unique_ones_and_are_kept_as_labels()
    {
        var map = Read(
            Tasks(
                """{ "id": "a b", "children": ["a/b"] }""", """{ "id": "a/b", "parents": ["a b"] }""",
                """{ "id": "--" }""", """{ "id": "ok..x" }""", """{ "id": "legal" }"""),
            Tasks(
                Runtime("a b", 1.5), Runtime("a/b", 2), Runtime("--", 0), Runtime("ok..x", 0.25),
                Runtime("legal", 0))).Map!;

        map.Steps.Select(s => s.Name).ShouldBe(["a-b", "a-b-2", "unnamed", "ok.-x", "legal"]);
        map.Steps[4].Labels.ShouldBeEmpty("its name is its id");
        map.Steps.Take(4).Select(s => s.Labels["wf.id"]).ShouldBe(["a b", "a/b", "--", "ok..x"]);
        map.Steps[1].After.ShouldBe(["a-b"]);
        map.Steps[0].Duration.ShouldBe(TimeSpan.FromSeconds(1.5));
        map.Steps[0].Action.ShouldBe(new StepAction.Simulate(TimeSpan.FromSeconds(1.5), DurationDistribution.Fixed, 0));
        map.Steps.ShouldAllBe(s => s.Retry.AttemptsMax == 1);
        CriticalPath.Of(map).Steps.ShouldBe(["a-b", "a-b-2"]);
    }

    [Fact]
    public void Every_error_is_reported_with_its_line()
    {
        var errors = Read(
            Tasks(
                """{ "id": "a", "children": ["c"] }""",
                """{ "id": "b", "parents": ["A"] }""",
                """{ "id": "b" }""",
                """{ "name": "x" }"""),
            Tasks(Runtime("a", -1))).Errors;

        errors.Select(e => e.Rule).ShouldBe(
            [
                "unknown-dependency", "unknown-dependency", "missing-key", "duplicate-name", "missing-key",
                "missing-key", "wrong-value",
            ],
            ignoreOrder: true);
        errors.ShouldAllBe(e => e.Line > 0 && e.File == "w.json");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "schemaVersion": "1.4", "workflow": {} }""")]
    [InlineData(
        """{ "schemaVersion": "1.5", "workflow": { "specification": { "tasks": 1 }, "execution": """ +
        """{ "tasks": [1] } } }""")]
    public void What_is_no_workflow_is_refused(string json) =>
        WfCommonsImport.Read(json, "w.json").IsValid.ShouldBeFalse();

    private static DefinitionResult Read(string specification, string execution) => WfCommonsImport.Read(
        $$"""
        { "name": "w", "schemaVersion": "1.5", "workflow": {
          "specification": {{specification}},
          "execution": {{execution}} } }
        """, "w.json");

    private static string Tasks(params string[] tasks) => "{ \"tasks\": [\n" + string.Join(",\n", tasks) + "\n] }";

    private static string Runtime(string id, double seconds) => FormattableString.Invariant(
        $$"""{ "id": "{{id}}", "runtimeInSeconds": {{seconds}} }""");
}
