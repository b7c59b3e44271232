using Actors.Silo.Api.Problems;
using Actors.Silo.Api.Requests;

namespace Actors.Silo.Api.Entities;

/// <summary>Reading and calling shared entities.</summary>
internal static class EntityRoutes
{
    private const string JsonMediaType = "application/json";

    public static void MapEntities(this RouteGroupBuilder api)
    {
        api.MapGet("/entities/{type}/{id}", GetAsync)
            .Describe("getEntity", "entities",
                "Reads the state of an entity. 404 entity-absent: nothing was ever called on it.")
            .Takes().Answers<Payload>().Fails(404);
        api.MapPost("/entities/{type}/{id}/{operation}", CallAsync)
            .Describe("callEntity", "entities", "Calls an operation of an entity; it is durable when the answer " +
                "comes. 422: the operation refused; nothing changed.")
            .Takes(Parameters.OperationKey).TakesJson("The argument: any JSON value. No body is null.")
            .Answers<Payload>().Fails(404, 409, 413, 415, 422, 507);
    }

    private static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var id = call.Entity;
        return await call.Actors.GetEntityAsync(id, cancellationToken) is { } state
            ? Results.Bytes(state.Utf8, JsonMediaType)
            : throw new EdgeException(
                404, EdgeException.EntityAbsent,
                $"entity '{id}' has no state: nothing was ever called on it; the first operation makes it");
    }

    private static async Task<IResult> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var (id, operation) = (call.Entity, call.Name("operation"));
        var operationId = call.IdHeader(HeaderText.IdempotencyKey);
        var input = await call.BodyAsync(cancellationToken);
        var result = await call.Actors.CallEntityAsync(id, operation, input, operationId, cancellationToken);
        return Results.Bytes(result.Utf8, JsonMediaType);
    }
}
