using Shouldly;

namespace Actors.Cli.Tests.Running;

/// <summary>Scenarios that are broken off: nothing is lost, and the program says how to go on.</summary>
public sealed class UnfinishedScenarioTests : IDisposable
{
    private readonly CliRun _cli = new();
    private readonly string _folder;
    private string? _temporary;

    public UnfinishedScenarioTests()
    {
        _folder = Directory.CreateDirectory(Path.Combine(_cli.Folder, "scenario")).FullName;
        Write("quick.yaml", "process: quick\nkey: $.id\nsteps: { a: { delay: 1ms } }");
        Write("slow.yaml", "process: slow\nsteps: { a: { delay: 3s } }");
        Write("scenario.yaml", """
            scenario: three
            cases:
              - { name: first, process: quick, input: { id: q1 } }
              - { name: second, process: slow, key: s1 }
              - { name: third, process: quick, input: { id: q2 } }
            """);
    }

    public void Dispose()
    {
        _cli.Dispose();
        if (_temporary is not null) Directory.Delete(_temporary, recursive: true);
    }

    [Fact]
    public async Task An_interrupted_scenario_keeps_its_temporary_store_and_goes_on_with_it()
    {
        var first = await InterruptedAsync("run", _folder);
        first.Code.ShouldBe(130);
        var store = StoreIn(first.Error);
        first.Error.ShouldContain(
            $"interrupted: 1 of 3 cases ended; nothing is lost. Go on with: actors run {_folder} ");
        first.Error.ShouldNotContain("without a key");
        first.Error.ShouldContain("stopping: ");

        var second = await _cli.RunAsync("run", _folder, "--store", store);
        second.Error.ShouldBeEmpty();
        second.Code.ShouldBe(0, second.Out);
        var list = await _cli.RunAsync("list", "--store", store, "--json");
        list.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("invocationId").GetString())
            .ShouldBe(["q1", "s1", "q2"], ignoreOrder: true, "what was there was gone on with");
    }

    [Fact]
    public async Task The_place_of_the_store_is_told_before_a_second_signal_can_end_the_program()
    {
        using var interrupt = new CancellationTokenSource();
        var run = await _cli.RunAsync(["run", _folder], interrupt.Token, InterruptInSecondCase(interrupt));
        var store = StoreIn(run.Error);
        run.Error.Split('\n').ShouldContain(line => line.StartsWith("stopping: ", StringComparison.Ordinal) &&
            line.Contains(store, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_case_without_a_key_is_said_to_begin_anew()
    {
        Write("scenario.yaml", "scenario: one\ncases: [{ name: only, process: slow }]");
        using var interrupt = new CancellationTokenSource();
        var run = await _cli.RunAsync(["run", _folder, "--store", _cli.Store], interrupt.Token, line =>
        {
            if (line.Contains("1/1", StringComparison.Ordinal)) interrupt.CancelAfter(TimeSpan.FromSeconds(1));
        });
        run.Code.ShouldBe(130);
        run.Error.ShouldContain($"Go on with: actors run {_folder} --store {_cli.Store}");
        run.Error.ShouldContain("a case without a key begins anew");
    }

    [Fact]
    public async Task Json_has_the_cases_as_far_as_they_came()
    {
        var run = await InterruptedAsync("run", _folder, "--json");
        StoreIn(run.Error);
        run.Code.ShouldBe(130);
        run.Json.GetProperty("asExpected").GetBoolean().ShouldBeFalse();
        var cases = run.Json.GetProperty("cases");
        cases.GetArrayLength().ShouldBe(3);
        cases[0].GetProperty("asExpected").GetBoolean().ShouldBeTrue();
        cases[1].GetProperty("mismatches")[0].GetString().ShouldBe("it had not ended when the run was interrupted");
        cases[1].GetProperty("invocation").GetProperty("status").GetString().ShouldBe("waiting");
        cases[2].GetProperty("mismatches")[0].GetString().ShouldBe("it was not run");
    }

    [Fact]
    public async Task A_scenario_that_does_not_end_in_time_keeps_its_store_too()
    {
        var run = await _cli.RunAsync("run", _folder, "--timeout", "1500ms", "--json");
        run.Code.ShouldBe(1);
        File.Exists(StoreIn(run.Error)).ShouldBeTrue();
        run.Error.ShouldContain("not ended within 1.5s: 1 of 3 cases ended");
        run.Json.GetProperty("cases").GetArrayLength().ShouldBe(3);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private string StoreIn(string error)
    {
        var store = error.Trim().Split("--store ")[^1].Split('\n')[0];
        _temporary = Path.GetDirectoryName(store);
        File.Exists(store).ShouldBeTrue(error);
        return store;
    }

    private async Task<CliResult> InterruptedAsync(params string[] args)
    {
        using var interrupt = new CancellationTokenSource();
        return await _cli.RunAsync(args, interrupt.Token, InterruptInSecondCase(interrupt));
    }

    // A case says nothing between its heading and its end; the start of its invocation takes less than this.
    private static Action<string> InterruptInSecondCase(CancellationTokenSource interrupt) => line =>
    {
        if (line.Contains("2/3", StringComparison.Ordinal)) interrupt.CancelAfter(TimeSpan.FromSeconds(1));
    };
}
