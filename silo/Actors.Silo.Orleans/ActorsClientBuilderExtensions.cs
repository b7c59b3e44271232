using Actors;
using Actors.Silo.Orleans;
using Actors.Silo.Orleans.Client;
using Actors.Silo.Orleans.Context;
using Actors.Silo.Orleans.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the client SDK to an Orleans client.</summary>
public static class ActorsClientBuilderExtensions
{
    /// <summary>
    /// Registers <see cref="IActorsClient"/>: it reaches the engine through the cluster that this Orleans client is
    /// connected to.
    /// </summary>
    /// <param name="client">The Orleans client.</param>
    /// <param name="cluster">Settings of the cluster's silos, as far as they concern clients; null: defaults.</param>
    public static IClientBuilder AddActorsClient(
        this IClientBuilder client, Action<ActorsClusterOptions>? cluster = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        var settings = new ActorsClusterOptions();
        cluster?.Invoke(settings);
        settings.Validate();
        ClusterTrust.AddTo(client, settings);
        client.AddOutgoingGrainCallFilter<CallContext>();
        client.Services.TryAddSingleton(TimeProvider.System);
        client.Services.TryAddSingleton<IActorsClient>(services => new OrleansActorsClient(
            services.GetRequiredService<IClusterClient>(), services.GetRequiredService<TimeProvider>()));
        return client;
    }
}
