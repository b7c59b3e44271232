using System.Diagnostics;
using System.Globalization;
using Actors.Tests.Shared;

namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>Packets of this network namespace that are dropped, as if a wire were cut for them.</summary>
internal sealed class PacketRules : IDisposable
{
    private const string Before = "10";

    private int _count;

    // What leads to this machine itself is asked first by default; rules of ours come before it.
    public PacketRules()
    {
        Run("rule", "add", "pref", "100", "lookup", "local");
        Run("rule", "del", "pref", "0", "lookup", "local");
    }

    /// <summary>Why there can be none; null: there can.</summary>
    public static string? Obstacle { get; } = FindObstacle();

    /// <summary>Drops what goes to a port, or comes from one.</summary>
    /// <param name="side"><c>dport</c> or <c>sport</c>.</param>
    /// <param name="port">The port.</param>
    /// <param name="user">Whose packets; null: everybody's.</param>
    public void Drop(string side, int port, uint? user = null)
    {
        var who = user is { } id ? new[] { "uidrange", $"{id}-{id}" } : [];
        Run(["rule", "add", "pref", Before, .. who, "ipproto", "tcp",
            side, port.ToString(CultureInfo.InvariantCulture), "blackhole"]);
        _count++;
    }

    /// <summary>Drops nothing any more.</summary>
    public void Heal()
    {
        for (; _count > 0; _count--) Run("rule", "del", "pref", Before);
    }

    public void Dispose()
    {
        Heal();
        Run("rule", "add", "pref", "0", "lookup", "local");
        Run("rule", "del", "pref", "100", "lookup", "local");
    }

    private static string? FindObstacle()
    {
        if (PostgresServer.Obstacle is { } obstacle) return obstacle;
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") return "rules for packets need root on Linux";
        if (!File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip")) return "there is no program 'ip' of iproute2";
        if (!File.Exists("/usr/bin/setpriv")) return "there is no program 'setpriv': install util-linux";
        return NetworkOf("self") == NetworkOf("1")
            ? "rules for packets need a network of their own: unshare -n sh -c 'ip link set lo up; dotnet test ...'"
            : null;
    }

    private static string? NetworkOf(string process) => new FileInfo($"/proc/{process}/ns/net").LinkTarget;

    private static void Run(params string[] arguments)
    {
        using var process = Process.Start("ip", arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"'ip {string.Join(' ', arguments)}' ended with {process.ExitCode}");
    }
}

/// <summary>A test that is skipped where packets can't be dropped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PartitionFactAttribute : FactAttribute
{
    public PartitionFactAttribute() => Skip = PacketRules.Obstacle;
}
