using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Silo.Embedded;

/// <summary>Starts and stops the engine with its program; as a hot standby, whenever the store can be had.</summary>
internal sealed partial class EngineService(
    ActorsEngine engine, ActorsOptions options, TimeProvider time, ILogger<EngineService> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _turns = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var cancelling = cancellationToken.UnsafeRegister(
            stopping => ((CancellationTokenSource)stopping!).Cancel(), _stopping);
        var starting = engine.StartAsync(_stopping.Token);
        if (options.Standby)
        {
            await Task.WhenAny(starting, engine.BeginsToStandBy);
            if (!starting.IsCompleted || starting.IsCompletedSuccessfully)
            {
                _turns = TakeTurnsAsync(starting);
                return;
            }
        }

        await starting;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _turns;
        await engine.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    // Stands by, works, loses the store, stands by again.
    private async Task TakeTurnsAsync(Task starting)
    {
        try
        {
            while (true)
            {
                if (await HasStartedAsync(starting))
                {
                    await engine.Lost.WaitAsync(_stopping.Token);
                    LogLost();
                    await engine.StopAsync(CancellationToken.None);
                }

                starting = engine.StartAsync(_stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The program ends.
        }
        catch (Exception e)
        {
            LogFailed(e);
            engine.Fail(e);
        }
    }

    private async Task<bool> HasStartedAsync(Task starting)
    {
        try
        {
            await starting;
            return true;
        }
        catch (Exception e) when (e is TransientException)
        {
            LogTriedInVain(e);
            await Task.Delay(Pause, time, _stopping.Token);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Critical, "Another process has taken the store over: nothing is written any more; " +
        "standing by for it")]
    private partial void LogLost();

    [LoggerMessage(2, LogLevel.Critical, "The store can't be taken over: restart this program")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "The store could not be taken over; trying again")]
    private partial void LogTriedInVain(Exception exception);
}
