using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Actors.Definitions;

namespace Actors.Grains.Steps;

/// <summary>What the outcome of a request means for the step.</summary>
internal static class HttpFailures
{
    /// <summary>The longest wait a server may ask for.</summary>
    public static readonly TimeSpan RetryAfterMax = TimeSpan.FromHours(1);

    /// <summary>How many characters of the body a failure quotes.</summary>
    private const int QuotedCharactersMax = 500;

    public static bool IsSuccess(StepAction.Http spec, int status) =>
        spec.Success.IsDefaultOrEmpty ? status is >= 200 and <= 299 : spec.Success.Contains(status);

    public static bool IsTransient(StepAction.Http spec, int status) =>
        spec.Transient.IsDefaultOrEmpty
            ? status is 408 or 425 or 429 or (>= 500 and <= 599)
            : spec.Transient.Contains(status);

    /// <summary>
    /// Whether an exception is what a broken connection looks like. The socket's own comes through where a connection
    /// is lost between coming about and being used for the first time.
    /// </summary>
    public static bool IsOfTransport(Exception exception) =>
        exception is HttpRequestException or IOException or SocketException or OperationCanceledException;

    /// <summary>The failure of an answer that is no success.</summary>
    public static async ValueTask<StepResult> OfStatusAsync(
        HttpCall call, HttpResponseMessage response, StepAction.Http spec, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        // Made safe before it is cut, lest a part of a secret is left at the end.
        var body = call.Safe(await HttpBody.ReadBeginningAsync(response.Content, cancellationToken));
        if (body.Length > QuotedCharactersMax) body = string.Concat(body.AsSpan(0, QuotedCharactersMax), "…");
        var reason = string.IsNullOrEmpty(response.ReasonPhrase) ? "" : $" {call.Safe(response.ReasonPhrase)}";
        var message = $"{call.Description} answered {status}{reason}{(body.Length == 0 ? "" : $": {body}")}";
        return IsTransient(spec, status)
            ? StepResult.Failed(Failure.Transient($"http-{status}", message), RetryAfter(response, time))
            : Failure.Permanent($"http-{status}", message);
    }

    /// <summary>The failure of a request that got no answer.</summary>
    public static Failure OfSending(HttpCall call, Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            Make(call, "response-too-large", FailureKind.Permanent, "the response's headers are too large", exception)
                with { MayHaveHappened = true },
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError,
        } =>
            Make(call, "invalid-response", FailureKind.Transient, "the answer is not HTTP", exception),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            Make(call, "connection", FailureKind.Transient, "the host's name was not found", exception),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException =>
            Make(call, "connection", FailureKind.Transient, "no secure connection came about", exception),
        OperationCanceledException =>
            Make(call, "connection", FailureKind.Transient, "no connection came about in time", exception),
        _ => Make(call, "connection", FailureKind.Transient, "no answer came", exception),
    };

    /// <summary>The failure of a response that ended before its body did.</summary>
    public static Failure OfReading(HttpCall call, HttpStatusCode status, Exception exception) =>
        Make(call, "truncated", FailureKind.Transient, $"answered {(int)status}, but the body broke off", exception);

    private static Failure Make(HttpCall call, string type, FailureKind kind, string what, Exception exception)
    {
        var innermost = exception.GetBaseException();
        return new Failure(type, call.Safe($"{call.Description}: {what}: {innermost.Message}"), kind);
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        // Seconds may have any number of digits (RFC 9110, 10.2.3); the parser knows as many as an Int32 has.
        if (response.Headers.RetryAfter is not { } header)
            return response.Headers.NonValidated.TryGetValues("Retry-After", out var text) && IsNumber(text.ToString())
                ? RetryAfterMax
                : null;
        var wait = header.Delta ?? header.Date - time.GetUtcNow() ?? TimeSpan.Zero;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > RetryAfterMax ? RetryAfterMax : wait;
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
