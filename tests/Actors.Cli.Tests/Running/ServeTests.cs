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
        (await _cli.RunAsync("start", "gaet")).Error.ShouldContain("did you mean 'gate'?");

        await stop.CancelAsync();
        (await serving).Code.ShouldBe(0);
    }
}
