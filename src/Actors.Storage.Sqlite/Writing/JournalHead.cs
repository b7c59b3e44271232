using Actors.Journal;

namespace Actors.Storage.Sqlite.Writing;

/// <summary>What the writer knows of the end of one journal.</summary>
internal sealed class JournalHead
{
    /// <summary>Row of the key; 0: there is none yet.</summary>
    public long KeyId { get; set; }

    /// <summary>Sequence of the last event.</summary>
    public long Sequence { get; set; }

    /// <summary>Of the last append.</summary>
    public long Epoch { get; set; }

    /// <summary>Chain value of the last record.</summary>
    public uint Chain { get; set; }

    /// <summary>The projection as this writer stored it; null: none, or not known.</summary>
    public Projection? Projection { get; set; }
}
