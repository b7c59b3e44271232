using Actors.Core.Journaling;
using Actors.Grains.Work;
using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>The kinds of effect a turn asks for.</summary>
internal enum EffectKind
{
    Reply = 1,
    Post = 2,
    Dispatch = 3,
    CancelWork = 4,
    LeaveStage = 5,
}

/// <summary>Something to be done once what caused it is durable.</summary>
/// <param name="Kind">What.</param>
/// <param name="Key">To which grain, of posts.</param>
/// <param name="Subject">Message, reply or work item.</param>
/// <param name="Call">Whom a reply is for.</param>
/// <param name="Work">Which attempt is cancelled.</param>
internal readonly record struct Effect(EffectKind Kind, GrainKey Key, object? Subject, PendingCall? Call, WorkKey Work);

/// <summary>What the turns since the last append decided and asked for. Two per activation, used in turn.</summary>
internal sealed class TurnBatch : IDisposable
{
    /// <summary>The batch of grains that have left memory. Nothing is ever put into it.</summary>
    public static TurnBatch OfNobody { get; } = new();

    public EventWriter Events { get; } = new();

    public List<Effect> Effects { get; } = [];

    public Projection? Projection { get; set; }

    /// <summary>Turns that went into it.</summary>
    public int Turns { get; set; }

    /// <summary>
    /// Whether a command was answered without an event: an append proves that the state was the current one, and here
    /// there is none.
    /// </summary>
    public bool NeedsProof { get; set; }

    public bool HasEvents => Events.EventCount > 0;

    public bool IsEmpty => !HasEvents && Effects.Count == 0;

    public void Clear()
    {
        if (HasEvents) Events.Clear();
        Effects.Clear();
        Projection = null;
        Turns = 0;
        NeedsProof = false;
    }

    public void Dispose() => Events.Dispose();
}
