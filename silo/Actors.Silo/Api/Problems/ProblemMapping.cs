using System.Globalization;
using Actors.Journal;

namespace Actors.Silo.Api.Problems;

/// <summary>Which exception becomes which answer. The table is in the OpenAPI document too.</summary>
internal static class ProblemMapping
{
    private const string InvalidPayload = "invalid-payload";

    /// <summary>
    /// The problem an exception stands for. An unknown one gives away nothing but the correlation id.
    /// </summary>
    public static Problem From(Exception exception) => exception switch
    {
        EdgeException e => Make(e.Status, e.FailureType, e.Message),
        BodyTooLargeException e => Make(413, InvalidPayload, e.Message),
        BadHttpRequestException e => Make(e.StatusCode, EdgeException.BadRequest, e.Message),
        AlreadyStartedException e => Make(409, e.FailureType, e.Message) with { InvocationId = e.Id.Id },
        DefinitionException e => Make(422, e.FailureType, e.Message) with { Errors = e.Errors },
        NotFoundException e => Make(404, e.FailureType, e.Message),
        ConflictException e => Make(409, e.FailureType, e.Message),
        InvalidPayloadException e => Make(400, e.FailureType, e.Message),
        InvalidNameException e => Make(400, e.FailureType, e.Message),
        StoreCorruptException e => Make(500, e.FailureType, e.Message),
        TerminalException e => Make(422, e.FailureType, e.Message),
        OverloadedException e => Make(429, e.FailureType, e.Message, retryable: true),
        StoreFullException e => Make(507, e.FailureType, e.Message, retryable: true),
        TransientException e => Make(503, e.FailureType, e.Message, retryable: true),
        _ => Make(500, "internal", "the silo failed at this request for a reason it did not expect; " +
            "its log has the details under the correlation id. Whether anything was done is not known: read the " +
            "state before you repeat it"),
    };

    /// <summary>Seconds for <c>Retry-After</c>, rounded up, at least one; null if the problem carries none.</summary>
    public static string? RetryAfter(Exception exception) => exception switch
    {
        TransientException e => Math.Max(1, Math.Ceiling((e.RetryAfter ?? TimeSpan.Zero).TotalSeconds))
            .ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>A problem with its type and title filled in.</summary>
    public static Problem Make(int status, string failureType, string detail, bool retryable = false) => new()
    {
        Type = Problem.TypePrefix + failureType,
        Title = Title(status),
        Status = status,
        Detail = detail,
        FailureType = failureType,
        Retryable = retryable,
    };

    private static string Title(int status) => status switch
    {
        400 => "The request is not valid",
        403 => "Not from here",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "In conflict with the present state",
        413 => "The request body is too large",
        415 => "The media type is not supported",
        422 => "Refused",
        429 => "Too much work at once",
        503 => "Not available for the moment",
        507 => "The store is full",
        _ => status < 500 ? "The request failed" : "The silo failed",
    };
}
