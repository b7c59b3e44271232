using Actors.Journal;

namespace Actors.Storage.Postgres.Writing;

/// <summary>What the writer knows of the end of one journal.</summary>
internal sealed class JournalHead
{
    /// <summary>Of the key.</summary>
    public required Guid Hash { get; init; }

    /// <summary>The key.</summary>
    public required GrainKey Key { get; init; }

    /// <summary>Number of the key; 0: it has none yet.</summary>
    public long KeyId { get; set; }

    /// <summary>Under which the key was made: records of that epoch need not carry it.</summary>
    public long KeyEpoch { get; set; }

    /// <summary>Sequence of the last event.</summary>
    public long Sequence { get; set; }

    /// <summary>Of the last append.</summary>
    public long Epoch { get; set; }

    /// <summary>Chain value of the last record.</summary>
    public uint Chain { get; set; }

    /// <summary>The projection as this writer stored it; null: none, or not known.</summary>
    public Projection? Projection { get; set; }

    /// <summary>The last batch that read this head or changed it: in that batch it is beyond doubt.</summary>
    public long SureInBatch { get; set; }

    /// <summary>The last batch that writes the projection.</summary>
    public long ProjectedInBatch { get; set; }

    /// <summary>The last batch that writes a snapshot.</summary>
    public long SnapshotInBatch { get; set; }

    /// <summary>Snapshot to write with the batch.</summary>
    public ReadOnlyMemory<byte> Snapshot { get; set; }

    /// <summary>Sequence of <see cref="Snapshot"/>.</summary>
    public long SnapshotSequence { get; set; }

    /// <summary>Chain value at <see cref="Snapshot"/>.</summary>
    public uint SnapshotChain { get; set; }
}
