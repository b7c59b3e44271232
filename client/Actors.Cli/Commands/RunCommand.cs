using System.CommandLine;
using Actors.Cli.Files;
using Actors.Cli.Hosting;
using Actors.Cli.Local;

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
}

/// <summary><c>actors run</c>: runs a process file, or a folder with a scenario, in this process.</summary>
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
            "the end",
        HelpName = "FILE",
    };

    private readonly Option<double?> _timeScale = Shared.Number(
        "--time-scale", "Factor on the time of simulated steps; 0: they take none", 0.0, 1000.0);

    private readonly Option<int?> _workers = Shared.Number("--workers", "Attempts that run at once", 1, 100_000);

    private readonly Option<TimeSpan?> _timeout = Shared.Duration(
        "--timeout", "Stop waiting after this time (exit code 1); the store is kept");

    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command("run", "Run a process or a scenario in this process, and show how it goes.")
        {
            _path, _input, _key, _store, _timeScale, _workers, _timeout, _json,
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
        }));
        return command;
    }

    private Task<int> RunAsync(RunSettings settings) => Source.ScenarioFolder(settings.Path) is { } folder
        ? new ScenarioRun(host, settings).RunAsync(folder)
        : new ProcessRun(host, settings).RunAsync();
}
