using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Actors.Silo.Telemetry;

/// <summary>
/// Sends traces and metrics by OTLP, configured by the variables of the OpenTelemetry specification. Registered only
/// when
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; without it nothing listens and nothing is paid.
/// </summary>
internal sealed class SiloTelemetry : IHostedService, IDisposable
{
    /// <summary>Name of the engine's activity source and meter.</summary>
    public const string Source = "Actors";

    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private OpenTelemetrySdk? _sdk;

    public static void AddIfConfigured(IServiceCollection services, string? endpoint)
    {
        if (string.IsNullOrWhiteSpace(endpoint)) return;
        // Without it the server's spans say neither which request they are of nor how it ended.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        services.AddHostedService<SiloTelemetry>();
    }

    public static string? ConfiguredEndpoint() => Environment.GetEnvironmentVariable(EndpointVariable);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _sdk = OpenTelemetrySdk.Create(builder => builder
            .ConfigureResource(resource => resource.AddService("actors-silo"))
            .WithTracing(tracing => tracing.AddSource(Source, "Microsoft.AspNetCore").AddOtlpExporter())
            .WithMetrics(metrics => metrics
                .AddMeter(Source, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddOtlpExporter()));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Disposing flushes what is buffered; it comes after every other part has stopped.
    public void Dispose() => _sdk?.Dispose();
}
