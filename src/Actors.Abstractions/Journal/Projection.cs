namespace Actors.Journal;

/// <summary>What lists, timers and a starting process see of a grain. Commits with the events that change it.</summary>
/// <param name="Status">For an invocation its <see cref="InvocationStatus"/> as text; for an entity
/// <c>Active</c>.</param>
/// <param name="StartedAt">Start of the current run.</param>
/// <param name="EndedAt">End of the current run; null while it goes on. What retention goes by.</param>
/// <param name="WakeAt">When the grain wants to be woken; null: by messages only.</param>
/// <param name="Resume">Whether a starting process must activate the grain: it has work outstanding that no timer or
/// message will remind it of.</param>
/// <param name="CorrelationId">Correlation id; null for entities.</param>
/// <param name="Definition">Content hash of the pinned definition; null for entities.</param>
public sealed record Projection(
    string Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt = null,
    DateTimeOffset? WakeAt = null,
    bool Resume = false,
    string? CorrelationId = null,
    string? Definition = null);

/// <summary>A projection and the key it is of.</summary>
/// <param name="Key">The grain.</param>
/// <param name="Projection">What it shows.</param>
public sealed record ProjectionRow(GrainKey Key, Projection Projection);

/// <summary>Which projections to list.</summary>
/// <param name="Kind">Kind of grain.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Type">Process or entity type; null: all.</param>
/// <param name="Status">Status; null: all.</param>
/// <param name="CorrelationId">Correlation id; null: all.</param>
/// <param name="StartedFrom">Started at or after; null: no bound.</param>
/// <param name="StartedBefore">Started before; null: no bound.</param>
/// <param name="Cursor">From the previous page; null: from the newest.</param>
/// <param name="CountMax">Size of a page. Default: 100. Range: 1 to 1,000.</param>
public sealed record ProjectionFilter(
    GrainKind Kind,
    string Tenant,
    string? Type = null,
    string? Status = null,
    string? CorrelationId = null,
    DateTimeOffset? StartedFrom = null,
    DateTimeOffset? StartedBefore = null,
    string? Cursor = null,
    int CountMax = 100);

/// <summary>One page of a list.</summary>
/// <param name="Rows">Newest start first.</param>
/// <param name="Cursor">For the next page; null: this was the last.</param>
public sealed record ProjectionPage(IReadOnlyList<ProjectionRow> Rows, string? Cursor);

/// <summary>A key and when it wants to be woken.</summary>
/// <param name="Key">The grain.</param>
/// <param name="WakeAt">When.</param>
public readonly record struct DueKey(GrainKey Key, DateTimeOffset WakeAt);

/// <summary>A key that a starting process has to take up again.</summary>
/// <param name="Key">The grain.</param>
/// <param name="StartedAt">Start of its run.</param>
/// <param name="Position">Opaque; orders rows of the same start.</param>
public sealed record ResumableKey(GrainKey Key, DateTimeOffset StartedAt, long Position);
