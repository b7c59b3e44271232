namespace Actors.Simulation.Faults;

/// <summary>What can go wrong in a simulated world.</summary>
public enum FaultKind
{
    /// <summary>
    /// A process dies: everything it has not made safe is lost, and of its last commit what chance wants.
    /// </summary>
    Kill,

    /// <summary>A process is stopped by the operating system, another takes its place, and it goes on.</summary>
    Zombie,

    /// <summary>A process is stopped for a while.</summary>
    Freeze,

    /// <summary>A flush fails; what was written is clean in memory and not on the disk.</summary>
    FlushFails,

    /// <summary>A flush takes seconds.</summary>
    SlowFlush,

    /// <summary>An append is done and reported as failed.</summary>
    AppendUncertain,

    /// <summary>An append is not done, and reported as uncertain.</summary>
    AppendLost,

    /// <summary>A read fails.</summary>
    ReadFails,

    /// <summary>There is no room for a while.</summary>
    Full,

    /// <summary>The store's server dies.</summary>
    ServerKill,

    /// <summary>A message is lost.</summary>
    Drop,

    /// <summary>A message arrives twice.</summary>
    Duplicate,

    /// <summary>A message takes seconds.</summary>
    Delay,

    /// <summary>Nothing gets through from one process to another for a while; the other way it may.</summary>
    Partition,

    /// <summary>A message goes to a silo that is not the grain's: two have it in memory then.</summary>
    WrongOwner,

    /// <summary>A wall clock is set forward or back.</summary>
    ClockJump,

    /// <summary>A handler fails before it does anything.</summary>
    HandlerFails,

    /// <summary>A handler does what it should, and fails.</summary>
    HandlerFailsAfter,

    /// <summary>A handler takes longer than it may.</summary>
    HandlerHangs,

    /// <summary>Events of an invocation have a flipped bit on the disk.</summary>
    Rot,

    /// <summary>A process is told to end, and does so once it has drained; another takes its place.</summary>
    Stop,
}

/// <summary>Where a process can die in crash-point mode.</summary>
internal enum Boundary
{
    /// <summary>A commit is written, and not flushed.</summary>
    Written,

    /// <summary>A commit is safe, and nobody was told.</summary>
    Flushed,

    /// <summary>An append is about to be answered.</summary>
    Answered,

    /// <summary>An effect is about to happen.</summary>
    EffectBegins,

    /// <summary>An effect has happened, and nobody was told.</summary>
    EffectDone,

    /// <summary>A client is about to be answered.</summary>
    ClientAnswered,
}

/// <summary>
/// A fault at a place: at the n-th time (from 0) that it could happen, counted from the planned fault before it.
/// </summary>
/// <param name="Kind">Kill counts all boundaries, the others how often chance would have been asked.</param>
/// <param name="At">Which time.</param>
public readonly record struct PlannedFault(FaultKind Kind, int At)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}@{At}";
}
