using Actors.Grains.Work;
using Actors.Silo.Embedded.Hosting;
using Actors.Silo.Orleans.Shells;

namespace Actors.Silo.Orleans.Work;

/// <summary>
/// An attempt that a grain of this silo has handed out. Times are those since the dispatcher began, by a clock that
/// nobody sets.
/// </summary>
internal sealed class OnTheWay(WorkItem item) : IQueuedWork
{
    private static readonly TimeSpan SilenceFirst = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SilenceMax = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What was handed out a moment ago may be running on a silo that lives without anybody having said so; whoever
    /// runs it says so until then.
    /// </summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    /// <summary>Between two questions whether it still waits in a queue that it is to be withdrawn from.</summary>
    private static readonly TimeSpan WithdrawPeriod = TimeSpan.FromSeconds(1);

    private volatile bool _isWithdrawn;
    private TimeSpan _lookAgainAt;
    private TimeSpan _silence = SilenceFirst;
    private TimeSpan _withdrawAgainAt;
    private int _shift;
    private int _sentThere = 1;

    public WorkItem Item => item;

    /// <summary>Whether the grain waits for it no more.</summary>
    public bool IsWithdrawn => _isWithdrawn;

    /// <summary>When it was sent; null: it waits here for the budget of its service.</summary>
    public TimeSpan? SentAt { get; private set; }

    /// <summary>How many silos in a row have said that they lack its handler.</summary>
    public int Lacks { get; private set; }

    public SiloAddress? By { get; private set; }

    public IWorkControl? Control { get; private set; }

    public bool IsCancelled { get; set; }

    /// <summary>Whether it goes through a queue that all silos share.</summary>
    public bool IsQueued => item.Limit is not null || item.Stage is not null;

    public void Withdraw() => _isWithdrawn = true;

    /// <summary>It is sent for the first time.</summary>
    public void Begin(TimeSpan now) => (SentAt, _lookAgainAt) = (now, now + SilenceFirst);

    /// <summary>A worker says that it runs it.</summary>
    public void Taken(SiloAddress by, IWorkControl control, TimeSpan now) =>
        (By, Control, _lookAgainAt) = (by, control, now + item.Timeout + SilenceFirst);

    /// <summary>It was sent, and not begun: it is sent again after a while.</summary>
    public void SendAgain(TimeSpan at) => (By, Control, _lookAgainAt) = (null, null, at);

    /// <summary>The silo of its part can't begin it: from now on it goes to the next.</summary>
    /// <param name="lacksHandler">Because it lacks its handler; otherwise because it is full.</param>
    public void PassOn(bool lacksHandler)
    {
        (_shift, _sentThere) = (_shift + 1, 0);
        Lacks = lacksHandler ? Lacks + 1 : 0;
        // Somebody has said something of it.
        _silence = SilenceFirst;
    }

    /// <summary>Whether nobody has said anything of it for so long that it is sent again.</summary>
    public bool IsSilent(TimeSpan now)
    {
        if (SentAt is null || _lookAgainAt > now) return false;
        // Twice the patience each time: a full cluster is not made fuller.
        _silence = _silence * 2 < SilenceMax ? _silence * 2 : SilenceMax;
        _lookAgainAt = now + _silence;
        return true;
    }

    /// <summary>Whether the time of its step is up.</summary>
    public bool IsTooLate(TimeProvider time) => item.StepTime?.LeftNow(time) <= TimeSpan.Zero;

    /// <summary>
    /// Whether it was cancelled, or its time is up, and nobody has said that it runs: it may wait in a queue of the
    /// cluster, and is taken out of it.
    /// </summary>
    public bool IsToBeWithdrawn(TimeSpan now, bool isTooLate)
    {
        if (!IsCancelled && !isTooLate) return false;
        if (!IsQueued || SentAt is null || By is not null || _withdrawAgainAt > now) return false;
        _withdrawAgainAt = now + WithdrawPeriod;
        return true;
    }

    /// <summary>What became of it, if it was taken back before it began.</summary>
    public StepOutcome WhyWithdrawn() => IsCancelled ? RetryQueues.Withdrawn(item.Key) : item.TooLate();

    /// <summary>A silo has gone: it is in doubt if that ran it, or if nobody knows who does.</summary>
    /// <returns>Whether it is sent again at once.</returns>
    public bool IsLostWith(SiloAddress silo, TimeSpan now)
    {
        if (SentAt is not { } sentAt || By is { } by && !by.Equals(silo)) return false;
        var isLost = By is not null || now - sentAt >= Fresh;
        (By, Control) = (null, null);
        Doubt(now);
        return isLost;
    }

    /// <summary>
    /// To which part of the stream it goes now, counted from its own: first to the one where it was again, whose silo
    /// knows whether it has it; then to the next, for a part may stand still with a silo.
    /// </summary>
    public int NextShift() => _sentThere++ < 2 ? _shift : ++_shift;

    /// <summary>Unless somebody says by then that it runs, it is handed out again soon.</summary>
    public void Doubt(TimeSpan now)
    {
        if (By is not null || SentAt is null) return;
        _silence = Fresh;
        if (_lookAgainAt > now + Fresh) _lookAgainAt = now + Fresh;
    }
}
