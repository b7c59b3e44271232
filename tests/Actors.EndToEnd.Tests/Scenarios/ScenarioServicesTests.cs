using System.Collections.Immutable;
using System.Diagnostics;
using Actors.Cli.Scenarios;
using Shouldly;

namespace Actors.EndToEnd.Tests.Scenarios;

public sealed class ScenarioServicesTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("services-");
    private readonly List<string> _said = [];

    private static string ShopProgram => Path.Combine(AppContext.BaseDirectory, "Shop.dll");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task A_service_is_started_on_a_free_port_and_is_gone_afterwards()
    {
        int id;
        await using (var services = await StartAsync(Shop("shop")))
        {
            id = services.Running.ShouldHaveSingleItem().Id;
            Process.GetProcessById(id).HasExited.ShouldBeFalse();
            services.Urls["shop"].IsLoopback.ShouldBeTrue();
            using var http = new HttpClient();
            (await http.GetStringAsync(new Uri(services.Urls["shop"], "/health"))).ShouldContain("ready");
            File.Exists(Path.Combine(_data.FullName, "shop.db")).ShouldBeTrue("{data} is filled in");
        }

        Should.Throw<ArgumentException>(() => Process.GetProcessById(id));
    }

    [Fact]
    public async Task A_service_that_is_handed_a_port_is_ready_when_its_path_answers()
    {
        var service = Shop("shop") with
        {
            Arguments = ["--ledger", "{data}/shop.db", "--urls", "http://127.0.0.1:{port}"],
            ReadyPath = "/health",
        };
        await using var services = await StartAsync(service);
        services.Urls["shop"].Port.ShouldBeGreaterThan(0);
        using var http = new HttpClient();
        (await http.GetAsync(new Uri(services.Urls["shop"], "/health"))).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task A_service_that_ignores_the_request_to_end_is_killed()
    {
        // Says that it is ready only after it has made itself deaf.
        const string script = "trap '' TERM; echo listening on http://127.0.0.1:1; while :; do read line; done";
        var service = Silent with { Command = ["bash", "-c", script] };
        int id;
        await using (var services = await StartAsync(service)) id = services.Running.Single().Id;
        Should.Throw<ArgumentException>(() => Process.GetProcessById(id));
    }

    [Fact]
    public async Task A_service_that_was_killed_meanwhile_is_no_trouble()
    {
        var services = await StartAsync(Shop("shop"));
        using var process = Process.GetProcessById(services.Running.Single().Id);
        process.Kill();
        await process.WaitForExitAsync();
        await Should.NotThrowAsync(services.DisposeAsync().AsTask);
    }

    [Fact]
    public async Task A_service_that_ends_at_once_is_an_error_with_its_output_and_the_others_are_stopped()
    {
        var failing = Shop("failing") with { Arguments = ["--knobs:payments:failNxt", "1"] };
        var error = await Should.ThrowAsync<ScenarioException>(() => StartAsync(Shop("shop"), failing));
        error.Message.ShouldContain("service 'failing' ended with code 2");
        error.Message.ShouldContain("failNxt");
        var id = int.Parse(_said.Single().Split("(process ")[1].TrimEnd(')'), null);
        Should.Throw<ArgumentException>(() => Process.GetProcessById(id));
    }

    [Fact]
    public async Task A_service_that_never_gets_ready_is_an_error_and_is_stopped()
    {
        var service = Silent with { StartTimeout = TimeSpan.FromSeconds(1) };
        var error = await Should.ThrowAsync<ScenarioException>(() => StartAsync(service));
        error.Message.ShouldContain("was not ready within 1s");
        Should.Throw<ArgumentException>(() => Process.GetProcessById(SilentId));
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_an_error_with_its_name() =>
        (await Should.ThrowAsync<ScenarioException>(() => StartAsync(Shop("x") with { Command = ["no-such-program"] })))
            .Message.ShouldContain("'no-such-program' can't be started");

    [Fact]
    public async Task A_project_that_does_not_exist_is_an_error_with_its_path() =>
        (await Should.ThrowAsync<ScenarioException>(() => StartAsync(Shop("x") with { Project = "Shpo" })))
            .Message.ShouldContain("Shpo");

    [Fact]
    public async Task Giving_up_while_it_starts_leaves_nothing_running()
    {
        using var cancellation = new CancellationTokenSource();
        var starting = ScenarioServices.StartAsync(
            Scenario(Silent), _data.FullName, _data.FullName, _said.Add, TimeProvider.System, cancellation.Token);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => starting);
    }

    [Fact]
    public async Task The_project_of_the_sample_is_built_and_started()
    {
        var folder = Repository.Folder("samples/01-order-fulfilment");
        var text = await File.ReadAllTextAsync(Path.Combine(folder, ScenarioFile.Name));
        var scenario = ScenarioFile.Read(text, "f").Scenario!;
        await using var services = await ScenarioServices.StartAsync(
            scenario, folder, _data.FullName, _said.Add, TimeProvider.System);
        _said[0].ShouldBe("building shop (Shop)");
        _said[1].ShouldStartWith("shop listens on http://127.0.0.1:");
        File.Exists(Path.Combine(_data.FullName, "shop-ledger.db")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_shop_told_to_stops_when_its_stdin_ends()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "exec", ShopProgram, "--urls", "http://127.0.0.1:0", "--stop-with-stdin", "true",
                "--ledger", Path.Combine(_data.FullName, "stdin.db"),
            },
        };
        using var shop = Process.Start(start)!;
        (await shop.StandardOutput.ReadLineAsync()).ShouldStartWith("listening on ");
        shop.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await shop.WaitForExitAsync(patience.Token);
        shop.ExitCode.ShouldBe(0);
        (await shop.StandardOutput.ReadToEndAsync()).ShouldBeEmpty("stdout carries one line");
    }

    private Task<ScenarioServices> StartAsync(params ScenarioService[] services) => ScenarioServices.StartAsync(
        Scenario(services), _data.FullName, _data.FullName, _said.Add, TimeProvider.System);

    private static Scenario Scenario(params ScenarioService[] services) => new("s", null, [], [.. services], [], []);

    // Takes any arguments, says nothing, and never ends by itself.
    private static ScenarioService Silent => Shop("silent") with
    {
        Command = ["sh", "-c", "echo $$ > {data}/pid; exec tail -f /dev/null"], Arguments = [],
    };

    private int SilentId => int.Parse(File.ReadAllText(Path.Combine(_data.FullName, "pid")), null);

    private static ScenarioService Shop(string name) => new(
        name, null, ["dotnet", "exec", ShopProgram], ["--ledger", $"{{data}}/{name}.db"],
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), null, TimeSpan.FromSeconds(30));
}
