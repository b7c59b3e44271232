using System.CommandLine;
using Actors.Silo.Configuration;

namespace Actors.Silo.Hosting;

/// <summary>The silo as a program: flags, configuration, processes, run.</summary>
public static class SiloProgram
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Loopback addresses to listen on, separated by ';'. Default: http://127.0.0.1:5080",
    };

    private static readonly Option<string> Store =
        new("--store") { Description = "The store: a file, or postgres://... Default: actors.db" };

    private static readonly Option<bool> Standby = new("--standby")
    {
        Description = "Wait as a hot standby while another silo owns the store; needs PostgreSQL",
    };

    private static readonly Option<string> Lease = new("--lease")
    {
        Description = "How long the store on PostgreSQL is owned without being renewed: 1s to 10m. Default: 10s",
    };

    private static readonly Option<string> Processes =
        new("--processes") { Description = "Folder with the process files. Default: processes" };

    private static readonly Option<string> Config = new("--config")
    {
        Description = "Configuration file. Default: actors.json next to the folder of processes",
    };

    private static readonly Option<string> Workers = new("--workers")
    {
        Description = "Attempts that run at once; 0: none is begun, all else goes on. Default: 256",
    };

    private static readonly Option<string> Logs = new("--logs")
    {
        Description = "Log lines on the console: auto (text on a terminal, else json), json, text, none. Default: auto",
    };

    private static readonly Option<string> Host =
        new("--host") { Description = "Which host runs the grains: embedded, or orleans where it was built in" };

    private static readonly Option<string> Cluster = new("--cluster")
    {
        Description = "Join the silos in this database, postgres://..., which holds the store; needs --host orleans",
    };

    private static readonly Option<string> SiloPort =
        new("--silo-port") { Description = "In a cluster: port for the other silos. Default: 11111" };

    private static readonly Option<string> GatewayPort =
        new("--gateway-port") { Description = "In a cluster: port for Orleans clients. Default: 30000" };

    /// <summary>Runs the program.</summary>
    /// <param name="args">Flags.</param>
    /// <param name="run">Runs a silo with the options found, and gives the exit code.</param>
    /// <param name="output">For help.</param>
    /// <param name="error">For what is wrong.</param>
    /// <param name="cancellationToken">Stops the silo.</param>
    /// <returns>0: ran and was stopped; 2: refused; 3: lost the store to another process.</returns>
    public static async Task<int> RunAsync(
        string[] args, Func<SiloOptions, CancellationToken, Task<int>> run, TextWriter output, TextWriter error,
        CancellationToken cancellationToken = default)
    {
        var command = new RootCommand("Runs a silo: processes from files, an HTTP API, a durable store.")
        {
            Urls, Store, Standby, Lease, Processes, Config, Workers, Logs, Host, Cluster, SiloPort, GatewayPort,
        };
        command.SetAction((parsed, token) => RunAsync(parsed, run, error, token));
        var parsed = command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var mistake in parsed.Errors) await error.WriteLineAsync(mistake.Message);
            return SiloRunner.Refused;
        }

        // Signals are the host's: it drains before it ends.
        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            },
            cancellationToken);
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Func<SiloOptions, CancellationToken, Task<int>> run, TextWriter error,
        CancellationToken cancellationToken)
    {
        SiloOptions options;
        try
        {
            options = SiloConfiguration.Load(
                new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    ["Silo:Urls"] = parsed.GetValue(Urls),
                    ["Silo:Store"] = parsed.GetValue(Store),
                    ["Silo:Standby"] = parsed.GetValue(Standby) ? "true" : null,
                    ["Silo:Lease"] = parsed.GetValue(Lease),
                    ["Silo:Processes"] = parsed.GetValue(Processes),
                    ["Silo:Workers"] = parsed.GetValue(Workers),
                    ["Silo:Logs"] = parsed.GetValue(Logs),
                    ["Silo:Host"] = parsed.GetValue(Host),
                    ["Silo:Cluster"] = parsed.GetValue(Cluster),
                    ["Silo:InCluster:SiloPort"] = parsed.GetValue(SiloPort),
                    ["Silo:InCluster:GatewayPort"] = parsed.GetValue(GatewayPort),
                },
                parsed.GetValue(Config));
        }
        catch (SiloStartException e)
        {
            await error.WriteLineAsync($"actors: {e.Message}");
            return SiloRunner.Refused;
        }

        return await run(options, cancellationToken);
    }
}
