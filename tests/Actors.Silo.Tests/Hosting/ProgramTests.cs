using System.Net;
using System.Net.Sockets;
using Actors.Silo.Configuration;
using Actors.Silo.Health;
using Actors.Silo.Hosting;
using Actors.Silo.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Shouldly;

namespace Actors.Silo.Tests.Hosting;

public sealed class ProgramTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly TcpListener _other = new(IPAddress.Loopback, 0);

    public void Dispose() => _other.Dispose();

    [Fact]
    public async Task A_port_in_use_is_named_with_the_way_out()
    {
        _other.Start();
        var port = ((IPEndPoint)_other.LocalEndpoint).Port;
        (await RunAsync("--urls", $"http://127.0.0.1:{port}")).ShouldBe(2);
        var message = _error.ToString();
        message.ShouldContain($"port {port} is in use");
        message.ShouldContain("--urls");
        message.Trim().ShouldNotContain('\n');
    }

    [Fact]
    public async Task An_address_on_the_network_is_refused()
    {
        (await RunAsync("--urls", "http://0.0.0.0:0")).ShouldBe(2);
        _error.ToString().ShouldContain("authentication is not configured");
    }

    [Fact]
    public async Task An_address_that_code_configures_is_refused_too()
    {
        var refusal = await Should.ThrowAsync<Exception>(() =>
            RunningSilo.StartAsync(more: services =>
            services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(server =>
            server.Listen(IPAddress.Any, 0))));
        (refusal as SiloStartException).ShouldNotBeNull().Message.ShouldContain("authentication is not configured");
    }

    [Theory]
    [InlineData("--prot 5")]
    [InlineData("--urls")]
    [InlineData("--host mainframe")]
    public async Task Wrong_flags_are_refused(string flags)
    {
        (await RunAsync(flags.Split(' '))).ShouldBe(2);
        _error.ToString().ShouldNotBeEmpty();
    }

#if !ORLEANS
    [Fact]
    public async Task A_host_that_was_left_out_is_refused_with_the_way_to_build_it()
    {
        (await RunAsync("--host", "orleans")).ShouldBe(2);
        _error.ToString().ShouldContain("-p:Orleans=true");
    }
#endif

    [Fact]
    public async Task A_silo_that_is_stopped_says_so_and_exits_with_0()
    {
        using var stop = new CancellationTokenSource();
        var listening = new Announcement();
        var runs = SiloRunner.RunAsync(() => Build(RunningSilo.Options), listening, _error, stop.Token);
        var line = await listening.First.Task;
        var address = line.Split(' ').Single(w => w.StartsWith("http", StringComparison.Ordinal)).TrimEnd(';');
        using var http = new HttpClient();
        (await http.GetAsync(address + "/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await stop.CancelAsync();
        (await runs).ShouldBe(0);
        listening.ToString().ShouldContain("stopped");
        await Should.ThrowAsync<HttpRequestException>(() => http.GetAsync(address + "/health/live"));
    }

    [Fact]
    public async Task Sigterm_and_ctrl_c_stop_a_silo_by_its_host()
    {
        await using var silo = await RunningSilo.StartAsync();
        silo.Services.GetRequiredService<IHostLifetime>().ShouldBeOfType<ConsoleLifetime>();
    }

    [Fact]
    public async Task A_stopping_silo_answers_those_who_wait()
    {
        await using var silo = await RunningSilo.StartAsync();
        using var client = silo.Client();
        await client.StartAsync(new StartRequest("approve") { Key = "w" });
        var waits = silo.Http.GetAsync("/v1/processes/approve/invocations/w/wait?timeout=5m");
        using var events = await silo.Http.GetAsync(
            "/v1/processes/approve/invocations/w/events", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await events.Content.ReadAsStreamAsync());
        (await lines.ReadLineAsync()).ShouldBe("id: 1");
        await silo.Engine.Waiting.Task;
        await silo.StopAsync();
        (await (await waits).Content.ReadAsStringAsync()).ShouldContain("\"waiting\"");
        (await lines.ReadToEndAsync()).ShouldContain("Started", customMessage: "the stream ends, and does not break");
    }

    private Task<int> RunAsync(params string[] args) => SiloProgram.RunAsync(
        ["--processes", Path.Combine(Path.GetTempPath(), "actors-none", "processes"), .. args],
        (options, token) => SiloRunner.RunAsync(() => Build(options with { Logs = "none" }), _output, _error, token),
        _output, _error);

    private static Microsoft.AspNetCore.Builder.WebApplication Build(SiloOptions options) =>
        SiloApp.Build(options, services => services
        .AddSingleton<IActorsClient>(new FakeEngine())
        .AddSingleton<ISiloHealth>(new RunningSilo.FakeHealth()));

    private sealed class Announcement : StringWriter
    {
        public TaskCompletionSource<string> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            First.TrySetResult(value!);
        }
    }
}
