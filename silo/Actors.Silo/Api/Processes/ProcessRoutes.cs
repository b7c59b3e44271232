using Actors.Silo.Api.Requests;
using Actors.Silo.Configuration;

namespace Actors.Silo.Api.Processes;

/// <summary>What can be started.</summary>
internal static class ProcessRoutes
{
    public static void MapProcesses(this RouteGroupBuilder api)
    {
        api.MapGet("/processes", ListAsync)
            .Describe("listProcesses", "processes", "Lists the processes that can be started, by name.")
            .Takes().Answers<IReadOnlyList<ProcessView>>().Fails();
        api.MapGet("/processes/{process}", GetAsync)
            .Describe("getProcess", "processes", "Reads one process.")
            .Takes().Answers<ProcessView>().Fails(404);
    }

    private static async Task<IResult> ListAsync(ApiCall call, CancellationToken cancellationToken) =>
        Results.Json(await call.Actors.ListProcessesAsync(cancellationToken), Payload.JsonOptions);

    private static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var name = call.Process;
        var all = await call.Actors.ListProcessesAsync(cancellationToken);
        return all.FirstOrDefault(p => p.Name == name) is { } found
            ? Results.Json(found, Payload.JsonOptions)
            : throw new NotFoundException(
                $"process '{name}' is not known{NearestName.Hint(name, [.. all.Select(p => p.Name)])}");
    }
}
