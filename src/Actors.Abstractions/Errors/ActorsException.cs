namespace Actors;

/// <summary>
/// Root of everything the engine throws at its public edge. Whether a retry can help is in the type:
/// <see cref="TerminalException"/> never, <see cref="TransientException"/> perhaps. Cancellation stays
/// <see cref="OperationCanceledException"/>.
/// </summary>
public abstract class ActorsException : Exception, ITypedFailure
{
    /// <summary>Creates it.</summary>
    private protected ActorsException(string message, Exception? inner) : base(message, inner)
    {
    }

    /// <summary>Stable short name, used as <see cref="Failure.Type"/> and in problem+json.</summary>
    public virtual string FailureType => GetType().Name;
}

/// <summary>A retry of the same call will not help. A step handler throws it (or a kin) to fail for good.</summary>
public class TerminalException : ActorsException
{
    private readonly string? _failureType;

    /// <summary>Creates it.</summary>
    /// <param name="message">For a human.</param>
    /// <param name="failureType">Stable name to decide by; the class's name if null.</param>
    /// <param name="inner">What it came from.</param>
    public TerminalException(string message, string? failureType = null, Exception? inner = null)
        : base(message, inner) => _failureType = failureType;

    /// <inheritdoc/>
    public override string FailureType => _failureType ?? base.FailureType;
}

/// <summary>A retry of the same call may help.</summary>
public class TransientException : ActorsException
{
    private readonly string? _failureType;

    /// <summary>Creates it.</summary>
    /// <param name="message">For a human.</param>
    /// <param name="failureType">Stable name to decide by; the class's name if null.</param>
    /// <param name="inner">What it came from.</param>
    public TransientException(string message, string? failureType = null, Exception? inner = null)
        : base(message, inner) => _failureType = failureType;

    /// <inheritdoc/>
    public override string FailureType => _failureType ?? base.FailureType;

    /// <summary>When to try again at the earliest, from now; null if nothing is known.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
