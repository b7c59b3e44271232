using Actors.Grains.Steps;
using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the embedded engine to any .NET program.</summary>
public static class ActorsServiceCollectionExtensions
{
    /// <summary>
    /// Hosts the engine in this program: it starts and stops with it, and <see cref="Actors.IActorsClient"/> can be
    /// injected. Called again, it adds to the same engine.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configure">Says what to host and where to keep it.</param>
    public static IServiceCollection AddActors(this IServiceCollection services, Action<ActorsOptions> configure)
    {
        var known = services.FirstOrDefault(service => service.ServiceType == typeof(Hosted));
        if (known?.ImplementationInstance is Hosted earlier)
        {
            configure(earlier.Options);
            return services;
        }

        var options = new ActorsOptions();
        configure(options);
        services.AddSingleton(new Hosted(options));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ActorsEngine(
            options,
            provider,
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IServiceEndpoints>(),
            provider.GetService<ISecrets>()));
        services.AddSingleton(provider => provider.GetRequiredService<ActorsEngine>().Client);
        services.AddHostedService(provider => new EngineService(
            provider.GetRequiredService<ActorsEngine>(),
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EngineService>>()));
        return services;
    }

    /// <summary>What the program's engine hosts, for a later call to add to.</summary>
    private sealed record Hosted(ActorsOptions Options);
}
