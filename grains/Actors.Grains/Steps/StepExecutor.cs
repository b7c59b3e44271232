using System.Collections.Immutable;

namespace Actors.Grains.Steps;

/// <summary>Carries out one kind of <see cref="Work.WorkAction"/>.</summary>
internal abstract class StepExecutor
{
    /// <summary>
    /// Runs one attempt. May throw: the worker turns exceptions into failures. Must not touch the attempt after it has ended.
    /// </summary>
    public abstract ValueTask<StepResult> ExecuteAsync(RunningAttempt attempt);
}

/// <summary>What an executor has to say: a result or a failure.</summary>
internal readonly struct StepResult
{
    private StepResult(Payload result, Failure? failure, TimeSpan? retryAfter, ImmutableArray<Payload> stageResults)
    {
        Value = result;
        Failure = failure;
        RetryAfter = retryAfter;
        StageResults = stageResults;
    }

    public Payload Value { get; }

    public Failure? Failure { get; }

    public TimeSpan? RetryAfter { get; }

    public ImmutableArray<Payload> StageResults { get; }

    public static implicit operator StepResult(Payload result) => new(result, null, null, []);

    public static implicit operator StepResult(Failure failure) => new(default, failure, null, []);

    public static StepResult Failed(Failure failure, TimeSpan? retryAfter) => new(default, failure, retryAfter, []);

    public static StepResult OfStages(Payload last, ImmutableArray<Payload> before) => new(last, null, null, before);
}
