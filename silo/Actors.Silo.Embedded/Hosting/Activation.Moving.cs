namespace Actors.Silo.Embedded.Hosting;

/// <summary>Leaving because the grain is to live elsewhere: it may not wait until nothing is asked of it.</summary>
internal sealed partial class Activation
{
    private TaskCompletionSource? _left;

    private bool IsMoving => Volatile.Read(ref _left) is { Task.IsCompleted: false };

    /// <summary>
    /// Lets the grain leave memory once what it has received is written. Callers whose answer was postponed get
    /// <see cref="UnavailableException"/>.
    /// </summary>
    /// <returns>Ends when it has left.</returns>
    public Task MoveAwayAsync()
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = Interlocked.CompareExchange(ref _left, mine, null) ?? mine;
        if (Volatile.Read(ref _messages) < 0) left.TrySetResult();
        Schedule(runHere: false);
        return left.Task;
    }

    private void MoveIfReady()
    {
        if (!IsMoving || _loading is { IsCompleted: false } || _inFlight is not null || !_collecting.IsEmpty) return;
        if (_grain is not null && !_mailbox.IsEmpty) return;
        LetGo(new UnavailableException($"grain '{Key}' is moving to another silo; try again"));
    }

    /// <summary>Forgets the grain for good; whoever waits is told why.</summary>
    private void LetGo(Exception why)
    {
        _loading = null;
        _callWaits = false;
        _mustLeave = false;
        Drop(why);
        FailMailbox(why);
        Leave();
    }
}
