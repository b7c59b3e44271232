using System.Collections.Immutable;

namespace Actors.Core.Invocations;

/// <summary>
/// What an invocation is asked to do, or told. Time and chance arrive with it. A repeat yields no events.
/// </summary>
/// <param name="Now">Absolute time.</param>
public abstract record InvocationCommand(DateTimeOffset Now)
{
    /// <summary>Start a run.</summary>
    /// <param name="Now">Absolute time.</param>
    /// <param name="Definition">Content hash of the definition to pin.</param>
    /// <param name="Input">Input, checked against the schema.</param>
    /// <param name="CorrelationId">Correlation id.</param>
    /// <param name="Policy">If there is a run already.</param>
    /// <param name="Parent">The step that waits for the end; null: none.</param>
    /// <param name="TraceParent">W3C trace parent; null: none.</param>
    /// <param name="StartId">The same for all repeats of a start that replaces, which then replaces once; null: each
    /// one replaces.</param>
    public sealed record Start(
        DateTimeOffset Now, string Definition, Payload Input, string CorrelationId, StartPolicy Policy,
        ParentStep? Parent = null, string? TraceParent = null, string? StartId = null) : InvocationCommand(Now);

    /// <summary>An attempt has ended.</summary>
    /// <param name="Now">Absolute time.</param>
    /// <param name="Run">Its run.</param>
    /// <param name="Step">Its step.</param>
    /// <param name="Attempt">Which attempt.</param>
    /// <param name="IsUndo">Whether it was the compensation.</param>
    /// <param name="Result">Result; null if it failed.</param>
    /// <param name="Failure">Failure; null if it succeeded.</param>
    /// <param name="RetryAfter">When the receiver asked to be tried again at the earliest; null: it did not.</param>
    /// <param name="Random">From 0 (inclusive) to 1 (exclusive), for jitter.</param>
    public sealed record Finish(
        DateTimeOffset Now, int Run, StepRef Step, int Attempt, bool IsUndo, Payload? Result, Failure? Failure,
        TimeSpan? RetryAfter = null, double Random = 0) : InvocationCommand(Now)
    {
        /// <summary>
        /// Results of the pure stages of a direct pipeline that ended before <see cref="Result"/> or
        /// <see cref="Failure"/>, from <see cref="Step"/> on.
        /// </summary>
        public ImmutableArray<Payload> StageResults { get; init; } = [];
    }

    /// <summary>Time has passed.</summary>
    /// <param name="Now">Absolute time.</param>
    public sealed record Tick(DateTimeOffset Now) : InvocationCommand(Now);

    /// <summary>A signal arrived.</summary>
    /// <param name="Now">Absolute time.</param>
    /// <param name="Name">Name of the signal.</param>
    /// <param name="SignalId">Id for deduplication; null: none.</param>
    /// <param name="Data">Payload.</param>
    public sealed record Signal(DateTimeOffset Now, string Name, string? SignalId, Payload Data)
        : InvocationCommand(Now);

    /// <summary>Stop and undo.</summary>
    /// <param name="Now">Absolute time.</param>
    /// <param name="Reason">For people; null: none given.</param>
    public sealed record Cancel(DateTimeOffset Now, string? Reason) : InvocationCommand(Now);

    /// <summary>Start no further step.</summary>
    /// <param name="Now">Absolute time.</param>
    public sealed record Pause(DateTimeOffset Now) : InvocationCommand(Now);

    /// <summary>Go on after a pause.</summary>
    /// <param name="Now">Absolute time.</param>
    public sealed record Resume(DateTimeOffset Now) : InvocationCommand(Now);

    /// <summary>Go on after a failure.</summary>
    /// <param name="Now">Absolute time.</param>
    public sealed record Retry(DateTimeOffset Now) : InvocationCommand(Now);
}
