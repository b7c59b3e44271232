using Actors.Grains.Work;

namespace Actors.Grains.Hosting;

/// <summary>What grains are sent. Immutable; names are frozen, because hosts with a wire send them as JSON.</summary>
public abstract record GrainMessage;

/// <summary>A message whose sender waits for an answer.</summary>
/// <typeparam name="TReply">The answer.</typeparam>
public abstract record GrainRequest<TReply> : GrainMessage where TReply : GrainReply;

/// <summary>
/// A request that changes nothing, or nothing the second time. A host whose wire loses answers sends it again by
/// itself, and may break a long wait for its answer into several.
/// </summary>
public interface IRepeatable;

/// <summary>
/// A message to a grain whose id its sender may have just made up, so that there is no journal to read. It is believed
/// until the first append: a journal that exists nevertheless refuses that, and is read.
/// </summary>
public interface IFirstMessage
{
    /// <summary>Whether the id is new.</summary>
    bool IsIdNew { get; }
}

/// <summary>
/// What grains answer. Refusals that callers must expect are replies; only the loss of the grain is an exception.
/// </summary>
public abstract record GrainReply;

/// <summary>Nothing to say but that it is done, and durable.</summary>
public sealed record Done : GrainReply
{
    /// <summary>The one instance.</summary>
    public static Done Instance { get; } = new();
}

/// <summary>A request was refused, for a reason its caller has to handle.</summary>
/// <param name="Failure">Why.</param>
public sealed record Refused(Failure Failure) : GrainReply;

/// <summary>The first message after activation: time to hand out again what the journal says is outstanding.</summary>
public sealed record Activated : GrainMessage;

/// <summary>Activates a grain that is not in memory; understood by every grain, answered by the host itself.</summary>
public sealed record Touch : GrainRequest<Done>, IRepeatable;

/// <summary>
/// The time that was asked for by <see cref="IGrainTurn.WakeAt"/>, or that the projection names, has come.
/// </summary>
public sealed record WakeUp : GrainMessage;

/// <summary>
/// The workers could not take an item. Dispatch it again later; <see cref="IGrainTurn.WakeAt"/> gives the later.
/// </summary>
/// <param name="Item">Which.</param>
public sealed record WorkRefused(WorkItem Item) : GrainMessage;
