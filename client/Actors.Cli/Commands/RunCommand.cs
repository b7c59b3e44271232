using System.CommandLine;
using Actors.Cli.Files;
using Actors.Cli.Hosting;
using Actors.Cli.Local;
using Actors.Cli.Remote;

namespace Actors.Cli.Commands;

/// <summary>What a run was asked to do.</summary>
internal sealed record RunSettings(string Path)
{
    public string? Input { get; init; }

    public string? Key { get; init; }

    public string? Store { get; init; }

    public double? TimeScale { get; init; }

    public int? Workers { get; init; }

    public bool Json { get; init; }

    public TimeSpan? Timeout { get; init; }

    /// <summary>Address of the silo that runs it; null: this process does.</summary>
    public string? Url { get; init; }

    /// <summary>On a silo: the tenant; null: by default.</summary>
    public string? Tenant { get; init; }
}

/// <summary>
/// <c>actors run</c>: runs a process file, or a folder with a scenario, in this process or on a silo.
/// </summary>
internal sealed class RunCommand(CliHost host) : ICliCommand
{
    private readonly Argument<string> _path = new("PATH")
    {
        Description = "A process file; or a folder with scenario.yaml, or with one process file",
    };

    private readonly Option<string?> _input = new("--input")
    {
        Description = $"Input: {InputText.Forms}. Default: null",
        HelpName = "JSON|@FILE|-",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = "Idempotency key, which becomes the invocation's id. Default: by the process's 'key', else a " +
            "fresh one",
        HelpName = "KEY",
    };

    private readonly Option<string?> _store = new("--store")
    {
        Description = "Keep the store in this file, or in postgres://... A store that holds unfinished invocations " +
            "of the process, and no --input or --key: they are taken up. Default: a temporary store, removed at " +
            "the end unless something is unfinished",
        HelpName = "FILE",
    };

    private readonly Option<double?> _timeScale = Shared.Number(
        "--time-scale", "Factor on the time of simulated steps, not on timeouts; 0: they take none", 0.0, 1000.0);

    private readonly Option<int?> _workers = Shared.Number("--workers", "Attempts that run at once", 1, 100_000);

    private readonly Option<TimeSpan?> _timeout = Shared.Duration(
        "--timeout", "Stop waiting after this time (exit code 1); the store is kept");

    private readonly Option<string?> _url = new("--url")
    {
        Description = "Run it on the silo at this address, to which the process is deployed, instead of in this " +
            "process. Services of a scenario then listen where the process file says",
        HelpName = "URL",
    };

    private readonly Option<string?> _tenant = new("--tenant")
    {
        Description = "With --url: the tenant. Default: default; for a scenario a fresh one, so that every run of it " +
            "is a new one",
    };

    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command("run", "Run a process or a scenario, here or on a silo, and show how it goes.")
        {
            _path, _input, _key, _store, _timeScale, _workers, _timeout, _url, _tenant, _json,
        };
        command.SetAction((parsed, _) => RunAsync(new RunSettings(parsed.GetRequiredValue(_path))
        {
            Input = parsed.GetValue(_input),
            Key = parsed.GetValue(_key),
            Store = parsed.GetValue(_store),
            TimeScale = parsed.GetValue(_timeScale),
            Workers = parsed.GetValue(_workers),
            Json = parsed.GetValue(_json),
            Timeout = parsed.GetValue(_timeout),
            Url = parsed.GetValue(_url),
            Tenant = parsed.GetValue(_tenant),
        }));
        return command;
    }

    private Task<int> RunAsync(RunSettings settings)
    {
        if (settings.Url is { } url)
        {
            CheckRemote(settings);
            return new Remote.SiloAddress(host).CallAsync(url, (client, _) => RunAsync(settings, client));
        }

        if (settings.Tenant is not null)
            throw new RefusedException("--tenant is for a run on a silo: add --url, or leave it out", "no-url");
        return RunAsync(settings, null);
    }

    private Task<int> RunAsync(RunSettings settings, IActorsClient? silo)
    {
        if (Source.ScenarioFolder(settings.Path) is { } folder)
            return new ScenarioRun(host, settings, silo).RunAsync(folder);
        return silo is null
            ? new ProcessRun(host, settings).RunAsync()
            : new RemoteRun(host, settings, silo).RunAsync();
    }

    private static void CheckRemote(RunSettings settings)
    {
        var local = settings.Store is not null ? "--store"
            : settings.Workers is not null ? "--workers"
            : settings.TimeScale is not null ? "--time-scale"
            : null;
        if (local is null) return;
        throw new RefusedException(
            $"{local} is for a run in this process; the silo at --url has settings of its own: leave one of the two " +
            "out", "two-places");
    }
}
