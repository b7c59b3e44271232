namespace Actors.Storage;

/// <summary>Times are stored as whole milliseconds since 1970, UTC.</summary>
internal static class StoredTime
{
    /// <summary>For times in the past: rounded down.</summary>
    public static long Floor(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>For times to wait for: rounded up, so that nothing is woken early.</summary>
    public static long Ceiling(DateTimeOffset time) =>
        time.UtcTicks % TimeSpan.TicksPerMillisecond == 0 ? Floor(time) : Floor(time) + 1;

    public static DateTimeOffset Read(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? Read(long? milliseconds) => milliseconds is { } value ? Read(value) : null;
}
