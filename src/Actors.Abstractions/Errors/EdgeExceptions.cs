using System.Collections.Immutable;

namespace Actors;

/// <summary>What was handed in is not JSON, is too deep, too large or of the wrong shape.</summary>
public sealed class InvalidPayloadException(string message, Exception? inner = null)
    : TerminalException(message, "invalid-payload", inner);

/// <summary>A name or id breaks the rules in <see cref="Names"/>.</summary>
public sealed class InvalidNameException(string message) : TerminalException(message, "invalid-name");

/// <summary>No invocation, process, entity type or handler of that name is known.</summary>
public sealed class NotFoundException(string message) : TerminalException(message, "not-found");

/// <summary>The request does not fit the state that the invocation or entity is in.</summary>
public class ConflictException(
    string message, string failureType = "conflict") : TerminalException(message, failureType);

/// <summary>
/// An invocation with this idempotency key exists, and the start policy is <see cref="StartPolicy.Reject"/>.
/// </summary>
public sealed class AlreadyStartedException(InvocationId id)
    : ConflictException(
        $"invocation '{id}' exists already; start with policy 'attach' to join it or 'replace' to supersede it",
        "already-started")
{
    /// <summary>The one that exists.</summary>
    public InvocationId Id { get; } = id;
}

/// <summary>The invocation ended without an output.</summary>
public sealed class InvocationFailedException(InvocationId id, Failure failure)
    : TerminalException($"invocation '{id}' failed: {failure.Message}", "invocation-failed")
{
    /// <summary>Which invocation.</summary>
    public InvocationId Id { get; } = id;

    /// <summary>Why.</summary>
    public Failure Failure { get; } = failure;
}

/// <summary>The engine has as much work as it may take; try again later.</summary>
public sealed class OverloadedException(string message) : TransientException(message, "overloaded");

/// <summary>The silo is shutting down or not reachable; what it acknowledged is safe.</summary>
public sealed class UnavailableException(string message, Exception? inner = null)
    : TransientException(message, "unavailable", inner);

/// <summary>
/// The silo is a hot standby: another process owns the store and does the work. Nothing was done; the same request
/// succeeds at the owner, or here once this silo has taken over.
/// </summary>
public sealed class StandbyException(string message) : TransientException(message, "standby");

/// <summary>A definition breaks the rules; it holds every error there is, not just the first.</summary>
public sealed class DefinitionException : TerminalException
{
    /// <summary>Creates it.</summary>
    public DefinitionException(ImmutableArray<DefinitionError> errors)
        : base(string.Join('\n', errors.Select(e => e.ToString())), "invalid-definition") => Errors = errors;

    /// <summary>All of them, in the order of the file.</summary>
    public ImmutableArray<DefinitionError> Errors { get; }
}

/// <summary>One rule that a definition breaks.</summary>
/// <param name="Rule">Stable name of the rule, for example <c>unknown-dependency</c>, <c>cycle</c>.</param>
/// <param name="Message">The thing, the rule and the way out, in one sentence.</param>
/// <param name="File">File as it was named by the caller; null for a definition built in C#.</param>
/// <param name="Line">Line from 1; 0 if there is none.</param>
/// <param name="Suggestion">What was probably meant; null if nothing is near.</param>
public sealed record DefinitionError(
    string Rule, string Message, string? File = null, int Line = 0, string? Suggestion = null)
{
    /// <summary><c>message; did you mean 'suggestion'? [rule] (file:line)</c>.</summary>
    public override string ToString() =>
        Message + (Suggestion is null ? "" : $"; did you mean '{Suggestion}'?") + $" [{Rule}]" +
        (File is null ? "" : Line > 0 ? $" ({File}:{Line})" : $" ({File})");
}
