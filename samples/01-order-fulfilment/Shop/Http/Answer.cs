using System.Text.Json;

namespace Shop.Http;

/// <summary>What the shop answers, as it is stored under the idempotency key.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON text; null: none.</param>
internal sealed record Answer(int Status, string? Body)
{
    public static Answer Of<T>(int status, T body) => new(status, JsonSerializer.Serialize(body, ShopJson.Options));

    /// <summary>A problem in the sense of RFC 9457.</summary>
    public static Answer Problem(int status, string type, string detail) =>
        Of(status, new ProblemBody($"urn:shop:{type}", type, status, detail));

    public bool IsProblem => Status >= 400;

    private sealed record ProblemBody(string Type, string Title, int Status, string Detail);
}

/// <summary>The request can't be what was meant: answered 400, nothing is kept.</summary>
internal sealed class BadRequestException(string message) : Exception(message);
