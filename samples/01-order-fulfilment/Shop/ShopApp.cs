using Shop.Desks;
using Shop.Faults;
using Shop.Http;
using Shop.Ledger;

namespace Shop;

/// <summary>The shop service: payment, inventory, label and warehouse desks over one ledger.</summary>
public static class ShopApp
{
    /// <summary>
    /// Builds the service without starting it. Arguments: <c>--urls</c> (loopback only, default
    /// http://127.0.0.1:5100; port 0 takes a free one), <c>--ledger FILE</c> (default shop-ledger.db),
    /// <c>--stock:ITEM N</c> (on hand when the ledger is new), <c>--knobs:seed N</c> and
    /// <c>--knobs:ENDPOINT:KNOB VALUE</c>; each also as environment variable, with <c>__</c> for <c>:</c>.
    /// </summary>
    /// <exception cref="ShopSettingsException">A setting is wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var settings = ShopSettings.From(builder.Configuration);
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services =>
            LedgerFile.Open(settings.LedgerFile, settings.Stock, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(new FaultInjector(settings.Knobs));
        builder.Services.AddSingleton<Counter>();

        var app = builder.Build();
        // Opened before the first request, so that a ledger that can't be opened is a failure to start.
        app.Services.GetRequiredService<LedgerFile>();
        MapDesks(app);
        MapReading(app);
        KnobEndpoints.Map(app);
        return app;
    }

    private static void MapDesks(WebApplication app)
    {
        var counter = app.Services.GetRequiredService<Counter>();
        app.MapPost("/reservations", http =>
            counter.ServeAsync<ReservationRequest>(http, ShopEndpoints.Reservations, Inventory.Reserve));
        app.MapDelete("/reservations/{orderId}", http =>
            counter.ServeOrderAsync(http, ShopEndpoints.Releases, Inventory.Release));
        app.MapPost("/payments", http =>
            counter.ServeAsync<PaymentRequest>(http, ShopEndpoints.Payments, Payments.Charge));
        app.MapPost("/payments/{orderId}/refund", http =>
            counter.ServeOrderAsync(http, ShopEndpoints.Refunds, Payments.Refund));
        app.MapPost("/labels", http =>
            counter.ServeAsync<LabelRequest>(http, ShopEndpoints.Labels, Shipping.PrintLabel));
        app.MapPost("/insurances", http =>
            counter.ServeAsync<InsuranceRequest>(http, ShopEndpoints.Insurances, Shipping.Insure));
        app.MapPost("/warehouse/notifications", http =>
            counter.ServeAsync<NotificationRequest>(http, ShopEndpoints.Notifications, Shipping.Notify));
    }

    private static void MapReading(WebApplication app)
    {
        var ledger = app.Services.GetRequiredService<LedgerFile>();
        app.MapGet("/health", () => Results.Json(new { status = "ready" }, ShopJson.Options));
        app.MapGet("/ledger", (long? after, int? limit) => limit is < 1 or > LedgerFile.PageMax
            ? Results.Problem($"limit must be from 1 to {LedgerFile.PageMax}", statusCode: 400)
            : Results.Json(ledger.Entries(after ?? 0, limit ?? LedgerFile.PageMax), ShopJson.Options));
        app.MapGet("/ledger/{orderId}", (string orderId) =>
            Results.Json(ledger.EntriesOf(orderId), ShopJson.Options));
        app.MapGet("/ledger/audit", () => Results.Json(Audit.Run(ledger), ShopJson.Options));
        app.MapGet("/stock", () => Results.Json(ledger.Stock(), ShopJson.Options));
    }
}
