using System.Diagnostics;
using Shouldly;

namespace Actors.Tests.Shared;

/// <summary>A small file system in memory, mounted on a folder.</summary>
internal sealed class TmpfsMount : IDisposable
{
    private readonly string _folder;

    private TmpfsMount(string folder) => _folder = folder;

    /// <summary>Why there can be none; null: there can.</summary>
    public static string? Obstacle { get; } = FindObstacle();

    public static TmpfsMount Create(string folder, string size)
    {
        Run("mount", "-t", "tmpfs", "-o", $"size={size}", "actors-test", folder).ShouldBe(0);
        return new TmpfsMount(folder);
    }

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", _folder).ShouldBe(0);

    public void Dispose() => Run("umount", _folder);

    private static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
            return "needs root on Linux, to mount a small file system";
        var folder = Directory.CreateTempSubdirectory("actors-mount-").FullName;
        try
        {
            if (Run("mount", "-t", "tmpfs", "-o", "size=64k", "actors-test", folder) != 0)
                return "this machine lets nobody mount a file system";
            Run("umount", folder);
            return null;
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}

/// <summary>A test that mounts a file system; skipped where that is not possible.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsMountFactAttribute : FactAttribute
{
    public NeedsMountFactAttribute() => Skip = TmpfsMount.Obstacle;
}
