using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Actors.Cli.Scenarios;

/// <summary>One service as a child process: started, awaited until it is ready, ended with all it started.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>Most lines of output that are kept.</summary>
    public const int OutputLinesMax = 200;

    private const string ListeningOn = "listening on ";
    private const int SigTerm = 15;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadyPollInterval = TimeSpan.FromMilliseconds(100);

    private readonly ScenarioService _service;
    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Queue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDisposed;

    private ServiceProcess(ScenarioService service, Process process, TimeProvider time)
    {
        (_service, _process, _time) = (service, process, time);
        Id = process.Id;
        // The net below all else: whichever way this program ends short of SIGKILL, its children end first.
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
    }

    /// <summary>Name of the service.</summary>
    public string Name => _service.Name;

    /// <summary>Process id.</summary>
    public int Id { get; }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>The last lines it printed, oldest first.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_gate) return [.. _output];
        }
    }

    /// <summary>Starts a service and waits until it is ready.</summary>
    /// <param name="service">What to start.</param>
    /// <param name="program">Program and arguments.</param>
    /// <param name="folder">Working directory.</param>
    /// <param name="data">What <c>{data}</c> stands for.</param>
    /// <param name="time">For the timeout.</param>
    /// <param name="cancellationToken">Gives up; nothing is left running.</param>
    /// <param name="place">Where it has to listen; null: on a free port.</param>
    /// <exception cref="ScenarioException">It can't be started, ends, or is not ready in time.</exception>
    public static async Task<ServiceProcess> StartAsync(
        ScenarioService service, IReadOnlyList<string> program, string folder, string data, TimeProvider time,
        CancellationToken cancellationToken, Uri? place = null)
    {
        if (place is not null) CheckFree(service, place);
        var port = service.TakesPort ? place?.Port ?? FreePort() : 0;
        var process = Start(service, StartInfo(service, program, folder, data, port, place));
        var running = new ServiceProcess(service, process, time);
        try
        {
            running.ReadOutput();
            await running.WaitUntilReadyAsync(port, cancellationToken);
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end (SIGTERM), and after five seconds ends it and all its children (SIGKILL).</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        if (!_process.HasExited)
        {
            if (!OperatingSystem.IsWindows()) _ = Signal(Id, SigTerm);
            if (!await HasEndedAsync())
            {
                _process.Kill(entireProcessTree: true);
                // Bounded too: a grandchild that left the tree may hold the pipes open, which is waited for as well.
                await HasEndedAsync();
            }
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);

    private async Task<bool> HasEndedAsync()
    {
        using var patience = new CancellationTokenSource(StopTimeout, _time);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return _process.HasExited;
        }
    }

    private static Process Start(ScenarioService service, ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info)!;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new ScenarioException($"service '{service.Name}': '{info.FileName}' can't be started: {e.Message}");
        }
    }

    private static ProcessStartInfo StartInfo(
        ScenarioService service, IReadOnlyList<string> program, string folder, string data, int port,
        Uri? place)
    {
        string Fill(string text) => text
            .Replace(ScenarioService.DataPlaceholder, data, StringComparison.Ordinal)
            .Replace(ScenarioService.PortPlaceholder, $"{port}", StringComparison.Ordinal);

        var info = new ProcessStartInfo(Fill(program[0]))
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Never written to: a service may take its end as a sign that nobody is left who needs it.
            RedirectStandardInput = true,
        };
        foreach (var argument in program.Skip(1).Concat(service.Arguments)) info.ArgumentList.Add(Fill(argument));
        if (port == 0)
        {
            info.ArgumentList.Add("--urls");
            info.ArgumentList.Add(place?.GetLeftPart(UriPartial.Authority) ?? "http://127.0.0.1:0");
        }

        ServiceBuild.CleanEnvironment(info);
        foreach (var (name, value) in service.Environment) info.Environment[name] = Fill(value);
        return info;
    }

    private static void CheckFree(ScenarioService service, Uri place)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // As servers do it: connections that have ended a moment ago are no hindrance.
        probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, place.Port));
        }
        catch (SocketException)
        {
            throw new ScenarioException(
                $"service '{service.Name}' has to listen on port {place.Port}, where the process file says and the " +
                "silo calls it, but another program does; end that one, or give the service another url in the " +
                "process file");
        }
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private void ReadOutput()
    {
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_gate)
        {
            _output.Enqueue(line);
            if (_output.Count > OutputLinesMax) _output.Dequeue();
        }

        if (line.StartsWith(ListeningOn, StringComparison.Ordinal) &&
            Uri.TryCreate(line[ListeningOn.Length..].Trim(), UriKind.Absolute, out var url))
            _listening.TrySetResult(url);
    }

    private async Task WaitUntilReadyAsync(int port, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_service.StartTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var exited = _process.WaitForExitAsync(both.Token);
        try
        {
            var url = port == 0 ? _listening.Task : Task.FromResult(new Uri($"http://127.0.0.1:{port}"));
            if (await Task.WhenAny(url, exited) == exited)
            {
                await exited;
                throw Failed($"ended with code {_process.ExitCode} before it said '{ListeningOn}URL'");
            }

            Url = await url;
            if (_service.ReadyPath is { } path) await PollAsync(new Uri(Url, path), exited, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed($"was not ready within {Durations.Format(_service.StartTimeout)}");
        }
        finally
        {
            await both.CancelAsync();
        }
    }

    private async Task PollAsync(Uri address, Task exited, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        while (!exited.IsCompleted)
        {
            try
            {
                using var answer = await http.GetAsync(address, cancellationToken);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (Exception e) when (e is HttpRequestException or SocketException)
            {
                // Not there yet.
            }

            await Task.Delay(ReadyPollInterval, _time, cancellationToken);
        }

        await exited;
        throw Failed($"ended with code {_process.ExitCode} before {address} answered");
    }

    private ScenarioException Failed(string what) =>
        new(string.Join('\n', Output.Prepend($"service '{Name}' {what}; its output:")));

    private void KillAtExit(object? sender, EventArgs e)
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
    }
}
