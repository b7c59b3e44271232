namespace Actors;

/// <summary>How long a client waits.</summary>
internal static class WaitTimeout
{
    /// <summary>What a caller's timeout means; null: for ever.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below zero and not infinite.</exception>
    public static TimeSpan? Of(TimeSpan? timeout)
    {
        if (timeout is not { } time || time == Timeout.InfiniteTimeSpan) return null;
        return time >= TimeSpan.Zero
            ? time
            : throw new ArgumentOutOfRangeException(
                nameof(timeout), time, "a wait lasts no less than zero; null or Timeout.InfiniteTimeSpan: for ever");
    }
}
