using Shouldly;

namespace Actors.Cli.Tests.Running;

public sealed class ServeTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_served_process_is_started_watched_and_steered_from_the_command_line()
    {
        var processes = Directory.CreateDirectory(Path.Combine(_cli.Folder, "processes")).FullName;
        await File.WriteAllTextAsync(Path.Combine(processes, "gate.yaml"), """
            process: gate
            steps: { open: { wait: go } }
            output: { ok: true }
            """);
        await File.WriteAllTextAsync(Path.Combine(processes, "outer.yaml"), """
            process: outer
            steps: { inner: { child: gate } }
            """);
        await File.WriteAllTextAsync(Path.Combine(processes, "tail.yaml"), """
            process: tail
            steps: { now: { delay: 1ms }, later: { delay: 5h, detached: true } }
            """);
        var config = _cli.File("silo.json", """{ "Silo": { "Logs": "none" } }""");
        using var stop = new CancellationTokenSource();
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var serving = _cli.RunAsync(
            [
                "serve", "--urls", "http://127.0.0.1:0", "--store", _cli.Store, "--processes", processes,
                "--config", config,
            ],
            stop.Token,
            line =>
            {
                var at = line.IndexOf("http://", StringComparison.Ordinal);
                if (at >= 0) listening.TrySetResult(line[at..].Split(';')[0]);
            });
        (await Task.WhenAny(listening.Task, serving)).ShouldBe(listening.Task);
        _cli.Environment["ACTORS_URL"] = await listening.Task;

        (await _cli.RunAsync("start", "gate", "--key", "g1")).Out.ShouldContain("gate/g1  started");
        (await _cli.RunAsync("explain", "gate/g1")).Out.ShouldContain("waits for signal 'go'");
        (await _cli.RunAsync("list", "--processes")).Out.ShouldContain("gate");
        (await _cli.RunAsync("list", "--store", _cli.Store)).Error.ShouldContain("in use");
        (await _cli.RunAsync("signal", "gate/g1", "go", "--data", """{"by":"me"}""")).Code.ShouldBe(0);
        var watch = await _cli.RunAsync("watch", "gate/g1");
        watch.Code.ShouldBe(0);
        watch.Out.ShouldContain("took signal 'go'");
        (await _cli.RunAsync("retry", "gate/g1")).Code.ShouldBe(2);
        (await _cli.RunAsync("cancel", "gate/g1")).Out.ShouldContain(
            "gate/g1  has ended already (completed); nothing was changed");
        (await _cli.RunAsync("start", "gate", "--key", "g2")).Code.ShouldBe(0);
        (await _cli.RunAsync("resume", "gate/g2")).Out.ShouldContain("gate/g2  is waiting; nothing was changed");
        (await _cli.RunAsync("pause", "gate/g2")).Out.ShouldContain("gate/g2  paused");
        (await _cli.RunAsync("pause", "gate/g2")).Out.ShouldContain("gate/g2  is paused; nothing was changed");
        (await _cli.RunAsync("resume", "gate/g2")).Out.ShouldContain("gate/g2  resumed");
        (await _cli.RunAsync("cancel", "gate/g2")).Out.ShouldContain("gate/g2  cancelled");
        (await _cli.RunAsync("start", "outer", "--key", "o1")).Code.ShouldBe(0);
        (await _cli.RunAsync("explain", "outer/o1")).Out.ShouldContain(
            "released by: its end; why it waits: actors explain gate/outer~o1~1~inner");
        (await _cli.RunAsync("start", "tail", "--key", "t1", "--wait")).Code.ShouldBe(0);
        var tail = await _cli.RunAsync("explain", "tail/t1");
        tail.Out.ShouldContain("It has completed. Detached steps go on: later.");
        tail.Out.ShouldContain("step later waits for the end of its delay");
        (await _cli.RunAsync("list", "--process", "tail")).Out.ShouldMatch("in (5 h|4 h 59 min)");
        (await _cli.RunAsync("start", "gate", "--key", "../../etc/passwd")).Code.ShouldBe(0);
        (await _cli.RunAsync("list")).Out.ShouldContain("default/gate/../../etc/passwd");
        (await _cli.RunAsync("show", "default/gate/../../etc/passwd")).Code.ShouldBe(0);
        (await _cli.RunAsync("start", "gaet")).Error.ShouldContain("did you mean 'gate'?");

        await stop.CancelAsync();
        (await serving).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_folder_of_processes_that_is_not_there_is_refused_if_it_was_named()
    {
        var serve = await _cli.RunAsync(
            "serve", "--urls", "http://127.0.0.1:0", "--store", _cli.Store, "--processes",
            Path.Combine(_cli.Folder, "proceses"));
        serve.Code.ShouldBe(2);
        serve.Error.ShouldContain("actors: there is no folder of processes");
        serve.Error.TrimEnd().ShouldNotContain("\n");
        File.Exists(_cli.Store).ShouldBeFalse();
    }
}
