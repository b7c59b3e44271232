using Actors.Silo.Api.Requests;

namespace Actors.Silo.Api.Invocations;

/// <summary>Waits for the end of an invocation on behalf of a caller.</summary>
internal static class Waiting
{
    /// <summary>
    /// The state at the end, when the time is up, or when the silo begins to stop: whichever comes first.
    /// </summary>
    public static async Task<InvocationView> WaitAsync(
        ApiCall call, InvocationId id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var stopping = call.UntilStopping(cancellationToken);
        try
        {
            return await call.Actors.WaitAsync(id, timeout, stopping.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await call.Actors.GetAsync(id, cancellationToken);
        }
    }
}
