using Actors.Grains.Invocations;

namespace Actors.Silo.Embedded.Client;

/// <summary>
/// Where silos share a store, what is read of an invocation may be up to a second old: older than its history, which is
/// read from the store. A view of a run that has ended is then of the run before the one that is watched.
/// </summary>
internal sealed class OldViews
{
    /// <summary>How long after an old view the next is asked for.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Three seconds: what is still behind then is no old view, but of an invocation that was removed and started anew.
    private const int LooksMax = 30;

    private int _looks;

    /// <summary>Whether a position is older than a history that has been read up to a sequence.</summary>
    public bool Has(InvocationPosition position, long read)
    {
        if (position.Sequence >= read) _looks = 0;
        return position.Sequence < read && _looks++ < LooksMax;
    }
}
