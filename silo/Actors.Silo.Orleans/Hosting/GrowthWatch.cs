namespace Actors.Silo.Orleans.Hosting;

/// <summary>Follows the journal of a grain that may be on another silo, by long polls.</summary>
internal sealed class GrowthWatch : IAsyncDisposable
{
    private static readonly TimeSpan ErrorPause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="poll">Answers when the journal has grown beyond a sequence, or after a while.</param>
    /// <param name="grown">Told of growth; after an error once too often, so that nothing is missed.</param>
    /// <param name="time">Clock.</param>
    public GrowthWatch(Func<long, Task<long>> poll, Action<long> grown, TimeProvider time) =>
        _running = RunAsync(poll, grown, time);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Func<long, Task<long>> poll, Action<long> grown, TimeProvider time)
    {
        long last = -1;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var sequence = await poll(last).WaitAsync(_stop.Token);
                if (sequence <= last) continue;
                last = sequence;
                grown(sequence);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (WireFailures.IsLoss(e))
            {
                grown(last);
                await Task.Delay(ErrorPause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
