using Actors.Silo.Health;
using Actors.Silo.Api.Requests;

namespace Actors.Silo.Api.Health;

/// <summary>How a silo is.</summary>
/// <param name="Status"><c>live</c>, <c>ready</c>, <c>standby</c> or <c>unready</c>.</param>
/// <param name="Reasons">Why it is not ready; empty otherwise.</param>
public sealed record HealthAnswer(string Status, IReadOnlyList<UnreadyReason> Reasons);

/// <summary>Health for whoever starts, watches and routes to silos.</summary>
internal static class HealthRoutes
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Answer("live", []))
            .Describe("live", "health", "Whether the process answers at all.")
            .WithMetadata(new ApiParameters([])).Answers<HealthAnswer>();
        app.MapGet("/health/ready", Ready)
            .Describe(
                "ready", "health",
                "Whether the silo takes work: engine started, store ready, not stopping, no standby.")
            .WithMetadata(new ApiParameters([]))
            .Answers<HealthAnswer>().Answers<HealthAnswer>(StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Ready(HttpContext http)
    {
        var lifetime = http.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return Answer("unready", [new UnreadyReason("silo", "the silo is stopping; send new work to another one")]);
        var reasons = http.RequestServices.GetRequiredService<ISiloHealth>().Check();
        var status = reasons is [{ Part: UnreadyReason.Standby }] ? "standby" : "unready";
        return Answer(reasons.Count == 0 ? "ready" : status, reasons);
    }

    private static IResult Answer(string status, IReadOnlyList<UnreadyReason> reasons) => Results.Json(
        new HealthAnswer(status, reasons), Payload.JsonOptions,
        statusCode: reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
