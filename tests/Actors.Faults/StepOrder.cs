namespace Actors.Faults;

/// <summary>
/// Puts the effects and the appends of one order into one sequence, so that the n-th crossing of a boundary is the same
/// in every run: an attempt begins only when the append that the outcome before it led to has returned.
/// </summary>
internal sealed class StepOrder
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _settled = Settled();

    /// <summary>Completes when no outcome waits to be appended.</summary>
    public Task SettledAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return _settled.Task.WaitAsync(cancellationToken);
    }

    /// <summary>An outcome is about to be delivered.</summary>
    public void OutcomeLeaves()
    {
        lock (_gate) _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>An append has returned.</summary>
    public void Appended()
    {
        lock (_gate) _settled.TrySetResult();
    }

    private static TaskCompletionSource Settled()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
