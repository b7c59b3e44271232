using Actors.Client;
using Actors.Silo.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Silo.Tests.Engine;

/// <summary>A silo over the fake engine on a free loopback port, in this process.</summary>
internal sealed class RunningSilo : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningSilo(WebApplication app, FakeEngine engine, FakeHealth health)
    {
        (_app, Engine, Health) = (app, engine, health);
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Address };
    }

    public FakeEngine Engine { get; }

    public FakeHealth Health { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static SiloOptions Options { get; } =
        new() { Urls = ["http://127.0.0.1:0"], Logs = "none", StopTimeout = TimeSpan.FromSeconds(5) };

    public static async Task<RunningSilo> StartAsync(
        SiloOptions? options = null, Action<IServiceCollection>? more = null, FakeEngine? engine = null)
    {
        engine ??= new FakeEngine();
        var health = new FakeHealth();
        var app = SiloApp.Build(options ?? Options, services =>
        {
            services.AddSingleton<IActorsClient>(engine);
            services.AddSingleton<ISiloHealth>(health);
            more?.Invoke(services);
        });
        await app.StartAsync();
        return new RunningSilo(app, engine, health);
    }

    /// <summary>A client that gives up soon.</summary>
    public HttpActorsClient Client(TimeSpan? retryFor = null) => new(Address, new HttpActorsClientOptions
    {
        RetryTimeMax = retryFor ?? TimeSpan.Zero,
        RetryDelayFirst = TimeSpan.FromMilliseconds(5),
    });

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    internal sealed class FakeHealth : ISiloHealth
    {
        public IReadOnlyList<UnreadyReason> Reasons { get; set; } = [];

        public IReadOnlyList<UnreadyReason> Check() => Reasons;
    }
}
