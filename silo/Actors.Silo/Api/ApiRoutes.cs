using Actors.Silo.Api.Entities;
using Actors.Silo.Api.Health;
using Actors.Silo.Api.Invocations;
using Actors.Silo.Api.Processes;

namespace Actors.Silo.Api;

/// <summary>
/// The HTTP API: a thin edge over <see cref="IActorsClient"/>. It checks shape and size, and nothing else.
/// </summary>
internal static class ApiRoutes
{
    public static void MapSiloApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/v1");
        api.MapStart();
        api.MapReads();
        api.MapSteering();
        api.MapEvents();
        api.MapEntities();
        api.MapProcesses();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json");
    }
}
