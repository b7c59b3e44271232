using Actors.Journal;
using Microsoft.Extensions.Logging;

namespace Actors.Silo.Embedded;

/// <summary>
/// Removes what ended longer ago than it is kept: every tenth of that time, at least every hour, in bounded batches.
/// Of several silos on one store one does it.
/// </summary>
internal sealed partial class RetentionLoop : IDisposable
{
    private const int BatchMax = 1000;

    private readonly IJournalStore _store;
    private readonly TimeSpan _kept;
    private readonly Func<bool> _isMine;
    private readonly Action _forget;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private int _busy;

    /// <param name="store">The store.</param>
    /// <param name="kept">How long what has ended is kept.</param>
    /// <param name="isMine">Whether this silo is to do it, at the moment.</param>
    /// <param name="forget">Lets what has ended leave memory: it would be told for as long as somebody asks.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    public RetentionLoop(
        IJournalStore store, TimeSpan kept, Func<bool> isMine, Action forget, TimeProvider time, ILogger logger)
    {
        (_store, _kept, _isMine, _forget, _time, _logger) = (store, kept, isMine, forget, time, logger);
        var period = TimeSpan.FromTicks(Math.Clamp(kept.Ticks / 10, TimeSpan.TicksPerSecond, TimeSpan.TicksPerHour));
        _timer = time.CreateTimer(_ => _ = RunAsync(), null, TimeSpan.Zero, period);
    }

    public void Dispose() => _timer.Dispose();

    private async Task RunAsync()
    {
        if (!_isMine() || Interlocked.Exchange(ref _busy, 1) == 1) return;
        try
        {
            int removed;
            do
            {
                removed = await _store.PurgeAsync(_time.GetUtcNow() - _kept, BatchMax);
                if (removed > 0) LogPurged(_logger, removed);
            }
            while (removed == BatchMax);
            _forget();
        }
        catch (ActorsException e)
        {
            LogFailed(_logger, e);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Removed {Count} finished journals")]
    private static partial void LogPurged(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Finished journals could not be removed; tried again at the next round")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
