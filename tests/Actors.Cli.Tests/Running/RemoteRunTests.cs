using System.Net;
using System.Net.Sockets;
using Shouldly;

namespace Actors.Cli.Tests.Running;

/// <summary>Runs on a silo that is served beside, and knows no processes but one of its own.</summary>
public sealed class RemoteRunTests : IAsyncLifetime
{
    private readonly CliRun _cli = new();
    private readonly CancellationTokenSource _stop = new();
    private Task<CliResult>? _serving;
    private string _url = "";

    public async Task InitializeAsync()
    {
        var processes = Directory.CreateDirectory(Path.Combine(_cli.Folder, "processes")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(processes, "own.yaml"), "process: own\nsteps: { a: { delay: 1ms } }");
        var config = _cli.File("silo.json", """{ "Silo": { "Logs": "none" } }""");
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _serving = _cli.RunAsync(
            [
                "serve", "--urls", "http://127.0.0.1:0", "--store", _cli.Store, "--processes", processes,
                "--config", config,
            ],
            _stop.Token,
            line =>
            {
                var at = line.IndexOf("http://", StringComparison.Ordinal);
                if (at >= 0) listening.TrySetResult(line[at..].Split(';')[0]);
            });
        (await Task.WhenAny(listening.Task, _serving)).ShouldBe(listening.Task);
        _url = await listening.Task;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        (await _serving!).Code.ShouldBe(0);
        _stop.Dispose();
        _cli.Dispose();
    }

    [Fact]
    public async Task A_process_runs_on_a_silo_that_did_not_know_it_and_is_joined_by_its_key()
    {
        var file = _cli.File("hello.yaml", """
            process: hello
            steps: { a: { delay: 1ms } }
            output: { hello: $.input.name }
            """);
        var run = await _cli.RunAsync("run", file, "--url", _url, "--input", """{"name":"x"}""", "--key", "h1");
        run.Error.ShouldBeEmpty();
        run.Code.ShouldBe(0);
        run.Out.ShouldContain("hello/h1");
        run.Out.ShouldContain("completed");
        run.Out.ShouldContain("{\"hello\":\"x\"}");
        var again = await _cli.RunAsync("run", file, "--url", _url, "--key", "h1", "--json");
        again.Code.ShouldBe(0);
        again.Error.ShouldContain("this run joins it");
        again.Json.GetProperty("status").GetString().ShouldBe("completed");
        (await _cli.RunAsync("list", "--processes", "--url", _url)).Out.ShouldContain("hello");
    }

    [Fact]
    public async Task The_exit_code_says_how_it_ended()
    {
        var file = _cli.File("broken.yaml", """
            process: broken
            steps: { a: { get: "gone/x", retry: { attempts: 1 } } }
            services: { gone: { url: "http://127.0.0.1:1" } }
            """);
        var failing = await _cli.RunAsync("run", file, "--url", _url);
        failing.Code.ShouldBe(1, failing.Error);
        failing.Out.ShouldContain("failed");
        var gate = _cli.File("gate.yaml", "process: gate\nsteps: { a: { wait: go } }");
        var late = await _cli.RunAsync("run", gate, "--url", _url, "--key", "g", "--timeout", "10ms", "--json");
        late.Code.ShouldBe(1);
        late.Error.ShouldContain("not ended within 10ms: 'gate/g' goes on in the silo");
        late.Error.ShouldContain("actors signal gate/g go --url");
        late.Json.GetProperty("status").GetString().ShouldBe("waiting");
        using var interrupted = new CancellationTokenSource();
        var stopped = await _cli.RunAsync(
            ["run", gate, "--url", _url, "--key", "g"], interrupted.Token,
            line =>
            {
                if (line.Contains("waits for", StringComparison.Ordinal)) interrupted.Cancel();
            });
        stopped.Code.ShouldBe(130);
        stopped.Error.ShouldContain("goes on in the silo");
    }

    [Fact]
    public async Task A_scenario_runs_anew_each_time()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_cli.Folder, "scenario")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "keyed.yaml"), "process: keyed\nsteps: { a: { delay: 1ms } }\noutput: { ok: true }");
        await File.WriteAllTextAsync(Path.Combine(folder, "scenario.yaml"), """
            scenario: one
            cases: [{ name: a, process: keyed, key: k1, expect: { output: { ok: true } } }]
            """);
        for (var i = 0; i < 2; i++)
        {
            var run = await _cli.RunAsync("run", folder, "--url", _url, "--json");
            run.Code.ShouldBe(0, run.Error);
            run.Json.GetProperty("asExpected").GetBoolean().ShouldBeTrue();
            run.Error.ShouldContain("tenant run-");
        }

        (await _cli.RunAsync("run", folder, "--url", _url, "--tenant", "acme")).Out.ShouldContain("acme/keyed/k1");
    }

    [Fact]
    public async Task A_service_listens_where_the_silo_will_call_it_or_says_why_not()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_cli.Folder, "service")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "scenario.yaml"), """
            scenario: one
            services: { shop: { command: ["no-such-program"] } }
            cases: [{ name: a, process: calls }]
            """);
        await WriteAsync("http://shop.example");
        var foreign = await _cli.RunAsync("run", folder, "--url", _url);
        foreign.Code.ShouldBe(2);
        foreign.Error.ShouldContain("a silo calls service 'shop' where the process file says");

        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await WriteAsync($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}");
        var inUse = await _cli.RunAsync("run", folder, "--url", _url);
        inUse.Code.ShouldBe(2);
        inUse.Error.ShouldContain("another program does");

        Task WriteAsync(string url) => File.WriteAllTextAsync(Path.Combine(folder, "calls.yaml"), $$"""
            process: calls
            services: { shop: { url: "{{url}}" } }
            steps: { a: { get: shop/x } }
            """);
    }

    [Fact]
    public async Task A_process_of_the_silos_own_and_settings_of_a_local_run_are_refused()
    {
        var file = _cli.File("own.yaml", "process: own\nsteps: { b: { delay: 1ms } }");
        var own = await _cli.RunAsync("run", file, "--url", _url);
        own.Code.ShouldBe(2);
        own.Error.ShouldContain("process 'own' comes from the silo's own files or code");
        var store = await _cli.RunAsync("run", file, "--url", _url, "--store", "x.db");
        store.Code.ShouldBe(2);
        store.Error.ShouldContain("--store is for a run in this process");
        (await _cli.RunAsync("run", file, "--tenant", "acme")).Error.ShouldContain("--tenant is for a run on a silo");
        (await _cli.RunAsync("run", file, "--url", "http://127.0.0.1:1")).Error.ShouldContain("actors serve");
    }

    [Theory]
    [InlineData("start", "gate", "--wait", "--key", "w1")]
    [InlineData("watch", "gate/w1")]
    public async Task Who_stops_waiting_for_an_invocation_gets_its_state_and_the_command_that_goes_on(
        params string[] args)
    {
        var gate = _cli.File("gate.yaml", "process: gate\nsteps: { a: { wait: go } }");
        await _cli.RunAsync("run", gate, "--url", _url, "--key", "w1", "--timeout", "10ms");
        using var interrupted = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var stopped = await _cli.RunAsync([.. args, "--url", _url, "--json"], interrupted.Token);
        stopped.Code.ShouldBe(130);
        stopped.Error.ShouldContain($"See it with: actors watch gate/w1 --url {_url}");
        stopped.Json.GetProperty("status").GetString().ShouldBe("waiting");
    }

    [Fact]
    public async Task An_interrupted_scenario_says_where_what_it_started_goes_on()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_cli.Folder, "long")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "long.yaml"), "process: long\nsteps: { a: { delay: 1h } }");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "scenario.yaml"), "scenario: one\ncases: [{ name: a, process: long }]");
        using var interrupted = new CancellationTokenSource();
        var run = await _cli.RunAsync(
            ["run", folder, "--url", _url, "--tenant", "acme", "--json"], interrupted.Token, line =>
            {
                if (line.Contains("1/1", StringComparison.Ordinal)) interrupted.CancelAfter(TimeSpan.FromSeconds(1));
            });
        run.Code.ShouldBe(130);
        run.Error.ShouldContain($"goes on in the silo. See it with: actors list --tenant acme --url {_url}");
        run.Json.GetProperty("cases")[0].GetProperty("invocation").GetProperty("status").GetString()
            .ShouldBe("waiting");
    }
}
