using System.CommandLine;
using Actors.Cli.Hosting;
using Actors.Silo;
using Actors.Silo.Hosting;

namespace Actors.Cli.Commands;

/// <summary><c>actors serve</c>: the silo program in this process; its options are the silo's own.</summary>
internal sealed class ServeCommand(CliHost host) : ICliCommand
{
    private static readonly (string Name, string Description)[] Flags =
    [
        ("--urls", "Loopback addresses to listen on, separated by ';'. Default: http://127.0.0.1:5080"),
        ("--store", "The store: a file, or postgres://... Default: actors.db"),
        ("--lease", "How long a store on PostgreSQL is owned without being renewed: 1s to 10m. Default: 10s"),
        ("--processes", "Folder with the process files. Default: processes"),
        ("--config", "Configuration file. Default: actors.json next to the folder of processes"),
        ("--workers", "Attempts that run at once; 0: none is begun, all else goes on. Default: 256"),
        ("--logs", "Log lines: auto (text on a terminal, else json), json, text, none. Default: auto"),
    ];

    private readonly Option<string?>[] _options =
        [.. Flags.Select(flag => new Option<string?>(flag.Name) { Description = flag.Description })];

    private readonly Option<bool> _standby = new("--standby")
    {
        Description = "Wait as a hot standby while another silo owns the store; needs PostgreSQL",
    };

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command(
            "serve", "Run a silo: the processes of a folder, an HTTP API, a durable store.");
        foreach (var option in _options) command.Add(option);
        command.Options.Add(_standby);
        command.SetAction((parsed, _) => ServeAsync(parsed));
        return command;
    }

    private Task<int> ServeAsync(ParseResult parsed)
    {
        string[] args =
        [
            .. _options.Where(option => parsed.GetValue(option) is not null)
                .SelectMany(option => new[] { option.Name, parsed.GetValue(option)! }),
            .. parsed.GetValue(_standby) ? [_standby.Name] : Array.Empty<string>(),
        ];
        return SiloProgram.RunAsync(
            args,
            (options, token) => SiloRunner.RunAsync(
                () => SiloApp.Build(options, services => SiloEngine.Add(services, options)),
                host.Out.Writer, host.Error.Writer, token),
            host.Out.Writer, host.Error.Writer, host.Interrupted);
    }
}
