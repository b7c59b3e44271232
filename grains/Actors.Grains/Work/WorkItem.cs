using System.Collections.Immutable;
using Actors.Definitions;
using Actors.Grains.Hosting;
using Actors.Grains.Queues;

namespace Actors.Grains.Work;

/// <summary>Names one attempt of one step of one run of one invocation.</summary>
/// <param name="Invocation">The invocation.</param>
/// <param name="Run">Its run.</param>
/// <param name="Step">Name of the step.</param>
/// <param name="Item">Position in the mapped collection; -1 if the step is not mapped.</param>
/// <param name="IsUndo">Whether it is the step's compensation.</param>
/// <param name="Attempt">From 1.</param>
public readonly record struct WorkKey(
    InvocationId Invocation, int Run, string Step, int Item, bool IsUndo, int Attempt);

/// <summary>
/// One attempt of a step, ready for a worker that knows nothing but this: everything is resolved, nothing points back
/// into the grain.
/// </summary>
/// <param name="Key">Which attempt.</param>
/// <param name="Action">What to do.</param>
/// <param name="Input">The step's input, mapped.</param>
/// <param name="IdempotencyKey">The same for all attempts of the step.</param>
/// <param name="CorrelationId">Of the invocation.</param>
/// <param name="Timeout">Of the attempt, from its begin or its last heartbeat.</param>
/// <param name="Permanent">Failure types and status codes that are never retried.</param>
public sealed record WorkItem(
    WorkKey Key,
    WorkAction Action,
    Payload Input,
    string IdempotencyKey,
    string CorrelationId,
    TimeSpan Timeout,
    ImmutableArray<string> Permanent)
{
    /// <summary>The step's limits; null: none.</summary>
    public StepLimit? Limit { get; init; }

    /// <summary>Its place in a queued pipeline; null: it is not in one.</summary>
    public StageSlot? Stage { get; init; }

    /// <summary>W3C trace parent of the trigger; null: none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>
    /// Whether it has no effect but its result: pure stages of a direct pipeline. A host may run it before what asks
    /// for it is durable, if what comes of it is recorded together with that or not at all.
    /// </summary>
    public bool IsPure { get; init; }

    /// <summary>What is left of the step's time as a whole, to which heartbeats add nothing; null: no bound.</summary>
    public StepTime? StepTime { get; init; }

    /// <summary>
    /// The same, with the time that it has waited so far taken off: for whoever takes it, or sends it on.
    /// </summary>
    public WorkItem TimedNow(TimeProvider time) =>
        StepTime is null ? this : this with { StepTime = StepTime.Now(time) };

    /// <summary>The outcome of an attempt that is not begun, because the step's time is up.</summary>
    public StepOutcome TooLate()
    {
        var whole = Durations.Format(StepTime!.Whole);
        return new StepOutcome(Key, null, Failure.Transient(
            "timeout", $"attempt {Key.Attempt} was not begun: the step's time of {whole} was up while it waited"));
    }
}

/// <summary>What a worker does: a <see cref="StepAction"/> with its paths and placeholders resolved.</summary>
public abstract record WorkAction
{
    private WorkAction()
    {
    }

    /// <summary>Call a handler; it receives the item's input.</summary>
    /// <param name="Name">Name it was registered under.</param>
    public sealed record Handler(string Name) : WorkAction;

    /// <summary>Send an HTTP request.</summary>
    /// <param name="Spec">The step's declaration: status codes, response mapping, size bound.</param>
    /// <param name="Service">Service its URL names; null: the URL is absolute. Configuration may override its base
    /// address.</param>
    /// <param name="Url">Resolved URL: absolute, or the path below the service.</param>
    /// <param name="Headers">Resolved, except for <c>secret:NAME</c> values.</param>
    /// <param name="Body">Resolved; null: none.</param>
    public sealed record Http(
        StepAction.Http Spec, ServiceReference? Service, string Url,
        ImmutableArray<KeyValuePair<string, string>> Headers, Payload? Body) : WorkAction;

    /// <summary>Publish an event.</summary>
    /// <param name="Event">Name.</param>
    /// <param name="Data">Data.</param>
    public sealed record Emit(string Event, Payload Data) : WorkAction;

    /// <summary>Call an entity's operation; it receives the item's input.</summary>
    /// <param name="Id">Which entity.</param>
    /// <param name="Operation">Name of the operation.</param>
    public sealed record Entity(EntityId Id, string Operation) : WorkAction;

    /// <summary>Pretend to work.</summary>
    /// <param name="Spec">Duration and failure rate.</param>
    public sealed record Simulate(StepAction.Simulate Spec) : WorkAction;

    /// <summary>Run consecutive pure pipeline stages in one go, each on the result of the one before.</summary>
    /// <param name="Run">The stages; the item's input is that of the first.</param>
    public sealed record Stages(ImmutableArray<PureStage> Run) : WorkAction;
}

/// <summary>One of several pure stages that run in one go.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Handler">Name of its handler.</param>
/// <param name="Attempt">Which attempt of the stage this is, from 1: each stage counts its own.</param>
/// <param name="IdempotencyKey">The same for every attempt of the stage, wherever the go began.</param>
public sealed record PureStage(string Step, string Handler, int Attempt, string IdempotencyKey);

/// <summary>A service as the definition declares it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Declared">Base address, headers, timeout.</param>
public sealed record ServiceReference(string Name, ServiceDefinition Declared);

/// <summary>What became of an attempt. Late, repeated or superseded ones change nothing.</summary>
/// <param name="Key">Which attempt.</param>
/// <param name="Result">Its result; of several pure stages that of the last one. Null if it failed.</param>
/// <param name="Failure">Why it failed; null if it succeeded.</param>
public sealed record StepOutcome(WorkKey Key, Payload? Result, Failure? Failure) : GrainMessage
{
    /// <summary>When the receiver asked to be tried again at the earliest, from now; null: it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Results of the pure stages before the last or, if one failed, before that one, in order; empty for a single
    /// step.
    /// </summary>
    public ImmutableArray<Payload> StageResults { get; init; } = [];

    /// <summary>True if the attempt was never begun because the silo is stopping: it does not count.</summary>
    public bool NotBegun { get; init; }
}

/// <summary>Runs attempts. Stateless; the host calls it on any thread, many at a time.</summary>
public interface IWorker
{
    /// <summary>
    /// Runs one attempt to its end, within its timeout, and says what became of it. Never throws: a failure is an
    /// outcome.
    /// </summary>
    /// <param name="item">The attempt.</param>
    /// <param name="cancellationToken">Signalled when the invocation wants it stopped or the silo stops.</param>
    ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken);
}
