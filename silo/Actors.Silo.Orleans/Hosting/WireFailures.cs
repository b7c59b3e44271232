namespace Actors.Silo.Orleans.Hosting;

/// <summary>What may go wrong between silos.</summary>
internal static class WireFailures
{
    /// <summary>
    /// Whether an exception says that the answer was lost, or the request never arrived. What our grains refuse or
    /// fail at travels in envelopes, so whatever else a call between silos throws is such a loss: Orleans rejects a
    /// message with the very exception that it met on the way, of whichever type.
    /// </summary>
    /// <param name="e">The exception.</param>
    /// <param name="asked">Of the caller: that it was cancelled is no loss.</param>
    public static bool IsLoss(Exception e, CancellationToken asked = default) => e switch
    {
        UnavailableException => true,
        ActorsException or DefectException => false,
        OperationCanceledException => !asked.IsCancellationRequested,
        _ => true,
    };

    /// <summary>
    /// Whether a failure of our own code on a silo says no more than that this silo can't answer: it is stopping, or
    /// lost another one while it worked.
    /// </summary>
    public static bool IsEnd(Exception e) =>
        e is OrleansException or TimeoutException or ObjectDisposedException or OperationCanceledException;

    /// <summary>The same, for the engine's edge.</summary>
    public static UnavailableException ToUnavailable(GrainKey key, Exception e) => e as UnavailableException ??
        new UnavailableException($"it is not known whether grain '{key}' was reached: {e.Message}", e);
}

/// <summary>A silo failed at a call for a reason that its code did not expect; its log has the details.</summary>
internal sealed class DefectException(string message) : Exception(message);
