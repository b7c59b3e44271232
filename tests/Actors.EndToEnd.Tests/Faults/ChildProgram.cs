using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>Signals by their numbers on Linux.</summary>
internal enum Signal
{
    /// <summary>SIGTERM: end yourself.</summary>
    Terminate = 15,

    /// <summary>SIGCONT: go on.</summary>
    Continue = 18,

    /// <summary>SIGSTOP: hang.</summary>
    Stop = 19,
}

/// <summary>
/// A program of this repository as a child process, ended by its id with SIGKILL whenever a test wants.
/// </summary>
internal sealed class ChildProgram : IAsyncDisposable
{
    private const int ErrorLinesMax = 100;

    /// <summary>Of lines of the log.</summary>
    private static readonly string[] Complaints = [" fail: ", " crit: "];

    private readonly Process _process;
    private readonly Queue<string> _errors = new();
    private Task _drained = Task.CompletedTask;

    private ChildProgram(Process process)
    {
        _process = process;
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>Whether it is gone.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>The last lines it wrote to stderr, and, if it is drained, of errors in its log.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return string.Join('\n', _errors);
        }
    }

    /// <param name="assembly">Name of the program's assembly, which lies beside the tests.</param>
    /// <param name="environment">Variables it gets.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ChildProgram Start(
        string assembly, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start(assembly, environment, [], arguments);

    /// <param name="assembly">Name of the program's assembly, which lies beside the tests.</param>
    /// <param name="environment">Variables it gets.</param>
    /// <param name="before">A program that runs it, and ends with it; empty: none.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ChildProgram Start(
        string assembly, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> before,
        params string[] arguments)
    {
        var dotnet = Environment.ProcessPath is { } path && IsDotnet(path) ? path : "dotnet";
        string[] program = [.. before, dotnet];
        var start = new ProcessStartInfo(program[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in program.Skip(1)) start.ArgumentList.Add(argument);
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new ChildProgram(Process.Start(start)!);
    }

    public Task SayAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>It is told no more.</summary>
    public void HangUp() => _process.StandardInput.Close();

    /// <summary>The next line it prints; null if it has ended.</summary>
    public Task<string?> HearAsync(CancellationToken cancellationToken) =>
        _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask();

    /// <summary>Waits until it prints a line with a text in it.</summary>
    public async Task HearAsync(string text, CancellationToken cancellationToken)
    {
        while (await HearAsync(cancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return;
        }

        // Its last words are behind what it printed.
        await _process.WaitForExitAsync(cancellationToken);
        throw new InvalidOperationException(
            $"process {Id} has ended before it said '{text}'; its last words:\n{Errors}");
    }

    /// <summary>Reads whatever it prints from now on, and keeps the last lines of it that something is wrong.</summary>
    public void Drain() => _drained = DrainAsync();

    /// <summary>Kills it as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends it a signal, and does not wait.</summary>
    public void Send(Signal signal)
    {
        if (Kill(_process.Id, (int)signal) != 0) throw new InvalidOperationException($"process {_process.Id} is gone");
    }

    /// <summary>Waits until it has ended by itself, and what it wrote has been read.</summary>
    public async Task<int> EndedAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _drained.WaitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        await KillAsync();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private static bool IsDotnet(string path) => Path.GetFileNameWithoutExtension(path) == "dotnet";

    private async Task DrainAsync()
    {
        while (await HearAsync(CancellationToken.None) is { } line)
        {
            if (Complaints.Any(word => line.Contains(word, StringComparison.Ordinal))) Keep(line);
        }
    }

    private void KillAtExit(object? sender, EventArgs e)
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_errors)
        {
            _errors.Enqueue(line);
            if (_errors.Count > ErrorLinesMax) _errors.Dequeue();
        }
    }
}
