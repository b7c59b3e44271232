using Orleans.Runtime.Providers;

namespace Actors.Silo.Orleans.Work;

/// <summary>
/// How long a part of the work stream pauses after a failure: 100 ms, doubled to at most 2 s. A silo that dies takes
/// the queues of some parts with it, which are made anew elsewhere at the next look; by Orleans' own 10 to 20 seconds
/// such a part would stand still for long after everything else went on.
/// </summary>
internal sealed class StreamPauses : IQueueReaderBackoffProvider, IMessageDeliveryBackoffProvider
{
    private const int DoubledMax = 10;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public TimeSpan Next(int attempt)
    {
        var pause = First * (1 << Math.Clamp(attempt, 0, DoubledMax));
        return pause < Longest ? pause : Longest;
    }
}
