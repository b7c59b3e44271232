using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Actors.Tests.Shared;

/// <summary>
/// A PostgreSQL server of our own: its cluster in a temporary folder, on a free loopback port, with durable settings.
/// Stopped by its process id.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    private const string User = "actors";

    // Before the obstacle, which depends on it.
    private static readonly string? Programs = FindPrograms();

    private readonly string _folder;
    private readonly int _port;

    private PostgresServer(string folder, int port)
    {
        _folder = folder;
        _port = port;
    }

    /// <summary>Why there can be none; null: there can.</summary>
    public static string? Obstacle { get; } = FindObstacle();

    /// <summary>Address of its database; add <c>?schema=</c> for a store of one's own.</summary>
    public string Address =>
        string.Create(CultureInfo.InvariantCulture, $"postgres://{User}@127.0.0.1:{_port}/postgres");

    /// <summary>Process id of the postmaster.</summary>
    public int ProcessId => int.Parse(
        File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="settings">Settings besides those that make it durable, as <c>name=value</c>.</param>
    public static PostgresServer Start(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("actors-pg-").FullName;
        if (IsRoot) Run("chown", User4Root, folder);
        var data = Path.Combine(folder, "data");
        RunAsServer("initdb", "-D", data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions");
        var server = new PostgresServer(folder, FreePort());
        string[] all =
        [
            $"port={server._port.ToString(CultureInfo.InvariantCulture)}", "listen_addresses='127.0.0.1'",
            $"unix_socket_directories='{folder}'", "fsync=on", "synchronous_commit=on", "full_page_writes=on",
            .. settings,
        ];
        File.AppendAllLines(Path.Combine(data, "postgresql.conf"), all);
        server.StartAgain();
        return server;
    }

    /// <summary>Starts the server of this cluster, and waits until it takes connections.</summary>
    public void StartAgain() => RunAsServer(
        "pg_ctl", "start", "-D", Path.Combine(_folder, "data"), "-w", "-t", "60", "-s",
        "-l", Path.Combine(_folder, "log"));

    /// <summary>Kills it, as a crash would: no checkpoint, no goodbye.</summary>
    public void Kill() => Stop("immediate");

    /// <summary>
    /// Kills its main process with SIGKILL, as the kernel would for want of memory, and waits until the others, which
    /// notice that, are gone, too.
    /// </summary>
    public void KillHard()
    {
        var main = ProcessId;
        var all = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id == main || ParentOf(id) == main).ToList();
        using (var process = Process.GetProcessById(main)) process.Kill();
        if (!SpinWait.SpinUntil(() => !all.Exists(IsRunning), TimeSpan.FromSeconds(60)))
            throw new InvalidOperationException("the server's processes outlive its main process");
    }

    /// <summary>Lets the server's user write into a folder.</summary>
    public static void LetWrite(string folder)
    {
        if (IsRoot) Run("chown", User4Root, folder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (File.Exists(Path.Combine(_folder, "data", "postmaster.pid"))) Stop("immediate");
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static string User4Root => File.ReadAllText("/etc/passwd").Contains("\npostgres:", StringComparison.Ordinal)
        ? "postgres"
        : "nobody";

    // Also one that has ended and that nobody has waited for yet: its lock file keeps the next server out.
    private static bool IsRunning(int process) => Directory.Exists($"/proc/{process}");

    private static int ParentOf(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private void Stop(string mode) =>
        RunAsServer("pg_ctl", "stop", "-D", Path.Combine(_folder, "data"), "-m", mode, "-w", "-t", "60", "-s");

    private static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux()) return "the tests start a PostgreSQL server on Linux only";
        if (Programs is null) return "there is no PostgreSQL server: apt-get install postgresql";
        return IsRoot && !File.Exists("/usr/sbin/runuser") ? "PostgreSQL refuses root, and there is no runuser" : null;
    }

    private static string? FindPrograms()
    {
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return installed.Concat(path).FirstOrDefault(folder =>
            File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void RunAsServer(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        if (IsRoot) Run("/usr/sbin/runuser", ["-u", User4Root, "--", path, .. arguments]);
        else Run(path, arguments);
    }

    private static void Run(string program, params string[] arguments)
    {
        // Output goes nowhere: the server would keep a pipe open for as long as it runs.
        var quoted = string.Join(' ', arguments.Prepend(program).Select(word => $"'{word.Replace("'", "'\\''")}'"));
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec {quoted} >/dev/null 2>&1"])
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{quoted} ended with {process.ExitCode}");
    }
}
