using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>Arithmetic of retries.</summary>
public static class RetryDelays
{
    /// <summary>
    /// The pause after a failed attempt: <c>min(max, first * factor^(attempt-1))</c>, with jitter scaled to between
    /// half and all of it ("equal jitter", M. Brooker, "Exponential Backoff And Jitter", 2015).
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="random">From 0 (inclusive) to 1 (exclusive).</param>
    public static TimeSpan After(RetryPolicy policy, int attempt, double random)
    {
        var ticks = policy.FirstDelay.Ticks * Math.Pow(policy.Factor, attempt - 1);
        var capped = Math.Min(ticks, policy.MaxDelay.Ticks);
        if (policy.Jitter) capped *= 0.5 + random / 2;
        return TimeSpan.FromTicks((long)capped);
    }

    /// <summary>
    /// Failure type of an attempt that found no code to run in its silo. It does not use up the step's attempts: a
    /// deployment without the handler must not fail an order for good.
    /// </summary>
    public const string HandlerMissing = "handler-missing";

    /// <summary>Whether a policy retries a failure after so many attempts.</summary>
    public static bool Allows(RetryPolicy policy, Failure failure, int attempt) =>
        failure.Type == HandlerMissing ||
        !failure.IsPermanent && attempt < policy.AttemptsMax &&
        (policy.On.IsDefaultOrEmpty || policy.On.Contains(failure.Type, StringComparer.Ordinal));
}
