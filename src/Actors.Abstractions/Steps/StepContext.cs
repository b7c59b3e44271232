using Microsoft.Extensions.Logging;

namespace Actors;

/// <summary>What a step's code knows about the attempt it is.</summary>
public abstract class StepContext
{
    /// <summary>The invocation.</summary>
    public abstract InvocationId InvocationId { get; }

    /// <summary>Name of the step.</summary>
    public abstract string Step { get; }

    /// <summary>Position in the collection the step is mapped over; null if it is not.</summary>
    public abstract int? Item { get; }

    /// <summary>From 1; counts on when a person retries the invocation.</summary>
    public abstract int Attempt { get; }

    /// <summary>Whether this is the step's compensation.</summary>
    public abstract bool IsUndo { get; }

    /// <summary>
    /// The same for every attempt of this step in this invocation, different for everything else: what a receiver needs
    /// to do the work once.
    /// </summary>
    public abstract string IdempotencyKey { get; }

    /// <summary>One id through everything that one trigger caused.</summary>
    public abstract string CorrelationId { get; }

    /// <summary>
    /// Signalled at the attempt's timeout, when the invocation is cancelled, and when the silo stops.
    /// </summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>Carries invocation, step, attempt and correlation id as scope.</summary>
    public abstract ILogger Logger { get; }

    /// <summary>Services of this attempt's scope.</summary>
    public abstract IServiceProvider Services { get; }

    /// <summary>
    /// Says that the attempt is alive, and restarts its attempt timeout. Cheap; not durable.
    /// </summary>
    public abstract void Heartbeat();
}
