namespace Actors.Core.Invocations;

/// <summary>
/// Whole microseconds: the unit of time in journals. Rounds up, so that nothing that is due is ever early.
/// </summary>
internal static class Micros
{
    /// <summary>Longest span that is stored: ten years. What is longer is cut to it.</summary>
    public static TimeSpan SpanMax { get; } = TimeSpan.FromDays(3653);

    public static long OfTime(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros);

    public static long Of(TimeSpan span)
    {
        var ticks = Math.Min(span.Ticks, SpanMax.Ticks);
        return (ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond;
    }

    public static TimeSpan ToSpan(long micros) => TimeSpan.FromMicroseconds(micros);
}
