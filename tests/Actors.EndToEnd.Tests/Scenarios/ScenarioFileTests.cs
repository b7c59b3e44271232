using Actors.Cli.Scenarios;
using Actors.Core.Definitions;
using Shouldly;

namespace Actors.EndToEnd.Tests.Scenarios;

public sealed class ScenarioFileTests
{
    private const string Whole = """
        scenario: demo
        services:
          shop: { command: [shop, --quiet], args: ["{data}/x"], env: { A: b }, ready: /health, timeout: 5s }
        cases:
          - name: first
            process: order
            input: { b: 1, a: [x] }
            key: k
            before: [{ put: shop/knobs, body: { seed: 1 } }]
            signals: [{ name: approved, payload: { by: me } }]
            expect: { status: failed, failure: http-402, output: { x: 1 }, steps: { a: undone, b: { attempts: 3 } } }
            timeout: 10s
        after:
          - { title: Ledger, get: shop/ledger, rows: entries, columns: [id, kind], expect: { x: [] } }
        """;

    [Fact]
    public void Every_key_is_read()
    {
        var scenario = Read(Whole);

        var service = scenario.Services.ShouldHaveSingleItem();
        (service.Name, service.Project, service.ReadyPath).ShouldBe(("shop", null, "/health"));
        service.Command.ShouldBe(["shop", "--quiet"]);
        service.Arguments.ShouldBe(["{data}/x"]);
        service.Environment["A"].ShouldBe("b");
        service.StartTimeout.ShouldBe(TimeSpan.FromSeconds(5));
        var one = scenario.Cases.ShouldHaveSingleItem();
        (one.Name, one.Process, one.Key, one.Timeout).ShouldBe(("first", "order", "k", TimeSpan.FromSeconds(10)));
        one.Input.ToString().ShouldBe("""{"a":["x"],"b":1}""");
        one.Before.ShouldBe([new ScenarioRequest("PUT", "shop/knobs", Payload.FromJson("""{"seed":1}"""))]);
        one.Signals.ShouldBe([new ScenarioSignal("approved", Payload.FromJson("""{"by":"me"}"""))]);
        (one.Expect.Status, one.Expect.Failure).ShouldBe((InvocationStatus.Failed, "http-402"));
        one.Expect.Output.ToString().ShouldBe("""{"x":1}""");
        one.Expect.Steps["a"].ShouldBe(new StepExpectation(StepStatus.Undone, null));
        one.Expect.Steps["b"].ShouldBe(new StepExpectation(null, 3));
        var report = scenario.Reports.ShouldHaveSingleItem();
        (report.Title, report.Target, report.Rows).ShouldBe(("Ledger", "shop/ledger", "entries"));
        report.Columns.ShouldBe(["id", "kind"]);
        report.Expect.ToString().ShouldBe("""{"x":[]}""");
    }

    [Fact]
    public void What_is_left_out_has_a_default()
    {
        var one = Read("scenario: s\ncases: [{ name: a, process: p }]").Cases.ShouldHaveSingleItem();
        one.Input.IsNull.ShouldBeTrue();
        one.Expect.Status.ShouldBe(InvocationStatus.Completed);
        one.Timeout.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("cases:", "caess:", "unknown-key", 4)]
    [InlineData("ready: /health", "raedy: /health", "unknown-key", 3)]
    [InlineData("key: k", "keys: k", "unknown-key", 8)]
    [InlineData("put: shop/knobs", "putt: shop/knobs", "unknown-key", 9)]
    [InlineData("payload: {", "load: {", "unknown-key", 10)]
    [InlineData("failure:", "failed:", "unknown-key", 11)]
    [InlineData("attempts: 3", "tries: 3", "unknown-key", 11)]
    [InlineData("rows:", "row:", "unknown-key", 14)]
    [InlineData("put: shop/knobs", "put: shpo/knobs", "unknown-service", 9)]
    [InlineData("get: shop/ledger", "get: ledger", "wrong-value", 14)]
    [InlineData("put: shop/knobs,", "put: shop/knobs, post: shop/x,", "no-request", 9)]
    [InlineData("command: [shop, --quiet], ", "", "no-program", 3)]
    [InlineData("command:", "project: X, command:", "no-program", 3)]
    [InlineData("--quiet], args: [\"{data}/x\"], env: { A: b }, ready: /health", "\"{port}\"]", "no-readiness", 3)]
    [InlineData("status: failed", "status: done", "wrong-value", 11)]
    [InlineData("status: failed", "status: completed", "contradiction", 11)]
    [InlineData("timeout: 10s", "timeout: soon", "wrong-value", 12)]
    [InlineData("name: first", "nothing: first", "missing-key", 5)]
    [InlineData("input: {", "input: &x {", "refused-yaml", 7)]
    [InlineData("key: k", "key: k\n    key: l", "duplicate-key", 9)]
    public void A_mistake_is_an_error_with_its_line(string right, string wrong, string rule, int line)
    {
        Whole.ShouldContain(right);
        var result = ScenarioFile.Read(Whole.Replace(right, wrong, StringComparison.Ordinal), "scenario.yaml");
        result.Scenario.ShouldBeNull();
        var error = result.Errors.FirstOrDefault(e => e.Rule == rule).ShouldNotBeNull(string.Join('\n', result.Errors));
        (error.File, error.Line).ShouldBe(("scenario.yaml", line), error.ToString());
    }

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        var text = Whole.Replace("key: k", "Key: k", StringComparison.Ordinal)
            .Replace("rows: entries", "Rows: entries", StringComparison.Ordinal);
        var errors = ScenarioFile.Read(text, "f").Errors;
        errors.Select(error => (error.Line, error.Suggestion)).ShouldBe([(8, "key"), (14, "rows")]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("scenario: [")]
    [InlineData("scenario: s\ncases: 7")]
    [InlineData("scenario: s\ncases: [7]")]
    [InlineData("scenario: s\nservices: [a]\ncases: []")]
    [InlineData("\t")]
    public void What_is_no_scenario_is_refused_without_throwing(string text) =>
        ScenarioFile.Read(text, "f").Errors.ShouldNotBeEmpty();

    [Fact]
    public void A_file_that_is_too_large_is_refused() =>
        ScenarioFile.Read(new string('#', ScenarioFile.TextBytesMax + 1), "f")
            .Errors.ShouldHaveSingleItem().Rule.ShouldBe("too-large");

    [Fact]
    public void Two_cases_of_one_name_are_refused() =>
        ScenarioFile.Read("scenario: s\ncases: [{ name: a, process: p }, { name: a, process: p }]", "f")
            .Errors.ShouldHaveSingleItem().Rule.ShouldBe("duplicate-name");

    [Fact]
    public void The_sample_is_a_scenario_over_a_valid_process()
    {
        var folder = Repository.Folder("samples/01-order-fulfilment");
        var scenario = Read(File.ReadAllText(Path.Combine(folder, ScenarioFile.Name)));
        scenario.Cases.Length.ShouldBe(4);
        var file = ScenarioFile.ProcessFiles(scenario, folder).ShouldHaveSingleItem();
        var process = ProcessFile.Read(File.ReadAllText(file), file);
        process.Errors.ShouldBeEmpty();
        scenario.Cases.ShouldAllBe(one => one.Process == process.Map!.Process);
    }

    [Fact]
    public void Without_a_list_every_other_file_of_the_folder_is_a_process()
    {
        var folder = Directory.CreateTempSubdirectory("scenario-");
        foreach (var file in new[] { "scenario.yaml", "b.yaml", "a.json", "README.md" })
            File.WriteAllText(Path.Combine(folder.FullName, file), "");
        var scenario = Read("scenario: s\ncases: [{ name: a, process: p }]");
        ScenarioFile.ProcessFiles(scenario, folder.FullName).Select(Path.GetFileName).ShouldBe(["a.json", "b.yaml"]);
        folder.Delete(recursive: true);
    }

    private static Scenario Read(string text)
    {
        var result = ScenarioFile.Read(text, "scenario.yaml");
        return result.Scenario.ShouldNotBeNull(string.Join('\n', result.Errors));
    }
}
