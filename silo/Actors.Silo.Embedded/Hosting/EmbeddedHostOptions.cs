namespace Actors.Silo.Embedded;

/// <summary>Bounds and settings of the embedded host.</summary>
public sealed record EmbeddedHostOptions
{
    /// <summary>
    /// Messages that wait for one grain; more are refused (calls) or dropped with a warning (posts). Default: 10,000.
    /// Range: 1 to 1,000,000.
    /// </summary>
    public int MailboxMax { get; init; } = 10_000;

    /// <summary>
    /// Idle grains that are kept in memory; beyond that the longest idle leave. Default: 10,000. Range: 0 to
    /// 10,000,000.
    /// </summary>
    public int ActivationsMax { get; init; } = 10_000;

    /// <summary>
    /// After this long without a message a grain leaves memory. Default: 1 minute. Range: 10 milliseconds to 1 day.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Grains that are done and stay nevertheless until others are, or for a second: mostly somebody asks next how it
    /// went. Default: 64. Range: 0 to 10,000.
    /// </summary>
    public int RestingMax { get; init; } = 64;

    /// <summary>
    /// Attempts that run at once. Default: 256. Range: 0 to 100,000. 0: none is begun, all else goes on; so a person
    /// can cancel an invocation whose handler ends the process.
    /// </summary>
    public int WorkersMax { get; init; } = 256;

    /// <summary>
    /// Attempts that wait for a worker; more are offered again later. Default: 10,000. Range: 0 to 10,000,000.
    /// </summary>
    public int WorkQueueMax { get; init; } = 10_000;

    /// <summary>
    /// How long pure stages of a direct pipeline may take to be run by the turn that asks for them: what they give is
    /// then recorded in the same append, and their caller is answered after them. Only stages whose last eight runs
    /// ended at once, without awaiting anything, and within this time. Default: 200 microseconds. Range: 0 (never) to
    /// 1 second.
    /// </summary>
    public TimeSpan InTurnMax { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>
    /// Retries that a service which does not answer gets per first attempt; at least one per second. Others wait, in
    /// order; while the service answers none does. For steps that send requests. Default: 0.1. Range: 0 to 1,000.
    /// </summary>
    public double RetryRatio { get; init; } = 0.1;

    /// <summary>
    /// Unfinished grains that are activated at once when the host starts. Default: 64. Range: 1 to 10,000.
    /// </summary>
    public int ResumeConcurrency { get; init; } = 64;

    /// <summary>
    /// How far ahead timers are kept in memory; those that are due later are found in the store when their time is
    /// near. Default: 30 seconds. Range: 1 second to 1 hour.
    /// </summary>
    public TimeSpan TimerHorizon { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a start waits for room in the first queue of a queued pipeline before it is refused as overloaded.
    /// Default: 1 second. Range: 0 to 10 minutes.
    /// </summary>
    public TimeSpan AdmissionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names both.</exception>
    internal void Validate()
    {
        Check(MailboxMax, 1, 1_000_000, nameof(MailboxMax));
        Check(ActivationsMax, 0, 10_000_000, nameof(ActivationsMax));
        Check(RestingMax, 0, 10_000, nameof(RestingMax));
        Check(IdleTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), nameof(IdleTimeout));
        Check(WorkersMax, 0, 100_000, nameof(WorkersMax));
        Check(WorkQueueMax, 0, 10_000_000, nameof(WorkQueueMax));
        Check(InTurnMax, TimeSpan.Zero, TimeSpan.FromSeconds(1), nameof(InTurnMax));
        Check(RetryRatio, 0, 1_000, nameof(RetryRatio));
        Check(ResumeConcurrency, 1, 10_000, nameof(ResumeConcurrency));
        Check(AdmissionTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10), nameof(AdmissionTimeout));
        Check(TimerHorizon, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(TimerHorizon));
    }

    private static void Check<T>(T value, T min, T max, string name) where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            throw new ArgumentOutOfRangeException(
                name, value, $"EmbeddedHostOptions.{name} is {value}; its range is {min} to {max}");
    }
}
