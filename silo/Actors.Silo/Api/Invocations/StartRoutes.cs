using Actors.Silo.Api.Requests;

namespace Actors.Silo.Api.Invocations;

/// <summary>Starting an invocation.</summary>
internal static class StartRoutes
{
    public static void MapStart(this RouteGroupBuilder api) =>
        api.MapPost("/processes/{process}/invocations", StartAsync)
            .Describe("startInvocation", "invocations", "Starts an invocation; it is durable when the answer comes.")
            .Takes(
                Parameters.StartKey, Parameters.FallbackKey, Parameters.Correlation, Parameters.Policy,
                Parameters.StartWait)
            .TakesJson("The input: any JSON value, checked against the process's schema. No body is null.")
            .Answers<StartAnswer>(StatusCodes.Status200OK)
            .Answers<StartAnswer>(StatusCodes.Status201Created)
            .Fails(404, 409, 413, 415, 422, 507);

    private static async Task<IResult> StartAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var request = new StartRequest(call.Process)
        {
            Tenant = call.Tenant,
            Key = call.IdHeader(HeaderText.IdempotencyKey),
            FallbackKey = call.IdHeader(HeaderText.FallbackKey),
            CorrelationId = call.IdHeader(HeaderText.Correlation),
            Policy = call.Query.OneOf<StartPolicy>("policy") ?? StartPolicy.Attach,
        };
        var wait = call.Query.Duration("wait", Parameters.WaitMax);
        var input = await call.BodyAsync(cancellationToken);
        var started = await call.Actors.StartAsync(request with { Input = input }, cancellationToken);

        call.Http.Response.Headers.Location = Location(started.Id);
        var status = started.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        return wait is { } timeout
            ? Json(await Waiting.WaitAsync(call, started.Id, timeout, cancellationToken), status)
            : Json(StartAnswer.From(started), status);
    }

    private static IResult Json<T>(T value, int status) =>
        Results.Json(value, Payload.JsonOptions, statusCode: status);

    private static string Location(InvocationId id) =>
        $"/v1/processes/{Uri.EscapeDataString(id.Process)}/invocations/{Segment(id.Id)}";

    // Clients take dot segments out of an address before they send it.
    private static string Segment(string id) => id is "." or ".."
        ? id.Replace(".", "%2E", StringComparison.Ordinal)
        : Uri.EscapeDataString(id);
}
