using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// What the host looks after by itself: unfinished grains at start, timers that come near, idle grains.
/// </summary>
internal sealed class HostScans : IDisposable
{
    private const int ResumePage = 1_000;
    private const int SweepsPerIdleTimeout = 4;
    private static readonly TimeSpan RestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(5);

    private readonly EmbeddedGrainHost _host;
    private readonly DueScan _due;
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _sweepTimer;
    private int _mustResume;
    private int _hasResumed;

    public HostScans(EmbeddedGrainHost host) => (_host, _due) = (host, new DueScan(host));

    /// <summary>Ends once all that was unfinished at the start has been taken up.</summary>
    public Task Resumed { get; private set; } = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _due.RunAsync(cancellationToken);
        var sweep = TimeSpan.FromTicks(Math.Clamp(
            _host.Options.IdleTimeout.Ticks / SweepsPerIdleTimeout,
            TimeSpan.TicksPerMillisecond * 5,
            TimeSpan.TicksPerSecond));
        _sweepTimer = _host.Time.CreateTimer(_ => Sweep(), null, sweep, sweep);
        Resume();
    }

    /// <summary>
    /// Takes up what is unfinished, once more if that is going on already, and looks for timers: of those that a silo
    /// which has gone would have seen to, this one knows nothing until then.
    /// </summary>
    public void ResumeAgain()
    {
        _ = _due.RunAsync(_stop.Token);
        Resume();
    }

    private void Resume()
    {
        if (Interlocked.Exchange(ref _mustResume, 1) == 1) return;
        lock (_stop) Resumed = Resumed.IsCompleted ? ResumeAsync(_stop.Token) : ResumeAfterAsync(Resumed);
    }

    private async Task ResumeAfterAsync(Task earlier)
    {
        await earlier;
        await ResumeAsync(_stop.Token);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _due.Dispose();
        _sweepTimer?.Dispose();
    }

    /// <summary>
    /// Asks grains that have been idle for long, or are too many, to leave; takes up those that a full store broke off.
    /// </summary>
    public void Sweep()
    {
        var idle = new List<Activation>();
        var (count, leaving) = (0, 0);
        _host.CheckStore();
        var isReady = _host.Store.Health == StoreHealth.Ready;
        foreach (var activation in _host.Activations)
        {
            count++;
            if (isReady && activation.WaitsForStore) activation.RetryNow();
            if (activation.IsAskedToLeave) leaving++;
            if (!activation.IsIdle) continue;
            var idleFor = _host.Time.GetElapsedTime(activation.LastUsed);
            if (idleFor < _host.Options.IdleTimeout && !(activation.IsResting && idleFor >= RestTimeout))
            {
                idle.Add(activation);
                continue;
            }

            activation.AskToLeave();
            leaving++;
        }

        var tooMany = count - leaving - _host.Options.ActivationsMax;
        if (tooMany <= 0) return;
        idle.Sort(static (a, b) => a.LastUsed.CompareTo(b.LastUsed));
        foreach (var activation in idle.Take(tooMany)) activation.AskToLeave();
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        // Waited for without a token: who has one gives it back when the token is signalled.
        var places = new SemaphoreSlim(_host.Options.ResumeConcurrency);
        ResumableKey? last = null;
        var count = 0;
        Volatile.Write(ref _mustResume, 0);
        try
        {
            while (true)
            {
                var page = await ReadPageAsync(last, cancellationToken);
                foreach (var row in page.Where(row => _host.Around.Keeps(row.Key)))
                {
                    count++;
                    cancellationToken.ThrowIfCancellationRequested();
                    await places.WaitAsync(CancellationToken.None);
                    _ = ActivateAsync(row.Key, places, cancellationToken);
                }

                if (page.Count < ResumePage) break;
                last = page[^1];
            }

            for (var i = 0; i < _host.Options.ResumeConcurrency; i++) await places.WaitAsync(CancellationToken.None);
            // Later rounds find mostly what is in memory already.
            if (count > 0 && Interlocked.Exchange(ref _hasResumed, 1) == 0) _host.Log.Resumed(count);
        }
        catch (OperationCanceledException)
        {
            // The host stops: the next one takes up the rest.
        }
    }

    /// <summary>What is unfinished must be found: reading goes on until it succeeds or the host stops.</summary>
    private async Task<IReadOnlyList<ResumableKey>> ReadPageAsync(
        ResumableKey? last, CancellationToken cancellationToken)
    {
        for (var pause = RetryFirst; ; pause = pause * 2 < RetryMax ? pause * 2 : RetryMax)
        {
            try
            {
                return await _host.Store.ResumableAsync(last, ResumePage, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                _host.Log.ScanFailed("unfinished grains", e);
            }

            await Task.Delay(pause, _host.Time, cancellationToken);
        }
    }

    private async Task ActivateAsync(GrainKey key, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        try
        {
            await _host.Around.TouchAsync(key, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
        catch (StoreCorruptException)
        {
            // Said by the activation itself, as an alarm.
        }
        catch (Exception e)
        {
            _host.Log.LoadFailed(key, e);
        }
        finally
        {
            places.Release();
        }
    }
}
