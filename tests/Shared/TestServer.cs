using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Actors.Tests;

/// <summary>A real HTTP server on a free port of the loopback, that answers as the test says.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, RequestDelegate answer)
    {
        _app = app;
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            Seen.Enqueue(new SeenRequest(
                context.Request.Method, context.Request.Path + context.Request.QueryString.Value,
                context.Request.Headers.ToDictionary(
                    h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await reader.ReadToEndAsync()));
            await answer(context);
        });
    }

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public SeenRequest Last => Seen.Last();

    public string Url => _app.Urls.Single();

    public static async Task<TestServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new TestServer(builder.Build(), answer);
        await server._app.StartAsync();
        return server;
    }

    public static Task<TestServer> StartAsync(int status, string body, string type = "application/json") =>
        StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            return context.Response.WriteAsync(body);
        });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public sealed record SeenRequest(
        string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);
}
