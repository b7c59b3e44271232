using Shouldly;

namespace Actors.Cli.Tests.Running;

public sealed class RunTests : IDisposable
{
    private const string Greeting = """
        process: greeting
        key: $.id
        input: { type: object, required: [id] }
        steps:
          first: { simulate: 1ms }
          second: { after: [first], delay: 1ms }
        output: { hello: $.input.name }
        """;

    private const string Failing = """
        process: failing
        steps:
          doomed: { simulate: { duration: 1ms, failures: 1 }, retry: { attempts: 2, first: 1ms } }
          later: { after: [doomed], delay: 1ms }
        """;

    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_child_that_the_run_does_not_have_is_refused_up_front_with_how_to_supply_it()
    {
        var parent = _cli.File("parent.yaml", "process: parent\nsteps: { mail: { child: sender } }");
        var run = await _cli.RunAsync("run", parent);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("step 'mail' of process 'parent' starts process 'sender', which this run does not");
        run.Error.ShouldContain("run a folder with a scenario.yaml");
        (await _cli.RunAsync("run", parent, "--store", _cli.Store)).Code.ShouldBe(2);
    }

    [Fact]
    public async Task An_undo_that_calls_a_handler_is_refused_like_a_step_that_does()
    {
        var file = _cli.File("p.yaml", "process: p\nsteps: { a: { simulate: 1ms, undo: { handler: h } } }");
        var run = await _cli.RunAsync("run", file);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("calls handler 'h', which is code that this program does not have");
    }

    [Fact]
    public async Task A_run_that_completes_shows_events_timeline_and_output()
    {
        var run = await _cli.RunAsync(
            "run", _cli.File("greeting.yaml", Greeting), "--input", """{"id":"g1","name":"world"}""");
        run.Error.ShouldBeEmpty();
        run.Code.ShouldBe(0);
        run.Out.ShouldContain("greeting/g1  version 1, 2 steps");
        run.Out.ShouldContain("first   succeeded");
        run.Out.ShouldContain("second  waits");
        run.Out.ShouldContain("greeting/g1  version 1, 2 steps  completed in");
        run.Out.ShouldContain("output  {\"hello\":\"world\"}");
        run.Out.ShouldAllBe(c => c < 128, "what is piped is ASCII");
    }

    [Fact]
    public async Task Json_is_one_object_with_the_documented_fields_in_order()
    {
        var run = await _cli.RunAsync(
            "run", _cli.File("greeting.yaml", Greeting), "--input", """{"id":"g1","name":"world"}""", "--json");
        run.Code.ShouldBe(0);
        run.Json.EnumerateObject().Select(field => field.Name).ShouldBe(
            ["invocationId", "process", "status", "output", "failure", "startedAt", "durationMs", "steps"]);
        run.Json.GetProperty("status").GetString().ShouldBe("completed");
        var step = run.Json.GetProperty("steps")[0];
        step.EnumerateObject().Select(field => field.Name).ShouldBe(
            ["name", "status", "attempts", "startedAt", "durationMs"]);
        step.GetProperty("status").GetString().ShouldBe("succeeded");
        run.Error.ShouldContain("first   succeeded");
    }

    [Fact]
    public async Task A_run_that_fails_says_why_and_exits_with_1()
    {
        var run = await _cli.RunAsync("run", _cli.File("failing.yaml", Failing));
        run.Code.ShouldBe(1);
        run.Out.ShouldContain("doomed  attempt 1 failed");
        run.Out.ShouldContain("again in");
        run.Out.ShouldContain("doomed  failed at attempt 2");
        run.Out.ShouldContain("failure  ");
        run.Out.ShouldContain("step 'doomed'");
    }

    [Fact]
    public async Task A_wrong_file_is_refused_with_its_errors_before_a_store_is_made()
    {
        var run = await _cli.RunAsync(
            "run", _cli.File("x.yaml", "process: x\nsteps: { a: { dely: 1s } }"), "--store", _cli.Store);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("x.yaml:2: ");
        File.Exists(_cli.Store).ShouldBeFalse();
    }

    [Fact]
    public async Task The_same_key_in_the_same_store_is_one_invocation()
    {
        var file = _cli.File("greeting.yaml", Greeting);
        string[] args = ["run", file, "--store", _cli.Store, "--input", """{"id":"g1","name":"world"}"""];
        (await _cli.RunAsync(args)).Code.ShouldBe(0);
        var again = await _cli.RunAsync(args);
        again.Code.ShouldBe(0);
        again.Out.ShouldContain("'greeting/g1' is in the store already, completed");
    }

    [Theory]
    [InlineData("{", "is not JSON at line 1")]
    [InlineData("", "is empty")]
    [InlineData("{}", "does not fit")]
    [InlineData("@nowhere.json", "there is no file 'nowhere.json'")]
    public async Task A_wrong_input_is_refused(string input, string said)
    {
        var run = await _cli.RunAsync("run", _cli.File("greeting.yaml", Greeting), "--input", input);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain(said);
    }

    [Fact]
    public async Task An_input_of_1000_levels_is_refused()
    {
        _cli.Input = new string('[', 1000) + new string(']', 1000);
        var run = await _cli.RunAsync("run", _cli.File("greeting.yaml", Greeting), "--input", "-");
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("nested deeper than 64 levels");
    }

    [Fact]
    public async Task An_input_of_50_megabytes_is_refused_without_being_read()
    {
        var file = Path.Combine(_cli.Folder, "large.json");
        await using (var large = File.Create(file)) large.SetLength(50_000_000);
        var run = await _cli.RunAsync("run", _cli.File("greeting.yaml", Greeting), "--input", "@" + file);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("has 50 MB; at most 16 MiB");
    }

    [Fact]
    public async Task A_file_that_is_no_store_is_refused()
    {
        var run = await _cli.RunAsync(
            "run", _cli.File("failing.yaml", Failing), "--store", _cli.File("notes.txt", "these are notes\n"));
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("notes.txt");
        run.Error.TrimEnd().ShouldNotContain("\n");
    }

    [Fact]
    public async Task A_process_that_needs_code_is_refused()
    {
        var run = await _cli.RunAsync("run", _cli.File("code.yaml", "process: x\nsteps: { a: { handler: Greet } }"));
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("handler 'Greet'");
    }

    [Fact]
    public async Task A_folder_with_several_processes_asks_for_one()
    {
        _cli.File("a.yaml", Failing);
        _cli.File("b.yaml", Greeting);
        var run = await _cli.RunAsync("run", _cli.Folder);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("name one of them: a.yaml, b.yaml");
    }
}
