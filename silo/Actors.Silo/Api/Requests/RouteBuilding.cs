using Actors.Silo.Api.Problems;

namespace Actors.Silo.Api.Requests;

/// <summary>
/// Attaches to a route what it takes and answers; requests are checked against it and the document is made of it.
/// </summary>
internal static class RouteBuilding
{
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string id, string tag, string summary) =>
        route.WithName(id).WithTags(tag).WithSummary(summary);

    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder route, params ApiParameter[] parameters) =>
        route.WithMetadata(new ApiParameters([Parameters.Tenant, .. parameters]));

    public static RouteHandlerBuilder TakesJson(this RouteHandlerBuilder route, string description) =>
        route.WithMetadata(new ApiBody(description));

    public static RouteHandlerBuilder Answers<T>(
        this RouteHandlerBuilder route, int status = StatusCodes.Status200OK) =>
        route.Produces<T>(status, "application/json");

    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder route, params int[] statuses)
    {
        int[] all = [400, 403, .. statuses, 429, 500, 503];
        route.WithMetadata(new ApiProblems(all));
        foreach (var status in all) route.Produces<Problem>(status, Problem.MediaType);
        return route;
    }
}
