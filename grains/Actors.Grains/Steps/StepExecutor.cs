namespace Actors.Grains.Steps;

/// <summary>Carries out one kind of <see cref="Work.WorkAction"/>.</summary>
internal abstract class StepExecutor
{
    /// <summary>
    /// Runs one attempt. May throw: the worker turns exceptions into failures. Must not touch the attempt after it has
    /// ended.
    /// </summary>
    public abstract ValueTask<StepResult> ExecuteAsync(RunningAttempt attempt);
}

/// <summary>What an executor has to say: a result or a failure.</summary>
internal readonly struct StepResult
{
    private StepResult(Payload value, Failure? failure, TimeSpan? retryAfter)
    {
        Value = value;
        Failure = failure;
        RetryAfter = retryAfter;
    }

    public Payload Value { get; }

    public Failure? Failure { get; }

    public TimeSpan? RetryAfter { get; }

    public static implicit operator StepResult(Payload value) => new(value, null, null);

    public static implicit operator StepResult(Failure failure) => new(default, failure, null);

    public static StepResult Failed(Failure failure, TimeSpan? retryAfter) => new(default, failure, retryAfter);
}
