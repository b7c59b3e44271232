using Actors.Client;
using Actors.Silo.Embedded;
using Actors.Silo.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Silo.Tests.Engine;

/// <summary>A silo over the real engine on a free loopback port, in this process; its store is in memory.</summary>
internal sealed class RealSilo : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RealSilo(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Address };
        Client = new HttpActorsClient(Address);
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public HttpActorsClient Client { get; }

    public ActorsEngine Engine => _app.Services.GetRequiredService<ActorsEngine>();

    /// <summary>Options of a silo without process files.</summary>
    public static SiloOptions Options { get; } = RunningSilo.Options with
    {
        Processes = Path.Combine(Path.GetTempPath(), "actors-none", "processes"),
    };

    /// <param name="configure">Adds processes, handlers, entities; the store is in memory unless it says so.</param>
    /// <param name="options">Settings; null: <see cref="Options"/>.</param>
    public static async Task<RealSilo> StartAsync(
        Action<ActorsOptions>? configure = null, SiloOptions? options = null)
    {
        options ??= Options;
        var app = SiloApp.Build(options, services => SiloEngine.Add(services, options, engine =>
        {
            engine.UseMemory();
            (configure ?? ComplianceProcesses.AddTo)(engine);
        }));
        await app.StartAsync();
        return new RealSilo(app);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
