using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>A silo or a shop as a child process that keeps its address when it is killed and started again.</summary>
internal sealed class FaultServer : IAsyncDisposable
{
    // Below the ports that systems give to outgoing connections: none of those takes the port while nobody listens.
    private const int PortMin = 15_000;
    private const int PortMax = 30_000;
    private const int PortTriesMax = 100;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    private readonly string _assembly;
    private readonly string[] _arguments;
    private readonly Dictionary<string, string> _environment;
    private string[] _before = [];
    private ChildProgram? _child;

    private FaultServer(string assembly, string[] arguments, Dictionary<string, string> environment)
    {
        (_assembly, _environment) = (assembly, environment);
        Address = new Uri($"http://127.0.0.1:{FreePort()}");
        _arguments = ["--urls", Address.GetLeftPart(UriPartial.Authority), .. arguments];
    }

    public Uri Address { get; }

    /// <summary>How often it was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Process id of the one that runs.</summary>
    public int ProcessId => _child!.Id;

    /// <summary>The last lines it wrote to stderr, and of errors in its log.</summary>
    public string Errors => _child?.Errors ?? "";

    /// <summary>Whether it has ended by itself.</summary>
    public bool HasEnded => _child!.HasEnded;

    public static FaultServer Silo(FaultFolder folder, Uri shop) =>
        Silo(folder, shop, "--store", Path.Combine(folder.Data, "store.db"));

    /// <summary>A silo with a store, and what else it is told.</summary>
    public static FaultServer Silo(FaultFolder folder, Uri shop, params string[] settings) => new(
        "Actors.Silo",
        ["--processes", folder.Processes, .. settings],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ACTORS_SERVICES__SHOP__URL"] = shop.ToString(),
            ["ACTORS_SILO__LOGS"] = "text",
        });

    /// <summary>A silo with a store and no process files: it knows what the store knows.</summary>
    public static FaultServer Silo(string store, params string[] settings) => new(
        "Actors.Silo",
        ["--store", store, .. settings],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["ACTORS_SILO__LOGS"] = "text" });

    public static FaultServer Shop(FaultFolder folder, params string[] settings) => new(
        "Shop", ["--ledger", folder.At("ledger.db"), "--stop-with-stdin", "true", .. settings], []);

    /// <summary>Starts it, and waits until it says that it listens.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => StartAsync(_before, cancellationToken);

    /// <summary>Lets it run as another user from its next start on; for root only.</summary>
    public void RunAs(uint user) => _before = ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups"];

    /// <summary>Starts it by another program, and waits until it says that it listens.</summary>
    public async Task StartAsync(IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        _child = ChildProgram.Start(_assembly, _environment, before, _arguments);
        await _child.HearAsync("listening on", cancellationToken);
        _child.Drain();
    }

    /// <summary>Starts it, and does not wait.</summary>
    public void Launch() => _child = ChildProgram.Start(_assembly, _environment, _arguments);

    /// <summary>Kills it with SIGKILL.</summary>
    public async Task KillAsync()
    {
        Kills++;
        await _child!.DisposeAsync();
        _child = null;
    }

    /// <summary>Sends it a signal, and does not wait.</summary>
    public void Send(Signal signal) => _child!.Send(signal);

    /// <summary>Waits until it has ended by itself.</summary>
    public Task<int> EndedAsync(CancellationToken cancellationToken) => _child!.EndedAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
    }

    /// <summary>A port that nobody listens on, and that nobody here was given before.</summary>
    internal static int FreePort()
    {
        for (var tries = 1; tries <= PortTriesMax; tries++)
        {
            var port = Random.Shared.Next(PortMin, PortMax);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                if (Given.TryAdd(port, true)) return port;
            }
            catch (SocketException)
            {
                // Taken; there are others.
            }
        }

        throw new InvalidOperationException($"no free port from {PortMin} to {PortMax} in {PortTriesMax} tries");
    }
}
