using Actors.Silo.Api.Problems;
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
        api.MapPost("/processes", DeployAsync)
            .Describe("deployProcess", "processes", "Gives the silo a process to host, for all silos of its store; " +
                "it is durable when the answer comes. New invocations get it, those that run stay on theirs. 409: " +
                "the silo hosts another process of that name from its own files or code.")
            .Takes().TakesJson("A process file in its JSON form.")
            .Answers<ProcessView>().Fails(409, 413, 415, 422, 507);
    }

    private static async Task<IResult> ListAsync(ApiCall call, CancellationToken cancellationToken) =>
        Results.Json(await call.Actors.ListProcessesAsync(cancellationToken), Payload.JsonOptions);

    private static async Task<IResult> DeployAsync(ApiCall call, CancellationToken cancellationToken)
    {
        if (!call.Options.TakesDeployments)
        {
            throw new EdgeException(
                403, EdgeException.NoDeployments,
                "this silo takes no processes over the API, because it has secrets that a process could send " +
                "anywhere; put the file into its folder of processes, or set Silo:Deployments to true");
        }

        var definition = await call.BodyAsync(cancellationToken);
        return Results.Json(await call.Actors.DeployAsync(definition, cancellationToken), Payload.JsonOptions);
    }

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
