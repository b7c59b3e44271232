using System.Runtime.InteropServices;

namespace Actors.Storage.Postgres.Opening;

/// <summary>An owner as another process sees it.</summary>
/// <param name="Epoch">Of the owner.</param>
/// <param name="Session">Number of its session.</param>
/// <param name="Holder">Its name for people.</param>
/// <param name="Left">Until its lease ends.</param>
/// <param name="IsPresent">Whether its session, or that of another who shares the store, is open.</param>
/// <param name="IsShared">Whether it shares the store.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Owner(
    long Epoch, long Session, string Holder, TimeSpan Left, bool IsPresent, bool IsShared = false);

/// <summary>
/// How long an owner has been without an open session. One that is alive begins the next session soon; one that was
/// killed does not, and its connection, which the system closes, tells so long before its lease ends.
/// </summary>
internal sealed class Absence(TimeSpan lease, TimeProvider time)
{
    private const int LeasePart = 10;

    // An owner that lost its connection tries to connect more often than that.
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(250);

    private readonly TimeSpan _max = lease / LeasePart > Min ? lease / LeasePart : Min;
    private long? _since;
    private (long Epoch, long Session) _session;

    /// <summary>Whether it has lasted long enough for another process to take over.</summary>
    public bool IsOver(Owner owner)
    {
        if (owner.IsPresent)
        {
            _since = null;
            return false;
        }

        if (_since is not { } since || _session != (owner.Epoch, owner.Session))
        {
            _session = (owner.Epoch, owner.Session);
            _since = time.GetTimestamp();
            return false;
        }

        return time.GetElapsedTime(since) >= _max;
    }

    /// <summary>The server was away: nobody could have a session.</summary>
    public void Forget() => _since = null;
}
