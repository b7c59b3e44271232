using System.Text.Json.Serialization;

namespace Actors.Silo.Api.Problems;

/// <summary>
/// An error answer by RFC 9457, with the fields by which the client SDK makes the same exception again.
/// </summary>
public sealed record Problem
{
    /// <summary>What every <see cref="Type"/> starts with.</summary>
    public const string TypePrefix = "urn:actors:problem:";

    /// <summary>Media type of the answer.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary><c>urn:actors:problem:</c> and the failure type; decide by it.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of error, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status code.</summary>
    public required int Status { get; init; }

    /// <summary>This error: the thing, the rule, the way out.</summary>
    public required string Detail { get; init; }

    /// <summary>Stable short name of the failure, as exceptions and histories carry it.</summary>
    public required string FailureType { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool Retryable { get; init; }

    /// <summary>The single errors, where there are several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DefinitionError>? Errors { get; init; }

    /// <summary>The invocation that exists already, where that is the error.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InvocationId { get; init; }

    /// <summary>Finds the request in the silo's log.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CorrelationId { get; init; }
}
