using System.Text.Json.Serialization;

namespace Actors;

/// <summary>What happens when an invocation is started under an idempotency key that is taken.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StartPolicy>))]
public enum StartPolicy
{
    /// <summary>The caller joins the one that exists, whatever its state; nothing is started. The default.</summary>
    Attach = 1,

    /// <summary>The start is refused.</summary>
    Reject = 2,

    /// <summary>
    /// One that has not ended is cancelled (and compensated) first; then a new run starts under the same key. It
    /// supersedes all that is left of the run before it: detached steps of that run that have not come to their end
    /// are not begun or tried again, attempts of theirs that are under way are told to stop, and what those did is not
    /// recorded. Children that they started go on by themselves.
    /// </summary>
    Replace = 3,
}

/// <summary>Where an invocation stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InvocationStatus>))]
public enum InvocationStatus
{
    /// <summary>At least one step runs or is about to.</summary>
    Running = 1,

    /// <summary>Nothing runs; a timer, a signal or a child will move it.</summary>
    Waiting = 2,

    /// <summary>Paused by a person.</summary>
    Paused = 3,

    /// <summary>A step failed for good, or it was cancelled; what was done is being undone.</summary>
    Compensating = 4,

    /// <summary>Ended with an output.</summary>
    Completed = 5,

    /// <summary>Ended with a failure.</summary>
    Failed = 6,

    /// <summary>Ended by cancellation.</summary>
    Cancelled = 7,
}

/// <summary>Where a step stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepStatus>))]
public enum StepStatus
{
    /// <summary>Its dependencies are not met.</summary>
    Pending = 1,

    /// <summary>An attempt is handed out or running.</summary>
    Running = 2,

    /// <summary>Waits: a delay, a signal, a child, or the pause before the next attempt.</summary>
    Waiting = 3,

    /// <summary>Done.</summary>
    Succeeded = 4,

    /// <summary>Failed for good.</summary>
    Failed = 5,

    /// <summary>Its condition was false, or nothing it depends on ran.</summary>
    Skipped = 6,

    /// <summary>Stopped because a sibling failed, a join went on without it, or the invocation was cancelled.</summary>
    Cancelled = 7,

    /// <summary>Its compensation is outstanding or running.</summary>
    Undoing = 8,

    /// <summary>Compensated.</summary>
    Undone = 9,

    /// <summary>Its compensation failed for good: a human has to look.</summary>
    UndoFailed = 10,
}

/// <summary>A request to start an invocation.</summary>
/// <param name="Process">Name of the process.</param>
/// <param name="Input">Its input.</param>
public sealed record StartRequest(string Process, Payload Input = default)
{
    /// <summary>Tenant. Default: <see cref="Names.DefaultTenant"/>.</summary>
    public string Tenant { get; init; } = Names.DefaultTenant;

    /// <summary>
    /// Idempotency key, which becomes the invocation's id; null: by the process's <c>key</c> path, or a fresh one.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// Becomes the invocation's id if <see cref="Key"/> is null and the process has no <c>key</c> path; null: a fresh
    /// one. A client that may have to repeat a start sends the same one again, so that the repeat joins what the
    /// first has started; with policy replace it names the start: the same one replaces once, one without a name each
    /// time.
    /// </summary>
    public string? FallbackKey { get; init; }

    /// <summary>If the key is taken. Default: attach.</summary>
    public StartPolicy Policy { get; init; } = StartPolicy.Attach;

    /// <summary>Correlation id; null: a fresh one, or that of the caller's trace.</summary>
    public string? CorrelationId { get; init; }
}

/// <summary>How a start ended.</summary>
/// <param name="Id">The invocation.</param>
/// <param name="Created">False if the caller joined one that existed.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="CorrelationId">Its correlation id.</param>
public sealed record StartResult(InvocationId Id, bool Created, InvocationStatus Status, string CorrelationId);

/// <summary>State of an invocation. As JSON its field names are stable.</summary>
public sealed record InvocationView
{
    /// <summary>The id within its process.</summary>
    public required string InvocationId { get; init; }

    /// <summary>Tenant.</summary>
    public string Tenant { get; init; } = Names.DefaultTenant;

    /// <summary>Name of the process.</summary>
    public required string Process { get; init; }

    /// <summary>Version of the pinned definition.</summary>
    public int Version { get; init; }

    /// <summary>Content hash of the pinned definition.</summary>
    public string? Definition { get; init; }

    /// <summary>Where it stands.</summary>
    public required InvocationStatus Status { get; init; }

    /// <summary>From 1; raised by each replace.</summary>
    public int Run { get; init; } = 1;

    /// <summary>Correlation id.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>Input of the current run.</summary>
    public Payload Input { get; init; }

    /// <summary>Output, once completed; else JSON null.</summary>
    public Payload Output { get; init; }

    /// <summary>Why it failed or was cancelled; null otherwise.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Start of the current run.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>End of the current run; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Milliseconds from start to end, or so far.</summary>
    public required double DurationMs { get; init; }

    /// <summary>Sequence of the last event.</summary>
    public long Sequence { get; init; }

    /// <summary>The steps, in the order of the definition.</summary>
    public required IReadOnlyList<StepView> Steps { get; init; }

    /// <summary>Whether it has ended.</summary>
    [JsonIgnore]
    public bool HasEnded =>
        Status is InvocationStatus.Completed or InvocationStatus.Failed or InvocationStatus.Cancelled;

    /// <summary>The full id.</summary>
    [JsonIgnore]
    public InvocationId Id => new(Tenant, Process, InvocationId);

    /// <summary>Reads the output.</summary>
    /// <exception cref="InvocationFailedException">It failed or was cancelled.</exception>
    /// <exception cref="ConflictException">It has not ended.</exception>
    public T? OutputAs<T>() => Status switch
    {
        InvocationStatus.Completed => Output.To<T>(),
        InvocationStatus.Failed or InvocationStatus.Cancelled => throw new InvocationFailedException(
            Id, Failure ?? Failure.Permanent("cancelled", "the invocation was cancelled")),
        _ => throw new ConflictException($"invocation '{Id}' has not ended: it is {Status}"),
    };
}

/// <summary>State of a step, or of one item of a mapped step.</summary>
public sealed record StepView
{
    /// <summary>Name, or <c>name[item]</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>Attempts so far; of a mapped step those of the item that had the most.</summary>
    public int Attempts { get; init; }

    /// <summary>When the first attempt was scheduled; null if none was.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was settled; null if it is not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Milliseconds from first scheduling to the end; null if it has not ended.</summary>
    public double? DurationMs { get; init; }

    /// <summary>Result, if it succeeded and is not mapped.</summary>
    public Payload? Result { get; init; }

    /// <summary>The last failure, if any.</summary>
    public Failure? Failure { get; init; }

    /// <summary>
    /// Number of items and how many of them have ended; null if the step is not mapped or not expanded yet.
    /// </summary>
    public ItemCounts? Items { get; init; }
}

/// <summary>Progress of a mapped step.</summary>
/// <param name="Total">Items.</param>
/// <param name="Succeeded">Items that succeeded.</param>
/// <param name="Failed">Items that failed for good or were cancelled.</param>
public sealed record ItemCounts(int Total, int Succeeded, int Failed)
{
    /// <summary>Of <see cref="Failed"/>, how many were only cancelled.</summary>
    public int Cancelled { get; init; }

    /// <summary>Items whose effect was taken back.</summary>
    public int Undone { get; init; }
}

/// <summary>Which invocations to list.</summary>
public sealed record InvocationFilter
{
    /// <summary>Tenant. Default: <see cref="Names.DefaultTenant"/>.</summary>
    public string Tenant { get; init; } = Names.DefaultTenant;

    /// <summary>Process; null: all.</summary>
    public string? Process { get; init; }

    /// <summary>Status; null: all.</summary>
    public InvocationStatus? Status { get; init; }

    /// <summary>Correlation id; null: all.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Started at or after; null: no bound.</summary>
    public DateTimeOffset? StartedFrom { get; init; }

    /// <summary>Started before; null: no bound.</summary>
    public DateTimeOffset? StartedBefore { get; init; }

    /// <summary>From the previous page; null: from the newest.</summary>
    public string? Cursor { get; init; }

    /// <summary>Size of a page. Default: 100. Range: 1 to 1,000.</summary>
    public int CountMax { get; init; } = 100;
}

/// <summary>One page of a list of invocations.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Cursor">For the next page; null: this was the last.</param>
public sealed record InvocationList(IReadOnlyList<InvocationSummary> Items, string? Cursor);

/// <summary>An invocation as lists show it.</summary>
/// <param name="InvocationId">The id within its process.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Process">Name of the process.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="CorrelationId">Correlation id.</param>
/// <param name="StartedAt">Start of the current run.</param>
/// <param name="EndedAt">End; null while it goes on.</param>
/// <param name="WakeAt">When its next timer is due, or it asks after its children; null: none.</param>
public sealed record InvocationSummary(
    string InvocationId, string Tenant, string Process, InvocationStatus Status, string CorrelationId,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? WakeAt);

/// <summary>One event of an invocation's history, for people and tools.</summary>
/// <param name="Sequence">From 1, gap-free.</param>
/// <param name="Type">Name of the event, for example <c>StepSucceeded</c>.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Step">The step (<c>name</c> or <c>name[item]</c>) it is about; null: the invocation.</param>
/// <param name="Attempt">The attempt it is about; 0: none.</param>
/// <param name="Data">All its fields.</param>
public sealed record HistoryEvent(
    long Sequence, string Type, DateTimeOffset At, string? Step, int Attempt, Payload Data);

/// <summary>Part of a history.</summary>
/// <param name="Events">Oldest first.</param>
/// <param name="Head">Sequence of the last event there is.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryEvent> Events, long Head);

/// <summary>Why an invocation stands where it stands.</summary>
/// <param name="Status">Where.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Waits">What it waits for: of its steps and items the first hundred. Once it has ended only what its
/// detached steps wait for.</param>
public sealed record Explanation(InvocationStatus Status, string Summary, IReadOnlyList<WaitReason> Waits);

/// <summary>One thing an invocation waits for.</summary>
/// <param name="Step">The step; null: the invocation as a whole.</param>
/// <param name="For">For what, in words: a worker, a place, a signal, a timer, a join, a child.</param>
/// <param name="Since">Since when: an attempt since it was handed out, the next one since the last failed.</param>
/// <param name="Until">When it gives up or goes on by itself, while it is not paused; null: never.</param>
/// <param name="ReleasedBy">What would release it, in words; a command where there is one.</param>
public sealed record WaitReason(
    string? Step, string For, DateTimeOffset Since, DateTimeOffset? Until, string ReleasedBy);

/// <summary>A process that can be started.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Version of its current definition.</param>
/// <param name="Model">Model that runs it, as files write it.</param>
/// <param name="Definition">Content hash.</param>
/// <param name="Steps">Names of its steps.</param>
/// <param name="Description">For people; null: none.</param>
public sealed record ProcessView(
    string Name, int Version, string Model, string Definition, IReadOnlyList<string> Steps, string? Description);
