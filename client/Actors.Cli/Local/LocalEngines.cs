using Actors.Grains.Steps;
using Actors.Journal;
using Actors.Silo.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Cli.Local;

/// <summary>
/// Starts embedded engines. Addresses of services and secrets may also come from the environment, as a silo takes
/// them: <c>ACTORS_SERVICES__SHOP__URL</c>, <c>ACTORS_SECRETS__TOKEN</c>.
/// </summary>
internal sealed class LocalEngines(TimeProvider? time = null) : ILocalEngines
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<IRunEngine> StartAsync(LocalEngineSettings settings, CancellationToken cancellationToken)
    {
        var options = new ActorsOptions
        {
            DrainTimeout = DrainTimeout,
            Worker = new StepWorkerOptions { SimulatedTimeScale = settings.TimeScale ?? 1 },
        };
        options.UseStore(settings.Store);
        if (settings.WorkersMax is { } workers) options.Host = new EmbeddedHostOptions { WorkersMax = workers };
        foreach (var process in settings.Processes) options.AddProcess(process);

        var configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables("ACTORS_")
            .AddInMemoryCollection(settings.Services.Select(service => KeyValuePair.Create(
                $"Services:{service.Key}:Url", (string?)service.Value.AbsoluteUri)))
            .Build();
        var services = new ServiceCollection().BuildServiceProvider();
        var engine = new ActorsEngine(
            options, services, NullLoggerFactory.Instance, time ?? TimeProvider.System,
            new ConfiguredEndpoints(configuration), new ConfiguredSecrets(configuration));
        try
        {
            await engine.StartAsync(cancellationToken);
            return new Engine(engine, services);
        }
        catch
        {
            await engine.DisposeAsync();
            await services.DisposeAsync();
            throw;
        }
    }

    private sealed class Engine(ActorsEngine engine, ServiceProvider services) : IRunEngine
    {
        public IActorsClient Client => engine.Client;

        public StoreHealth Health => engine.StoreHealth;

        public async ValueTask DisposeAsync()
        {
            await engine.DisposeAsync();
            await services.DisposeAsync();
        }
    }
}
