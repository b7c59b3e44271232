using Actors.Silo.Api;
using Actors.Silo.Api.OpenApi;
using Actors.Silo.Api.Problems;
using Actors.Silo.Api.Requests;
using Actors.Silo.Hosting;
using Actors.Silo.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Actors.Silo;

/// <summary>The silo as an application: HTTP API, health, telemetry and graceful stop over an engine.</summary>
public static class SiloApp
{
    /// <summary>Builds a silo over an engine of the caller's.</summary>
    /// <param name="options">Settings. Nothing else is read: no environment, no file of the working directory.</param>
    /// <param name="compose">
    /// Registers the engine: <see cref="IActorsClient"/> and <see cref="Health.ISiloHealth"/>.
    /// </param>
    /// <returns>The application, not started.</returns>
    /// <exception cref="Configuration.SiloStartException">Settings are wrong; the message has all errors.</exception>
    public static WebApplication Build(SiloOptions options, Action<IServiceCollection> compose)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(compose);
        options.Validate();

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Actors.Silo" });
        AddServer(builder, options);
        AddLogs(builder.Logging, options.Logs, Console.IsOutputRedirected);
        builder.Services.AddSingleton(options);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddRouting();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.NumberHandling = Payload.JsonOptions.NumberHandling;
            json.SerializerOptions.Encoder = Payload.JsonOptions.Encoder;
            foreach (var converter in Payload.JsonOptions.Converters) json.SerializerOptions.Converters.Add(converter);
        });
        builder.Services.AddApiDocument();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
        SiloTelemetry.AddIfConfigured(builder.Services, SiloTelemetry.ConfiguredEndpoint());
        compose(builder.Services);

        var app = builder.Build();
        app.UseMiddleware<RequestCorrelation>();
        app.UseMiddleware<ProblemMiddleware>();
        app.Use((context, next) => LocalCallersOnly.CheckAsync(context, next));
        app.Use((context, next) => ExactPath.CanonicalAsync(context, next));
        app.UseRouting();
        app.Use((context, next) => ExactPath.DecodedAsync(context, next));
        app.MapSiloApi();
        return app;
    }

    private static void AddServer(WebApplicationBuilder builder, SiloOptions options)
    {
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            // The edge counts for itself, so that the answer reaches a caller that is still sending.
            server.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(services =>
            new LoopbackListenerFactory(new SocketTransportFactory(
                services.GetRequiredService<IOptions<SocketTransportOptions>>(),
                services.GetRequiredService<ILoggerFactory>())));
    }

    private static void AddLogs(ILoggingBuilder logs, string format, bool isRedirected)
    {
        logs.SetMinimumLevel(LogLevel.Information);
        logs.AddFilter("Microsoft", LogLevel.Warning);
        logs.AddFilter("Orleans", LogLevel.Warning);
        // Orleans places grains with it: two lines for each.
        logs.AddFilter("Polly", LogLevel.Warning);
        // What keeps a silo from starting is said once, in a paragraph, by whoever runs it.
        logs.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (format == "auto") format = isRedirected ? "json" : "text";
        if (format == "json")
        {
            logs.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else if (format == "text")
        {
            logs.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.IncludeScopes = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
            });
        }
    }
}
