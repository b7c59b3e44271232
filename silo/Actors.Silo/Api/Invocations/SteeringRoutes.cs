using System.Text.Json;
using Actors.Silo.Api.Requests;

namespace Actors.Silo.Api.Invocations;

/// <summary>Steering invocations: signal, cancel, pause, resume, retry.</summary>
internal static class SteeringRoutes
{
    private const string One = "/processes/{process}/invocations/{id}";
    private const string Tag = "invocations";

    public static void MapSteering(this RouteGroupBuilder api)
    {
        api.MapPost(One + "/signals/{signal}", SignalAsync)
            .Describe("signalInvocation", Tag, "Sends a signal; it is durable when the answer comes.")
            .Takes(Parameters.SignalKey).TakesJson("The payload: any JSON value. No body is null.")
            .Produces(StatusCodes.Status204NoContent).Fails(404, 409, 413, 415, 422, 507);
        api.MapPost(One + "/cancel", CancelAsync)
            .Describe("cancelInvocation", Tag, "Cancels: running steps are told to stop, what was done is undone. " +
                "Nothing happens to one that has ended.")
            .Takes().TakesJson("""An object with an optional "reason". No body is no reason.""")
            .Produces(StatusCodes.Status204NoContent).Fails(404, 413, 415, 422, 507);
        api.MapPost(One + "/pause", (ApiCall call, CancellationToken token) =>
            DoneAsync(call, call.Actors.PauseAsync(call.Invocation, token)))
            .Describe("pauseInvocation", Tag, "No further step is started; what runs, ends.")
            .Takes().Produces(StatusCodes.Status204NoContent).Fails(404, 422, 507);
        api.MapPost(One + "/resume", (ApiCall call, CancellationToken token) =>
            DoneAsync(call, call.Actors.ResumeAsync(call.Invocation, token)))
            .Describe("resumeInvocation", Tag, "Goes on after a pause.")
            .Takes().Produces(StatusCodes.Status204NoContent).Fails(404, 422, 507);
        api.MapPost(One + "/retry", (ApiCall call, CancellationToken token) =>
            DoneAsync(call, call.Actors.RetryAsync(call.Invocation, token)))
            .Describe("retryInvocation", Tag,
                "Runs a failed or cancelled invocation on from the steps that failed or were undone.")
            .Takes().Produces(StatusCodes.Status204NoContent).Fails(404, 409, 422, 507);
    }

    private static async Task<IResult> SignalAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var (id, signal) = (call.Invocation, call.Name("signal"));
        var signalId = call.IdHeader(HeaderText.IdempotencyKey);
        var payload = await call.BodyAsync(cancellationToken);
        await call.Actors.SignalAsync(id, signal, payload, signalId, cancellationToken);
        return Results.NoContent();
    }

    private static async Task<IResult> CancelAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var id = call.Invocation;
        var reason = Reason(await call.BodyAsync(cancellationToken));
        await call.Actors.CancelAsync(id, reason, cancellationToken);
        return Results.NoContent();
    }

    private static string? Reason(Payload body)
    {
        if (body.IsNull) return null;
        var element = body.ToElement();
        if (element.ValueKind != JsonValueKind.Object) throw new InvalidPayloadException(Rule);
        string? reason = null;
        foreach (var field in element.EnumerateObject())
        {
            if (!field.NameEquals("reason"))
                throw new InvalidPayloadException($"'{field.Name}' is not known here; {Rule}");
            reason = field.Value.ValueKind switch
            {
                JsonValueKind.String => field.Value.GetString(),
                JsonValueKind.Null => null,
                _ => throw new InvalidPayloadException(Rule),
            };
        }

        return reason is { Length: > Failure.MessageCharactersMax }
            ? throw new InvalidPayloadException(
                $"the reason has {reason.Length} characters, but at most {Failure.MessageCharactersMax} are kept")
            : reason;
    }

    private const string Rule =
        """the body of a cancellation is nothing, or an object such as {"reason": "ordered twice"}""";

    private static async Task<IResult> DoneAsync(ApiCall _, Task done)
    {
        await done;
        return Results.NoContent();
    }
}
