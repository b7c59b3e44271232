using System.Diagnostics;
using System.Globalization;

namespace Actors.Storage.Tests.Sqlite;

/// <summary>This program, started as another process (<see cref="Program"/>).</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static OtherProcess Start(string storePath, int count, string boundary = "none")
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && IsDotnet(path) ? path : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(Program).Assembly.Location);
        start.ArgumentList.Add("hold");
        start.ArgumentList.Add(storePath);
        start.ArgumentList.Add(count.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(boundary);
        return new OtherProcess(Process.Start(start)!);
    }

    /// <summary>How many appends it was told are durable, until it holds the store or has died.</summary>
    public async Task<int> AcknowledgedAsync()
    {
        var acknowledged = 0;
        while (await _process.StandardOutput.ReadLineAsync() is { } line && line != "holding")
        {
            if (line.StartsWith("Appended", StringComparison.Ordinal)) acknowledged++;
        }

        return acknowledged;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public Task EndedAsync() => _process.WaitForExitAsync();

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static bool IsDotnet(string path) => Path.GetFileNameWithoutExtension(path) == "dotnet";
}
