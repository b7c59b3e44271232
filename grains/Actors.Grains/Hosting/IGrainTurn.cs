using Actors.Core.Journaling;
using Actors.Grains.Work;
using Actors.Journal;

namespace Actors.Grains.Hosting;

/// <summary>
/// What a grain may ask of the world: the grain's side of the host port. Everything asked for here happens after the
/// events that were appended in this and all earlier turns are durable, in the order of asking; or, if they never
/// become durable, never. <c>docs/decisions/0002-host-port.md</c> maps each member to Orleans and to a
/// single-threaded simulator.
/// </summary>
public interface IGrainTurn
{
    /// <summary>
    /// Time of this turn: the same in the whole turn, never before that of an earlier turn of this activation.
    /// </summary>
    DateTimeOffset Now { get; }

    /// <summary>A fresh id: 32 hexadecimal digits.</summary>
    string NewId();

    /// <summary>A random number from 0 (inclusive) to 1 (exclusive).</summary>
    double NextRandom();

    /// <summary>Appends one event to the grain's journal.</summary>
    void Append(IJournalEvent journalEvent);

    /// <summary>
    /// What lists and timers shall see; commits with this turn's events. Ignored in a turn without events.
    /// </summary>
    void Project(Projection projection);

    /// <summary>Answers the message of this turn. One way messages have nobody to answer: no-op.</summary>
    void Reply(GrainReply reply);

    /// <summary>
    /// Postpones the answer to the message of this turn. While replies are postponed the host keeps the grain in
    /// memory; if the grain is lost, their callers get <see cref="UnavailableException"/>.
    /// </summary>
    PostponedReply PostponeReply();

    /// <summary>Gives an answer that was postponed in an earlier turn. No-op if the caller has gone.</summary>
    void Reply(PostponedReply postponed, GrainReply reply);

    /// <summary>
    /// Sends a message to another grain, one way. May be lost with the process: the journal is what remembers.
    /// </summary>
    void Post(GrainKey to, GrainMessage message);

    /// <summary>
    /// Hands work to the workers. If they are full the host keeps the grain informed by <see cref="WorkRefused"/>.
    /// The outcome comes as <see cref="StepOutcome"/>; it may never come, or come twice.
    /// </summary>
    void Dispatch(WorkItem item);

    /// <summary>Tells the worker that runs an attempt of this grain to stop. No-op if none does.</summary>
    void CancelWork(WorkKey key);

    /// <summary>
    /// The invocation hands out no further stage of its queued pipeline for now: the place it may keep in the last one
    /// is free. No-op if it keeps none.
    /// </summary>
    void LeaveStage();

    /// <summary>
    /// Asks for one <see cref="WakeUp"/> at a time or soon after, never before. Replaces what was asked for earlier;
    /// null cancels it. Volatile: it keeps the grain's timers while it is in memory. Far-off times belong into
    /// <see cref="Projection.WakeAt"/>, by which the host activates a grain that has left memory.
    /// </summary>
    void WakeAt(DateTimeOffset? due);

    /// <summary>
    /// The grain is done for now and may leave memory as soon as its mailbox is empty, without waiting for the idle
    /// timeout.
    /// </summary>
    void Rest();
}

/// <summary>A reply that will be given in a later turn.</summary>
public abstract class PostponedReply
{
    /// <summary>Whether nobody waits for it any more.</summary>
    public abstract bool IsAbandoned { get; }
}
