using System.Text.Json.Serialization;

namespace Actors;

/// <summary>Whether trying again can help.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureKind>))]
public enum FailureKind
{
    /// <summary>Trying again may help; the retry policy decides. The effect may or may not have happened.</summary>
    Transient = 1,

    /// <summary>
    /// The answer is final: it is never retried, and the effect did not happen, unless the failure says that it
    /// <see cref="Failure.MayHaveHappened"/>.
    /// </summary>
    Permanent = 2,
}

/// <summary>What went wrong, as data: the only form in which a failure is stored or crosses a wire.</summary>
/// <param name="Type">Short stable name to decide by, for example <c>timeout</c>, <c>http-402</c>,
/// <c>InvalidCardException</c>.</param>
/// <param name="Message">For a human.</param>
/// <param name="Kind">Whether a retry can help.</param>
/// <param name="Step">The step it happened in, as <c>name</c> or <c>name[item]</c>; null if it is of the invocation
/// as a whole.</param>
/// <param name="Attempt">The attempt it happened in, from 1; 0 if it is of no attempt.</param>
/// <param name="Cause">What it came from.</param>
public sealed record Failure(
    string Type, string Message, FailureKind Kind, string? Step = null, int Attempt = 0, Failure? Cause = null)
{
    /// <summary>Longest message that is kept; the rest is cut off.</summary>
    public const int MessageCharactersMax = 4096;

    /// <summary>Whether it is never retried.</summary>
    [JsonIgnore]
    public bool IsPermanent => Kind == FailureKind.Permanent;

    /// <summary>
    /// Of a permanent failure: whether the effect may have happened all the same, as where a request was answered with
    /// success and the answer could not be taken. Trying again would end no differently; undone it is like any step
    /// whose outcome is unknown. Of a transient failure it is not said, because there it always may have.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MayHaveHappened { get; init; }

    /// <summary>Whether it is a definite answer: the effect did not happen.</summary>
    [JsonIgnore]
    public bool IsRefusal => IsPermanent && !MayHaveHappened;

    /// <summary>A failure that may be retried.</summary>
    public static Failure Transient(string type, string message) => new(type, Cut(message), FailureKind.Transient);

    /// <summary>A failure that is never retried.</summary>
    public static Failure Permanent(string type, string message) => new(type, Cut(message), FailureKind.Permanent);

    /// <summary>
    /// The failure an exception stands for: permanent for <see cref="TerminalException"/> and its kin, transient for
    /// everything else, with at most four causes.
    /// </summary>
    public static Failure FromException(Exception exception) => FromException(exception, 4);

    private static Failure FromException(Exception exception, int depth) => new(
        (exception as ITypedFailure)?.FailureType ?? exception.GetType().Name,
        Cut(exception.Message),
        exception is TerminalException ? FailureKind.Permanent : FailureKind.Transient,
        Cause: exception.InnerException is { } inner && depth > 0 ? FromException(inner, depth - 1) : null);

    private static string Cut(string message) =>
        message.Length <= MessageCharactersMax
            ? message
            : string.Concat(message.AsSpan(0, MessageCharactersMax - 1), "…");
}

/// <summary>Implemented by exceptions that name their failure type themselves.</summary>
public interface ITypedFailure
{
    /// <summary>The <see cref="Failure.Type"/> to record.</summary>
    string FailureType { get; }
}
