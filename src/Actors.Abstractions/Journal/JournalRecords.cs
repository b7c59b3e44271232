using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Actors.Journal;

/// <summary>Whether a store takes appends.</summary>
public enum StoreHealth
{
    /// <summary>Yes.</summary>
    Ready = 1,

    /// <summary>There is no room: not now. Goes back to ready by itself.</summary>
    Full = 2,

    /// <summary>Never again in this process.</summary>
    Stopped = 3,

    /// <summary>
    /// The store's server can't be reached: appends wait for it, for as long as the store says, and then fail as
    /// uncertain. Goes back to ready by itself.
    /// </summary>
    Away = 4,
}

/// <summary>One batch of events for one key.</summary>
/// <param name="Key">The journal.</param>
/// <param name="Epoch">Under which the writer owns the key. Refused if smaller than the last one appended
/// under.</param>
/// <param name="ExpectedSequence">Sequence of the last event the writer knows of; 0 for a new journal. Refused if it
/// is not the last.</param>
/// <param name="Events">The events, encoded as one JSON array; never empty.</param>
/// <param name="EventCount">How many; the sequences they get are <c>ExpectedSequence + 1 .. + EventCount</c>.</param>
/// <param name="At">Time of the append, for people and retention.</param>
/// <param name="Projection">What lists and timers shall see from now on; null: unchanged.</param>
/// <param name="Payloads">Large values that the events refer to by hash; stored once per hash, kept while a journal
/// refers to them.</param>
/// <param name="Snapshot">State of the grain after these events; null: none. The latest one replaces those before
/// it.</param>
/// <param name="MayBlock">Whether the caller's thread has nothing better to do: if nobody else is writing, a store may
/// carry the append out on it before it returns, which saves a lone caller the way to the writer's thread and
/// back.</param>
public sealed record JournalAppend(
    GrainKey Key,
    long Epoch,
    long ExpectedSequence,
    ReadOnlyMemory<byte> Events,
    int EventCount,
    DateTimeOffset At,
    Projection? Projection = null,
    ImmutableArray<PayloadBlob> Payloads = default,
    ReadOnlyMemory<byte>? Snapshot = null,
    bool MayBlock = false);

/// <summary>How an append ended.</summary>
public enum AppendResult
{
    /// <summary>Durable.</summary>
    Appended = 1,

    /// <summary>Refused: the journal has other events than the writer knows of.</summary>
    StaleSequence = 2,

    /// <summary>Refused: a later owner has appended.</summary>
    StaleEpoch = 3,
}

/// <summary>A stored batch of events.</summary>
/// <param name="FirstSequence">Sequence of its first event.</param>
/// <param name="EventCount">How many events.</param>
/// <param name="Epoch">Under which it was appended.</param>
/// <param name="At">Time of the append.</param>
/// <param name="Events">JSON array.</param>
public sealed record JournalRecord(
    long FirstSequence, int EventCount, long Epoch, DateTimeOffset At, ReadOnlyMemory<byte> Events)
{
    /// <summary>Sequence of its last event.</summary>
    public long LastSequence => FirstSequence + EventCount - 1;
}

/// <summary>State of a grain after the event with a sequence.</summary>
/// <param name="Sequence">Sequence of the last event that is in it.</param>
/// <param name="State">As the grain encoded it.</param>
public sealed record JournalSnapshot(long Sequence, ReadOnlyMemory<byte> State);

/// <summary>Part of a journal.</summary>
/// <param name="HeadSequence">Sequence of the last event there is; 0 for none.</param>
/// <param name="HeadEpoch">Epoch of the last append; 0 for none.</param>
/// <param name="Snapshot">Only when asked for, and if there is one.</param>
/// <param name="Records">In order.</param>
public sealed record JournalPage(
    long HeadSequence, long HeadEpoch, JournalSnapshot? Snapshot, IReadOnlyList<JournalRecord> Records)
{
    /// <summary>Whether there are records behind the last one of this page.</summary>
    public bool More =>
        (Records.Count > 0 ? Records[^1].LastSequence : Snapshot?.Sequence ?? HeadSequence) < HeadSequence;
}

/// <summary>SHA-256 of a payload's bytes, as 64 lower-case hexadecimal digits.</summary>
/// <param name="Hex">The digits.</param>
public readonly record struct PayloadHash(string Hex)
{
    /// <summary>Hashes bytes.</summary>
    public static PayloadHash Of(ReadOnlySpan<byte> bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <inheritdoc/>
    public override string ToString() => Hex;
}

/// <summary>A payload kept by hash.</summary>
/// <param name="Hash">Of <paramref name="Bytes"/>.</param>
/// <param name="Bytes">The JSON text.</param>
public readonly record struct PayloadBlob(PayloadHash Hash, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Values larger than this leave the journal and are kept by hash (claim check): 64 KiB.</summary>
    public const int ThresholdBytes = 64 * 1024;
}
