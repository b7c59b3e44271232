namespace Actors.Client;

/// <summary>Settings of the HTTP transport.</summary>
public sealed record HttpActorsClientOptions
{
    /// <summary>
    /// How long a call is repeated after its first failure, before the failure is thrown; zero: never. Default: 30
    /// seconds. Range: 0 to 1 hour. Only what cannot happen twice is repeated: reads, starts that attach, signals and
    /// entity calls (by their ids), cancel, pause and resume. A start with another policy, and a retry of an
    /// invocation, are repeated only if the silo has certainly not done them.
    /// </summary>
    public TimeSpan RetryTimeMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Before the first repetition; it doubles from one to the next, is drawn from half to all of it, and is never less
    /// than the silo asked for (<c>Retry-After</c>). Default: 100 milliseconds. Range: 1 millisecond to 1 minute.
    /// </summary>
    public TimeSpan RetryDelayFirst { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Largest pause between repetitions. Default: 5 seconds. Range: the first delay to 10 minutes.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Longest single request of a wait; longer waits are made of several. Default: 30 seconds. Range: 1 millisecond to
    /// 5 minutes.
    /// </summary>
    public TimeSpan WaitSlice { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A watched stream on which nothing comes for so long, not even the silo's keep-alive, is taken for broken and
    /// resumed. Default: 45 seconds. Range: above the silo's <c>EventsKeepAlive</c> to 1 hour.
    /// </summary>
    public TimeSpan WatchSilenceMax { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// Largest event of a watched stream, in bytes of JSON; a larger one fails the watch with <c>event-too-large</c>.
    /// Default: 64 MiB. Range: 1 KiB to 1 GiB.
    /// </summary>
    public int EventBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Clock of the pauses and waits. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal HttpActorsClientOptions Validated()
    {
        Check(nameof(RetryTimeMax), RetryTimeMax, TimeSpan.Zero, TimeSpan.FromHours(1));
        Check(nameof(RetryDelayFirst), RetryDelayFirst, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Check(nameof(RetryDelayMax), RetryDelayMax, RetryDelayFirst, TimeSpan.FromMinutes(10));
        Check(nameof(WaitSlice), WaitSlice, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5));
        Check(nameof(WatchSilenceMax), WatchSilenceMax, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        if (EventBytesMax is < 1024 or > 1 << 30)
            throw new ArgumentException(
                $"{nameof(HttpActorsClientOptions)}.{nameof(EventBytesMax)} is {EventBytesMax}; it has to be from " +
                $"1024 to {1 << 30} bytes");
        return this;
    }

    private static void Check(string name, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
            throw new ArgumentException(
                $"{nameof(HttpActorsClientOptions)}.{name} is {value:c}; it has to be from {min:c} to {max:c}");
    }
}
