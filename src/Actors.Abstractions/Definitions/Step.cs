using System.Collections.Immutable;

namespace Actors.Definitions;

/// <summary>One step of a map. What it does is its <see cref="Action"/>; all else is common to all steps.</summary>
public sealed record Step
{
    /// <summary>Stable name, unique in the map.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required StepAction Action { get; init; }

    /// <summary>Names of the steps it depends on. In a pipeline it is always the stage before.</summary>
    public ImmutableArray<string> After { get; init; } = [];

    /// <summary>When its dependencies count as met. Default: all.</summary>
    public JoinPolicy Join { get; init; } = JoinPolicy.All.Instance;

    /// <summary>RFC 9535 logical expression over the invocation; false skips the step. Null: always run.</summary>
    public string? When { get; init; }

    /// <summary>Run once per element of a collection. Null: once.</summary>
    public Each? Each { get; init; }

    /// <summary>
    /// What the action receives; null: <c>$.item</c> in a map, the previous result in a pipeline, else
    /// <c>$.input</c>.
    /// </summary>
    public Template? Input { get; init; }

    /// <summary>
    /// JSON Schema (documented subset) of what the action is given: the http body, the data of an event, else the
    /// input; as canonical JSON text. Checked against what the definition gives it, not against values. Null: anything.
    /// </summary>
    public string? In { get; init; }

    /// <summary>
    /// JSON Schema (documented subset) of the result, of a mapped step the result of one item; as canonical JSON text.
    /// Checked against those who use the result, not against values. Null: by the handler's type, or anything.
    /// </summary>
    public string? Out { get; init; }

    /// <summary>Bounds of one attempt and of the step as a whole.</summary>
    public StepTimeouts Timeout { get; init; } = new(null, null);

    /// <summary>
    /// Retries. Default: <see cref="RetryPolicy.Default"/>. Of work, and of the undo; delays, waits and children are
    /// never tried again.
    /// </summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>Failure types (or http status codes as text) that are answers, not outages: never retried.</summary>
    public ImmutableArray<string> Permanent { get; init; } = [];

    /// <summary>
    /// Compensation: run when the invocation fails after this step took effect, or may have. Null: none needed. What is
    /// detached has none.
    /// </summary>
    public StepAction? Undo { get; init; }

    /// <summary>
    /// Nobody waits for it: its failure is recorded, not propagated, and it never delays completion. It goes on when
    /// its invocation has completed, until a start with <see cref="Actors.StartPolicy.Replace"/> begins the next run.
    /// Not for waits: no signal reaches an invocation that has completed.
    /// </summary>
    public bool Detached { get; init; }

    /// <summary>
    /// In a pipeline: a deterministic function of its input without any effect, safe to run again without a checkpoint
    /// before it. In a direct one it may run before its invocation's start has been acknowledged, or recorded.
    /// </summary>
    public bool Pure { get; init; }

    /// <summary>
    /// Concurrency and rate limits across invocations. Null: none. Of work only: delays, waits and children take no
    /// worker.
    /// </summary>
    public StepLimit? Limit { get; init; }

    /// <summary>Declared duration, for analysis. Null: unknown.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Entity state it reads, as <c>type</c> or <c>type/path</c>, for analysis.</summary>
    public ImmutableArray<string> Reads { get; init; } = [];

    /// <summary>Entity state it writes, for analysis.</summary>
    public ImmutableArray<string> Writes { get; init; } = [];

    /// <summary>Free key/value pairs, sorted by key.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

/// <summary>Run a step once per element of a collection.</summary>
/// <param name="Path">JSONPath to an array (its elements) or to any number of nodes (each an element).</param>
/// <param name="Parallel">How many at a time; null: all of them.</param>
public sealed record Each(string Path, int? Parallel)
{
    /// <summary>Most elements one step may fan out over; more fails the step permanently.</summary>
    public const int ItemsMax = 100_000;
}

/// <summary>When the dependencies of a step count as met.</summary>
public abstract record JoinPolicy
{
    private JoinPolicy()
    {
    }

    /// <summary>Every dependency has succeeded or was skipped.</summary>
    public sealed record All : JoinPolicy
    {
        /// <summary>The one instance.</summary>
        public static All Instance { get; } = new();
    }

    /// <summary>One dependency has succeeded. The others are not waited for.</summary>
    public sealed record Any : JoinPolicy
    {
        /// <summary>The one instance.</summary>
        public static Any Instance { get; } = new();
    }

    /// <summary>So many dependencies (or items of one mapped dependency) have succeeded.</summary>
    /// <param name="Count">How many. Range: 1 to the number of dependencies.</param>
    public sealed record Quorum(int Count) : JoinPolicy;

    /// <summary>
    /// All dependencies, or, once the time is up, those that have succeeded by then if there are enough of them; the
    /// rest is abandoned and missing from <c>$.steps</c>. Failures of dependencies are tolerated while enough are left.
    /// </summary>
    /// <param name="After">From the moment the first dependency was scheduled.</param>
    /// <param name="AtLeast">Fewest successes to go on with; fewer fails the step. Range: 0 to the number of
    /// dependencies.</param>
    public sealed record Deadline(TimeSpan After, int AtLeast) : JoinPolicy;
}

/// <summary>Bounds in time.</summary>
/// <param name="Attempt">One attempt; reached, it counts as a transient failure <c>timeout</c>. Null: 1 minute, none
/// for waits and children, whose one attempt either of the two may bound.</param>
/// <param name="Step">From first scheduling; retries, pauses between them and waits for a free place included. Reached,
/// what runs is told to stop, what waits is not begun, and the step fails for good. Null: none.</param>
public sealed record StepTimeouts(TimeSpan? Attempt, TimeSpan? Step);

/// <summary>
/// Retries of transient failures. The delay before attempt n+1 is <c>min(max, first * factor^(n-1))</c>; with jitter
/// it is drawn uniformly from 50 % to 100 % of that ("equal jitter", M. Brooker, "Exponential Backoff And Jitter",
/// 2015).
/// </summary>
/// <param name="AttemptsMax">All attempts, the first included. Default: 5. Range: 1 to 1,000,000.</param>
/// <param name="FirstDelay">Before the second attempt. Default: 200 ms.</param>
/// <param name="Factor">Growth. Default: 2. Range: 1 to 100.</param>
/// <param name="MaxDelay">Cap. Default: 30 s.</param>
/// <param name="Jitter">Default: true.</param>
/// <param name="On">Failure types that are retried; empty: every transient one.</param>
public sealed record RetryPolicy(
    int AttemptsMax, TimeSpan FirstDelay, double Factor, TimeSpan MaxDelay, bool Jitter, ImmutableArray<string> On)
{
    /// <summary>5 attempts, 200 ms, factor 2, at most 30 s, with jitter, every transient failure.</summary>
    public static RetryPolicy Default { get; } =
        new(5, TimeSpan.FromMilliseconds(200), 2, TimeSpan.FromSeconds(30), true, []);

    /// <inheritdoc/>
    public bool Equals(RetryPolicy? other) =>
        other is not null && AttemptsMax == other.AttemptsMax && FirstDelay == other.FirstDelay &&
        Factor.Equals(other.Factor) && MaxDelay == other.MaxDelay && Jitter == other.Jitter &&
        On.AsSpan().SequenceEqual(other.On.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(AttemptsMax, FirstDelay, Factor, MaxDelay, Jitter, On.Length);
}

/// <summary>Limits that hold across all invocations of a tenant in one silo.</summary>
/// <param name="Queue">Steps that name the same queue share its limits; null: the step has a queue of its own.</param>
/// <param name="Concurrency">Most attempts at once. Null: no limit.</param>
/// <param name="PerSecond">Most starts per second, as a token bucket of that size. Null: no limit.</param>
public sealed record StepLimit(string? Queue, int? Concurrency, double? PerSecond);
