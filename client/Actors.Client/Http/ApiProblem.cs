using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Actors.Journal;

namespace Actors.Client.Http;

/// <summary>A problem+json answer, and the exception it stands for.</summary>
internal sealed record ApiProblem(
    int Status, string? Detail, string? FailureType, bool Retryable, ImmutableArray<DefinitionError> Errors,
    string? InvocationId)
{
    public const string EntityAbsent = "entity-absent";

    /// <summary>Makes the exception that the silo threw.</summary>
    public static ActorsException ToException(HttpResponseMessage response, ReadOnlySpan<byte> body, ApiRequest request)
    {
        var retryAfter = RetryAfter(response);
        var status = (int)response.StatusCode;
        if (Read(response, body) is not { FailureType: { } type } problem)
            return NotOfASilo(status, response, retryAfter);

        var message = problem.Detail ?? $"the silo answered {status} {type}";
        return type switch
        {
            "not-found" => new NotFoundException(message),
            "invalid-payload" => new InvalidPayloadException(message),
            "invalid-name" => new InvalidNameException(message),
            "already-started" when problem.InvocationId is { } id =>
                new AlreadyStartedException(new InvocationId(request.Tenant, request.Segments[1], id)),
            "invalid-definition" when !problem.Errors.IsDefaultOrEmpty => new DefinitionException(problem.Errors),
            "overloaded" => new OverloadedException(message) { RetryAfter = retryAfter },
            "unavailable" => new UnavailableException(message) { RetryAfter = retryAfter },
            "standby" => new StandbyException(message) { RetryAfter = retryAfter },
            "store" => new StoreException(message) { RetryAfter = retryAfter },
            "store-full" => new StoreFullException(message) { RetryAfter = retryAfter },
            "store-stopped" => new StoreStoppedException(message) { RetryAfter = retryAfter },
            "store-corrupt" => new StoreCorruptException(message),
            _ when status == (int)HttpStatusCode.Conflict => new ConflictException(message, type),
            _ when problem.Retryable || status >= 500 =>
                new TransientException(message, type) { RetryAfter = retryAfter },
            _ => new TerminalException(message, type),
        };
    }

    private static ApiProblem? Read(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") return null;
        try
        {
            return JsonSerializer.Deserialize<ApiProblem>(body, ApiJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A proxy in between, or another server.
    private static ActorsException NotOfASilo(int status, HttpResponseMessage response, TimeSpan? retryAfter)
    {
        var message = $"{response.RequestMessage?.RequestUri?.Authority} answered {status} {response.ReasonPhrase}, " +
            "and not as a silo does; check the address";
        return status is 408 or 429 or >= 500
            ? new UnavailableException(message) { RetryAfter = retryAfter }
            : new TerminalException(message, $"http-{status}");
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;
}
