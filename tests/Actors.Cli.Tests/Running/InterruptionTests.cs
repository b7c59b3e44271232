using Shouldly;

namespace Actors.Cli.Tests.Running;

public sealed class InterruptionTests : IDisposable
{
    private const string Slow = """
        process: slow
        steps:
          first: { simulate: 1ms }
          second: { after: [first], delay: 2s }
        output: { done: true }
        """;

    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task An_interrupted_run_is_taken_up_by_the_same_command()
    {
        var file = _cli.File("slow.yaml", Slow);
        var first = await InterruptedAsync("run", file, "--store", _cli.Store);
        first.Code.ShouldBe(130);
        first.Error.ShouldContain($"Go on with: actors run {file} --store {_cli.Store}");

        var second = await _cli.RunAsync("run", file, "--store", _cli.Store);
        second.Error.ShouldBeEmpty();
        second.Code.ShouldBe(0);
        second.Out.ShouldContain("takes up 1 unfinished invocation of 'slow'");
        second.Out.ShouldContain("completed in");
        second.Out.ShouldNotContain("first   begins", Case.Sensitive, "what is done is not done again");
    }

    [Fact]
    public async Task A_temporary_store_is_kept_when_the_run_is_interrupted()
    {
        var first = await InterruptedAsync("run", _cli.File("slow.yaml", Slow), "--json");
        first.Code.ShouldBe(130);
        first.Json.GetProperty("status").GetString().ShouldBe("waiting");
        var store = first.Error.Trim().Split("--store ")[^1];
        File.Exists(store).ShouldBeTrue();
        var stopping = first.Error.Split('\n').Single(line => line.StartsWith("stopping: ", StringComparison.Ordinal));
        stopping.ShouldContain(store, Case.Sensitive, "a second signal ends the program at once");
        Directory.Delete(Path.GetDirectoryName(store)!, recursive: true);
    }

    [Fact]
    public async Task A_run_that_does_not_end_in_time_exits_with_1_and_says_how_to_go_on()
    {
        var run = await _cli.RunAsync("run", _cli.File("slow.yaml", Slow), "--store", _cli.Store, "--timeout", "300ms");
        run.Code.ShouldBe(1);
        run.Error.ShouldContain("not ended within 300ms");
        run.Error.ShouldContain("--store");
    }

    [Fact]
    public async Task An_unfinished_invocation_is_read_from_the_closed_store()
    {
        await InterruptedAsync("run", _cli.File("slow.yaml", Slow), "--store", _cli.Store, "--key", "s1");

        var list = await _cli.RunAsync("list", "--store", _cli.Store);
        list.Error.ShouldBeEmpty();
        list.Out.ShouldContain("slow/s1");
        list.Out.ShouldContain("waiting");

        var show = await _cli.RunAsync("show", "slow/s1", "--store", _cli.Store);
        show.Code.ShouldBe(0);
        show.Out.ShouldContain("second  waiting");
        show.Out.ShouldContain("history");

        var explain = await _cli.RunAsync("explain", "slow/s1", "--store", _cli.Store);
        explain.Out.ShouldContain("step second waits for the end of its delay");
        explain.Out.ShouldContain("No process has the store open");

        var json = await _cli.RunAsync("show", "slow/s1", "--store", _cli.Store, "--json");
        var history = json.Json.GetProperty("history");
        history[0].GetProperty("type").GetString().ShouldBe("Started");
        foreach (var e in history.EnumerateArray()) e.GetProperty("data").TryGetProperty("at", out _).ShouldBeFalse();
        var scheduled = history.EnumerateArray().Last();
        var due = scheduled.GetProperty("data").GetProperty("due").GetDateTimeOffset();
        (due - scheduled.GetProperty("at").GetDateTimeOffset()).ShouldBe(TimeSpan.FromSeconds(2));
        show.Out.ShouldContain($"{scheduled.GetProperty("at").GetDateTimeOffset():yyyy-MM-ddTHH:mm:ss.fff}Z  second");

        var missing = await _cli.RunAsync("show", "slow/s2", "--store", _cli.Store);
        missing.Code.ShouldBe(2);
        missing.Error.ShouldContain("there is no invocation 'slow/s2'");
    }

    [Theory]
    [InlineData("run", "slow.yaml")]
    [InlineData("serve", "--urls", "http://127.0.0.1:0", "--processes", ".")]
    public async Task A_store_in_a_folder_that_is_not_there_is_refused_and_no_folder_made(params string[] args)
    {
        _cli.File("slow.yaml", Slow);
        var missing = Path.Combine(_cli.Folder, "stoers");
        var run = await _cli.RunAsync(
        [
            .. args.Select(arg => arg is "." or "slow.yaml" ? Path.Combine(_cli.Folder, arg) : arg),
            "--store", Path.Combine(missing, "actors.db"),
        ]);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain($"there is no folder '{missing}'");
        run.Error.TrimEnd().ShouldNotContain("\n");
        Directory.Exists(missing).ShouldBeFalse();
    }

    [Fact]
    public async Task Reading_a_store_that_is_not_there_makes_none()
    {
        var list = await _cli.RunAsync("list", "--store", _cli.Store);
        list.Code.ShouldBe(2);
        list.Error.ShouldContain("there is no store");
        File.Exists(_cli.Store).ShouldBeFalse();
    }

    // Interrupts once the second step waits, whichever output says so.
    private async Task<CliResult> InterruptedAsync(params string[] args)
    {
        using var interrupt = new CancellationTokenSource();
        return await _cli.RunAsync(args, interrupt.Token, line =>
        {
            if (line.Contains("second  waits", StringComparison.Ordinal)) interrupt.Cancel();
        });
    }
}
