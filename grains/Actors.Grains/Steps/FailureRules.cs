using System.Globalization;
using System.Text.Json;
using Actors.Grains.Work;

namespace Actors.Grains.Steps;

/// <summary>From what went wrong to the failure that is recorded.</summary>
internal static class FailureRules
{
    /// <summary>
    /// The failure that an exception out of an executor stands for, and when to try again at the earliest.
    /// </summary>
    public static StepResult FromException(Exception exception, RunningAttempt attempt)
    {
        var cause = exception is AggregateException { InnerExceptions: [var single] } ? single : exception;
        // A terminal failure is an answer even if it comes late; anything else that comes out of an attempt that was
        // told to stop is how its code stops.
        if (attempt.Reason != StopReason.None && cause is not TerminalException)
            return Stopped(attempt, cause is OperationCanceledException ? null : Failure.FromException(cause));
        var failure = Failure.FromException(cause);
        if (cause is InvalidResultException) failure = failure with { MayHaveHappened = true };
        return StepResult.Failed(failure, (cause as TransientException)?.RetryAfter);
    }

    /// <summary>
    /// The failure of an attempt that has done its work, but whose result can't be taken: another would end no better.
    /// </summary>
    public static Failure AfterTheEffect(string type, string message) =>
        Failure.Permanent(type, message) with { MayHaveHappened = true };

    /// <summary>The failure of an attempt that was told to stop.</summary>
    public static Failure Stopped(RunningAttempt attempt, Failure? cause)
    {
        var name = StepText(attempt.CurrentStep, attempt.Work.Key.Item);
        var failure = attempt.Reason switch
        {
            StopReason.Timeout => Failure.Transient("timeout",
                $"step '{name}' did not end, and gave no heartbeat, within its timeout of " +
                Durations.Format(attempt.Work.Timeout)),
            StopReason.StepTimeout => Failure.Transient("timeout",
                $"step '{name}' did not end within its time of {Durations.Format(attempt.Work.StepTime!.Whole)}"),
            _ => Failure.Transient("cancelled", $"step '{name}' was told to stop, by its invocation or the silo's end"),
        };
        return failure with { Cause = cause };
    }

    /// <summary>
    /// What the step declares permanent is permanent, by failure type; http statuses as <c>402</c> or <c>http-402</c>.
    /// </summary>
    public static bool IsDeclaredPermanent(Failure failure, WorkItem item)
    {
        if (item.Permanent.IsDefaultOrEmpty) return false;
        var type = WithoutPrefix(failure.Type);
        foreach (var declared in item.Permanent)
        {
            if (WithoutPrefix(declared).SequenceEqual(type)) return true;
        }

        return false;
    }

    /// <summary>
    /// Whether it is one of the engine's own for attempts that got no answer: declared permanent, it is not retried,
    /// but it does not become an answer.
    /// </summary>
    public static bool IsNoAnswer(Failure failure) => !failure.IsPermanent &&
        failure.Type is "timeout" or "cancelled" or "connection" or "truncated" or "invalid-response";

    /// <summary><c>name</c>, or <c>name[item]</c> in a mapped step.</summary>
    public static string StepText(string step, int item) =>
        item < 0 ? step : string.Create(CultureInfo.InvariantCulture, $"{step}[{item}]");

    /// <summary>The failure of JSON that does not fit the type that is to read it.</summary>
    public static Failure InvalidInput(string what, Type type, Exception exception)
    {
        var path = exception is JsonException { Path: { Length: > 0 } found } ? found : "$";
        return Failure.Permanent(
            "invalid-input", $"{what}: the input does not fit {type} at {path}: {exception.Message}");
    }

    private static ReadOnlySpan<char> WithoutPrefix(string type)
    {
        const string prefix = "http-";
        var code = type.AsSpan();
        if (code.StartsWith(prefix, StringComparison.Ordinal)) code = code[prefix.Length..];
        return code.Length == 3 && !code.ContainsAnyExceptInRange('0', '9') ? code : type;
    }
}
