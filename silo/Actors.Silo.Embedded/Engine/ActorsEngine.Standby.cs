namespace Actors.Silo.Embedded;

public sealed partial class ActorsEngine
{
    private readonly TaskCompletionSource<Exception> _failed = NewSource<Exception>();
    private TaskCompletionSource _lost = NewSource();
    private readonly TaskCompletionSource _standsBy = NewSource();
    private volatile string? _standsByFor;

    /// <summary>Who owns the store that this engine waits for; null: it does not wait.</summary>
    public string? StandsByFor => _standsByFor;

    /// <summary>
    /// Ends with the reason when the engine can't take work any more, whatever it waits for: its store has stopped (a
    /// flush failed, or another process has taken it over) and this one is not to stand by, or the store can't be taken
    /// over by this program. Restart it.
    /// </summary>
    public Task<Exception> Failed => _failed.Task;

    /// <summary>Ends when the store has stopped, or another process has taken it over.</summary>
    internal Task Lost => _lost.Task;

    /// <summary>Ends when the engine begins to wait for a store that another process owns.</summary>
    internal Task BeginsToStandBy => _standsBy.Task;

    /// <summary>The engine can't go on.</summary>
    internal void Fail(Exception reason) => _failed.TrySetResult(reason);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void StandBy(string holder)
    {
        _standsByFor = holder;
        _standsBy.TrySetResult();
    }

    private void LoseStore() =>
        LoseStore(new UnavailableException("another process has taken the store over; restart this one"));

    private void LoseStore(Exception why)
    {
        _lost.TrySetResult();
        if (!_options.Standby) Fail(why);
    }

    private TransientException NotRunning() => _standsByFor is { } owner
        ? new StandbyException(
            $"this silo is the hot standby of {owner}, which owns the store: send the request there; this silo takes " +
            "over when that one ends")
        : new UnavailableException("the engine is not running");
}
