using System.Text.Json;
using Shop.Http;

namespace Shop.Faults;

/// <summary><c>GET /knobs</c> and <c>PUT /knobs</c>. A PUT replaces all: what it does not name is at rest.</summary>
internal static class KnobEndpoints
{
    public static void Map(WebApplication app)
    {
        var faults = app.Services.GetRequiredService<FaultInjector>();
        app.MapGet("/knobs", () => Results.Json(faults.Get(), ShopJson.Options));
        app.MapPut("/knobs", async (HttpRequest request) =>
        {
            try
            {
                var settings = await JsonSerializer.DeserializeAsync<KnobSettings>(
                    request.Body, ShopJson.Options, request.HttpContext.RequestAborted);
                if (settings is null) return Results.Problem("the body must be a JSON object", statusCode: 400);
                settings.Validate();
                faults.Set(settings);
                return Results.Json(faults.Get(), ShopJson.Options);
            }
            catch (Exception e) when (e is JsonException or BadRequestException)
            {
                return Results.Problem(e.Message, statusCode: 400);
            }
        });
    }
}
