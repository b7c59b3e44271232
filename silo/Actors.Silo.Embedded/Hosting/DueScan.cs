namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Looks again and again for timers that come near: in the store's due index, and in the grains in memory. It reads a
/// page, earliest first; if there is more, it looks again before the last of the page is due. So whatever was lost on
/// the way to a grain is found again as long as the index says it is due.
/// </summary>
internal sealed class DueScan : IDisposable
{
    private const int PageMin = 10_000;
    private const int PageMax = 1_000_000;
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly EmbeddedGrainHost _host;
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private int _page = PageMin;
    private int _scanning;
    private DateTimeOffset _reached;

    public DueScan(EmbeddedGrainHost host)
    {
        _host = host;
        _timer = host.Time.CreateTimer(
            static state => ((DueScan)state!).Begin(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Scans once, and sets the timer for the next time. Never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _scanning, 1) == 1) return;
        var next = RetryPause;
        try
        {
            next = await ScanAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            _host.Log.ScanFailed("timers", e);
        }
        finally
        {
            Volatile.Write(ref _scanning, 0);
        }

        if (!_stop.IsCancellationRequested) _timer.Change(next, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _timer.Dispose();
    }

    private void Begin() => _ = RunAsync(_stop.Token);

    /// <summary>When to scan again, from now.</summary>
    private async Task<TimeSpan> ScanAsync(CancellationToken cancellationToken)
    {
        // A clock that was set forward may have passed entries whose timer still waits.
        _host.WakeUps.Fire();
        var now = _host.Time.GetUtcNow();
        var until = now + _host.Options.TimerHorizon;
        var due = await _host.Store.DueAsync(until, _page, cancellationToken);
        foreach (var row in due)
        {
            if (_host.Around.Keeps(row.Key)) _host.WakeUps.Note(new WakeKey(row.Key, true), row.WakeAt);
        }

        foreach (var activation in _host.Activations)
        {
            if (activation.WakeAt is { } at && at <= until) _host.WakeUps.Note(new WakeKey(activation.Key, false), at);
        }

        var period = _host.Options.TimerHorizon / 2;
        if (due.Count < _page)
        {
            _page = PageMin;
            return period;
        }

        // Keys that stay in the index although they were woken must not hide those behind them.
        var reached = due[^1].WakeAt;
        var isStuck = reached <= _reached;
        if (isStuck && _page < PageMax) _page *= 2;
        _reached = reached;
        var before = reached - now - Soon;
        return isStuck || before < Soon ? Soon : before < period ? before : period;
    }
}
