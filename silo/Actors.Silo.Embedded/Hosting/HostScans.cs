using Actors.Grains.Hosting;
using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// What the host looks after by itself: unfinished grains at start, timers that come near, idle grains.
/// </summary>
internal sealed class HostScans(EmbeddedGrainHost host) : IDisposable
{
    private const int DuePage = 10_000;
    private const int ResumePage = 1_000;
    private const int SweepsPerIdleTimeout = 4;

    private readonly CancellationTokenSource _stop = new();
    private ITimer? _dueTimer;
    private ITimer? _sweepTimer;
    private int _scanning;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await ScanDueAsync(cancellationToken);
        var duePeriod = host.Options.TimerHorizon / 2;
        _dueTimer = host.Time.CreateTimer(_ => _ = ScanDueAsync(_stop.Token), null, duePeriod, duePeriod);
        var sweep = TimeSpan.FromTicks(Math.Clamp(
            host.Options.IdleTimeout.Ticks / SweepsPerIdleTimeout, TimeSpan.TicksPerMillisecond * 5, TimeSpan.TicksPerSecond));
        _sweepTimer = host.Time.CreateTimer(_ => Sweep(), null, sweep, sweep);
        _ = ResumeAsync(_stop.Token);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _dueTimer?.Dispose();
        _sweepTimer?.Dispose();
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        try
        {
            ResumableKey? last = null;
            var count = 0;
            while (true)
            {
                var page = await host.Store.ResumableAsync(last, ResumePage, cancellationToken);
                foreach (var batch in page.Chunk(host.Options.ResumeConcurrency))
                    await Task.WhenAll(batch.Select(row => ActivateAsync(row.Key, cancellationToken)));
                count += page.Count;
                if (page.Count < ResumePage) break;
                last = page[^1];
            }

            if (count > 0) host.Log.Resumed(count);
        }
        catch (OperationCanceledException)
        {
            // The host stops: the next one takes up the rest.
        }
        catch (ActorsException e)
        {
            host.Log.ScanFailed("unfinished grains", e);
        }
    }

    private async Task ActivateAsync(GrainKey key, CancellationToken cancellationToken)
    {
        try
        {
            await host.CallAsync(key, new Touch(), cancellationToken);
        }
        catch (ActorsException e) when (e is not StoreCorruptException)
        {
            host.Log.LoadFailed(key, e);
        }
        catch (StoreCorruptException)
        {
            // Said by the activation itself, as an alarm.
        }
    }

    private async Task ScanDueAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _scanning, 1) == 1) return;
        try
        {
            var horizon = host.Time.GetUtcNow() + host.Options.TimerHorizon;
            var due = await host.Store.DueAsync(horizon, DuePage, cancellationToken);
            foreach (var key in due) host.WakeUps.Note(key.Key, key.WakeAt);
            foreach (var activation in host.Activations)
            {
                if (activation.WakeAt is { } at && at <= horizon) host.WakeUps.Note(activation.Key, at);
            }

            // There is more than a page: look again as soon as these have been dealt with.
            if (due.Count == DuePage) _dueTimer?.Change(TimeSpan.FromMilliseconds(100), host.Options.TimerHorizon / 2);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
        catch (ActorsException e)
        {
            host.Log.ScanFailed("timers", e);
        }
        finally
        {
            Volatile.Write(ref _scanning, 0);
        }
    }

    private void Sweep()
    {
        var now = Environment.TickCount64;
        var idleSince = now - (long)host.Options.IdleTimeout.TotalMilliseconds;
        var idle = new List<Activation>();
        foreach (var activation in host.Activations)
        {
            if (!activation.IsIdle) continue;
            if (activation.LastUsed <= idleSince) activation.AskToLeave();
            else idle.Add(activation);
        }

        var tooMany = host.ActivationCount - host.Options.ActivationsMax;
        if (tooMany <= 0) return;
        idle.Sort(static (a, b) => a.LastUsed.CompareTo(b.LastUsed));
        foreach (var activation in idle.Take(tooMany)) activation.AskToLeave();
    }
}
