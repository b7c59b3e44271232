using System.Collections.Immutable;

namespace Actors.Grains.Audit;

/// <summary>What an audit looks after. The names are stable: reports carry them.</summary>
public enum AuditRule
{
    /// <summary>Pages, indexes and rows of the store hold together.</summary>
    Store = 1,

    /// <summary>
    /// Sequences are contiguous, checksums fit, epochs never decrease, every event is known.
    /// </summary>
    Journal = 2,

    /// <summary>Payloads that events refer to are there and give their hash.</summary>
    Payload = 3,

    /// <summary>The definitions that runs are pinned to are there and can be read.</summary>
    Definition = 4,

    /// <summary>The events fold: each fits the state that those before it led to.</summary>
    Fold = 5,

    /// <summary>Every outcome belongs to an attempt that was scheduled; an attempt has one outcome at most.</summary>
    Attempt = 6,

    /// <summary>No timer fired before it was due.</summary>
    Timer = 7,

    /// <summary>Lists and indexes show what the history folds to.</summary>
    Projection = 8,

    /// <summary>A snapshot is what the events up to it fold to.</summary>
    Snapshot = 9,

    /// <summary>
    /// What has not ended is handed out, has a timer, waits for something named, or is paused; and nothing that should
    /// have followed from the history is missing in it.
    /// </summary>
    Progress = 10,
}

/// <summary>Something that must not be.</summary>
/// <param name="Rule">What it breaks.</param>
/// <param name="Key">Of which journal; null: of the store.</param>
/// <param name="Sequence">At which event; 0: not at one.</param>
/// <param name="Message">What is wrong.</param>
public sealed record AuditFinding(AuditRule Rule, GrainKey? Key, long Sequence, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => (Key, Sequence) switch
    {
        (null, _) => $"{Rule}: {Message}",
        (var key, 0) => $"{Rule}: '{key}': {Message}",
        var (key, sequence) => $"{Rule}: '{key}' at sequence {sequence}: {Message}",
    };
}

/// <summary>What an audit has seen.</summary>
/// <param name="Invocations">Journals of invocations that were read.</param>
/// <param name="Entities">Journals of entities.</param>
/// <param name="Others">Other journals.</param>
/// <param name="Events">Events in all of them.</param>
/// <param name="FindingsTotal">Things that must not be.</param>
/// <param name="Findings">The first <see cref="StoreAuditor.FindingsMax"/> of them.</param>
public sealed record AuditReport(
    long Invocations, long Entities, long Others, long Events, long FindingsTotal,
    ImmutableArray<AuditFinding> Findings)
{
    /// <summary>Whether nothing was found.</summary>
    public bool IsClean => FindingsTotal == 0;
}
