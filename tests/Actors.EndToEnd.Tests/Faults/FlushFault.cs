using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>What happens to a process when it flushes for the n-th time, done to it by <c>strace</c>.</summary>
/// <param name="Name">For people.</param>
/// <param name="Injection">As <c>strace -e inject=fdatasync:...</c> has it.</param>
internal sealed record FlushFault(string Name, string Injection)
{
    /// <summary>Killed before the flush is done.</summary>
    public static FlushFault Kill { get; } = new("kill", "signal=KILL");

    /// <summary>The device could not write; the kernel calls the pages clean all the same.</summary>
    public static FlushFault InputOutputError { get; } = new("eio", "error=EIO");

    /// <summary>Why there can be none here; null: there can.</summary>
    public static string? Obstacle { get; } = Try();

    /// <summary>A program and its arguments before those of the program that is to fail.</summary>
    /// <param name="at">
    /// Which flush, from 1: each thread counts its own. A store is opened by one thread and written to by another.
    /// </param>
    /// <param name="log">Where to note what was flushed, for <see cref="Failed"/>; null: nowhere.</param>
    /// <param name="andAfter">Every later flush, too.</param>
    public IReadOnlyList<string> Before(int at, string? log = null, bool andAfter = false) =>
    [
        // Not with --seccomp-bpf: strace 6.1 then forgets all signals but the first.
        "strace", "--follow-forks", "--quiet=all", "--decode-fds=path", $"--output={log ?? "/dev/null"}",
        "--trace=fdatasync",
        string.Create(CultureInfo.InvariantCulture, $"--inject=fdatasync:{Injection}:when={at}{(andAfter ? "+" : "")}"),
    ];

    /// <summary>The files whose flush was answered with an error so far, by a log.</summary>
    public static IReadOnlyList<string> Failed(string log) =>
    [
        .. File.ReadLines(log).Where(line => line.Contains("(INJECTED)", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.LastIndexOf('>')]),
    ];

    private static string? Try()
    {
        try
        {
            var start = new ProcessStartInfo("strace")
            {
                UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
            };
            foreach (var argument in Kill.Before(1).Skip(1).Append("true")) start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"strace can't trace here: {said.Trim()}";
        }
        catch (Win32Exception)
        {
            return "strace is not installed";
        }
    }
}

/// <summary>A test in which flushes fail; skipped, with the reason, where they can't be made to.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FlushFaultFactAttribute : FactAttribute
{
    public FlushFaultFactAttribute() => Skip = FlushFault.Obstacle;
}
