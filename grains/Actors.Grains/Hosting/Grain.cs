using Actors.Journal;

namespace Actors.Grains.Hosting;

/// <summary>
/// The shell of one key: a state machine that a host drives, one message at a time. A turn is synchronous. In it a
/// grain decides, folds the events it decided into its state, and <i>asks</i> for effects (<see cref="IGrainTurn"/>);
/// the host makes the events durable and only then carries the effects out, in the order they were asked for. So a
/// grain holds no lock, awaits nothing, and can't show anybody an effect whose cause could still be lost.
/// <para>Turns may run ahead of the disk: while the events of one turn are being written, the next message is
/// received on the evolved state, and its events go into the next append. If an append fails, the host drops the
/// grain with everything that was asked for behind that append, and activates it anew from its journal.</para>
/// </summary>
public abstract class Grain
{
    /// <summary>
    /// Rebuilds the state from the journal: the only asynchronous part of a grain's life. No message is received
    /// before it has returned; the first one after it is <see cref="Activated"/>.
    /// </summary>
    /// <exception cref="StoreCorruptException">The history can't be what this grain wrote. The host keeps the grain
    /// closed and raises an alarm.</exception>
    public virtual ValueTask ActivateAsync(IGrainHistory history, CancellationToken cancellationToken) => default;

    /// <summary>Handles one message. Must not block, and must not keep <paramref name="turn"/>.</summary>
    public abstract void Receive(GrainMessage message, IGrainTurn turn);

    /// <summary>
    /// Called by the host once per append, after the last turn that goes into it and before it is written: for events
    /// that are wanted once per append and not once per turn. It may append and project, and ask for nothing else.
    /// </summary>
    public virtual void BeforeAppend(IGrainTurn turn)
    {
    }

    /// <summary>
    /// Encodes the state, for a snapshot that belongs to the last event of the append in progress; null: none wanted
    /// now. Called by the host once per append, after the last turn that goes into it.
    /// </summary>
    public virtual ReadOnlyMemory<byte>? TakeSnapshot() => null;
}

/// <summary>A grain's journal, at activation.</summary>
public interface IGrainHistory
{
    /// <summary>The latest snapshot; null: none.</summary>
    JournalSnapshot? Snapshot { get; }

    /// <summary>The records behind the snapshot, in order. Can be enumerated once.</summary>
    IAsyncEnumerable<JournalRecord> Records { get; }

    /// <summary>Reads a payload that an event refers to by hash.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(PayloadHash hash);
}
