using System.Collections.Concurrent;
using Actors.Grains.Work;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Shells;

namespace Actors.Silo.Orleans.Work;

/// <summary>The attempts that run on this silo: a bounded number, each once.</summary>
internal sealed class SiloWork(TimeProvider time) : IWorkControl, IDisposable
{
    private readonly ConcurrentDictionary<WorkKey, CancellationTokenSource> _running = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SemaphoreSlim? _places;
    private volatile bool _isStopping;
    private volatile bool _isCancelled;

    /// <summary>Whether nothing is begun any more.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Whether what still runs was told to stop, because the silo does.</summary>
    public bool IsCancelled => _isCancelled;

    /// <summary>Reaches this object from other silos.</summary>
    public IWorkControl? Reference { get; private set; }

    /// <summary>Attempts that run.</summary>
    public int Count => _running.Count;

    /// <summary>Opens for work.</summary>
    public void Open(int places, IGrainFactory grains)
    {
        _places = new SemaphoreSlim(places);
        Reference = grains.CreateObjectReference<IWorkControl>(this);
    }

    /// <summary>Notes that an attempt is in hand.</summary>
    /// <returns>False if it runs already.</returns>
    public bool TryBegin(WorkKey key) => _running.TryAdd(key, new CancellationTokenSource());

    /// <summary>Waits for a place.</summary>
    /// <returns>False if none came in time.</returns>
    public Task<bool> PlaceAsync(TimeSpan patience) => _places!.WaitAsync(patience);

    public CancellationToken TokenOf(WorkKey key) =>
        _running.TryGetValue(key, out var cancel) ? cancel.Token : CancellationToken.None;

    /// <summary>An attempt has ended, or found no place.</summary>
    public void End(WorkKey key, bool hadPlace)
    {
        _running.TryRemove(key, out _);
        if (hadPlace) _places!.Release();
        if (_isStopping && _running.IsEmpty) _idle.TrySetResult();
    }

    /// <inheritdoc/>
    public Task CancelAsync(Envelope work)
    {
        var key = MessageCodec.Read<WorkReference>(work).Key;
        if (_running.TryGetValue(key, out var cancel)) _ = cancel.CancelAsync();
        return Task.CompletedTask;
    }

    /// <summary>Begins nothing more; lets what runs end within a time, then tells it to stop.</summary>
    public async Task StopAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        _isStopping = true;
        if (_running.IsEmpty) return;
        try
        {
            await _idle.Task.WaitAsync(patience, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _isCancelled = true;
            foreach (var cancel in _running.Values) _ = cancel.CancelAsync();
        }
    }

    public void Dispose() => _places?.Dispose();
}
