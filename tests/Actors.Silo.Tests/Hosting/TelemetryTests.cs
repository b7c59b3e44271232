using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Actors.Silo.Telemetry;
using Actors.Silo.Tests.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Actors.Silo.Tests.Hosting;

/// <summary>Alone, since the variables of the OpenTelemetry specification are those of the whole process.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests
{
    [Fact]
    public async Task Without_an_endpoint_nothing_listens()
    {
        await using var silo = await RunningSilo.StartAsync();
        silo.Services.GetServices<IHostedService>().ShouldNotContain(s => s is SiloTelemetry);
        using var source = new ActivitySource(SiloTelemetry.Source);
        source.HasListeners().ShouldBeFalse();
    }

    [Fact]
    public async Task With_an_endpoint_traces_and_metrics_of_engine_and_api_are_sent()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = await CollectorAsync(received);
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Urls.Single());
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        try
        {
            await using var silo = await RunningSilo.StartAsync();
            using var source = new ActivitySource(SiloTelemetry.Source);
            source.StartActivity("a step of the engine").ShouldNotBeNull().Dispose();
            (await silo.Http.GetAsync("/v1/processes")).StatusCode.ShouldBe(HttpStatusCode.OK);
            await silo.StopAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", null);
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", null);
        }

        received["/v1/traces"].ShouldContain("a step of the engine");
        received["/v1/traces"].ShouldContain("/v1/processes");
        received["/v1/metrics"].ShouldContain("http.server.request.duration");
    }

    [Fact]
    public async Task What_fails_is_logged_in_the_scope_of_its_correlation_id()
    {
        var lines = new LogLines();
        await using var silo = await RunningSilo.StartAsync(
            more: services => services.AddLogging(logs => logs.AddProvider(lines)));
        silo.Engine.Fault = _ => new InvalidOperationException("password=hunter2");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/processes");
        request.Headers.Add("X-Correlation-Id", "corr-8");
        using var response = await silo.Http.SendAsync(request);
        var (level, text, scopes) = lines.All.ShouldHaveSingleItem();
        level.ShouldBe(LogLevel.Error);
        text.ShouldContain("hunter2");
        scopes.ShouldContain("corr-8");
    }

    private static async Task<WebApplication> CollectorAsync(ConcurrentDictionary<string, string> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/{**path}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var text = Encoding.Latin1.GetString(body.ToArray());
            received.AddOrUpdate(context.Request.Path, text, (_, before) => before + text);
        });
        await app.StartAsync();
        return app;
    }

    private sealed class LogLines : ILoggerProvider, ISupportExternalScope
    {
        private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

        public ConcurrentQueue<(LogLevel Level, string Text, string Scopes)> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Lines(this);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public void Dispose()
        {
        }

        private sealed class Lines(LogLines all) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter)
            {
                if (!IsEnabled(logLevel)) return;
                var scopes = new StringBuilder();
                all._scopes.ForEachScope(
                    (scope, text) =>
                    {
                        foreach (var pair in scope as IEnumerable<KeyValuePair<string, object>> ?? [])
                            text.Append(pair.Value).Append(' ');
                    },
                    scopes);
                all.All.Enqueue((logLevel, formatter(state, exception) + exception, scopes.ToString()));
            }
        }
    }
}
