namespace Actors;

/// <summary>
/// The code of a step. It is run at least once per step and recorded exactly once: hand
/// <see cref="StepContext.IdempotencyKey"/> to whatever it changes. Instances come from the service provider, one scope
/// per attempt.
/// </summary>
/// <typeparam name="TInput">What the step's input mapping yields, read by
/// <see cref="Payload.JsonOptions"/>.</typeparam>
/// <typeparam name="TOutput">Recorded as the step's result.</typeparam>
public interface IStepHandler<in TInput, TOutput>
{
    /// <summary>Runs one attempt.</summary>
    /// <exception cref="TerminalException">The step fails for good; nothing was changed.</exception>
    /// <exception cref="Exception">Anything else is transient: the retry policy decides.</exception>
    ValueTask<TOutput> HandleAsync(TInput input, StepContext context);
}
