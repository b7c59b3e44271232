using Actors;
using Actors.Grains.Steps;
using Actors.Silo.Embedded;
using Actors.Silo.Orleans;
using Actors.Silo.Orleans.Context;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Providers;
using Orleans.Streams;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the engine to the silos of an Orleans application.</summary>
public static class ActorsSiloBuilderExtensions
{
    /// <summary>After a queue of the work stream had nothing for whoever waited at it.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Hosts the engine in this silo: it starts and stops with it, and <see cref="IActorsClient"/> can be injected,
    /// also into the application's own grains. Clustering is the application's to configure. All silos of a cluster
    /// share one store (<see cref="ActorsOptions.Store"/>), which has to let each of them append.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="configure">Says what to host and where to keep it.</param>
    /// <param name="cluster">How silos work together; null: by the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public static ISiloBuilder UseActors(
        this ISiloBuilder silo, Action<ActorsOptions> configure, Action<ActorsClusterOptions>? cluster = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(configure);
        var settings = new ActorsClusterOptions();
        cluster?.Invoke(settings);
        settings.Validate();
        var options = new ActorsOptions();
        configure(options);

        ClusterTrust.AddTo(silo, settings);
        silo.AddPersistentStreams(WorkStream.Provider, WorkQueueAdapter.Create, stream =>
        {
            stream.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            stream.ConfigurePullingAgent(agent => agent.Configure(pull => pull.GetQueueMsgsTimerPeriod = LookAgain));
        });
        silo.AddIncomingGrainCallFilter<CallContext>();
        silo.AddOutgoingGrainCallFilter<CallContext>();
        AddServices(silo.Services, options, settings);
        return silo;
    }

    private static void AddServices(IServiceCollection services, ActorsOptions options, ActorsClusterOptions settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(settings);
        services.AddSingleton<ClusterSilo>();
        services.AddSingleton<ClusterLog>();
        services.AddSingleton<SiloRing>();
        services.AddSingleton<SiloWork>();
        services.AddSingleton<WorkerOfSilo>();
        services.AddSingleton<WorkStream>();
        services.AddSingleton<WorkParts>();
        services.AddKeyedSingleton<IStreamQueueBalancer>(
            WorkStream.Provider, static (provider, _) => provider.GetRequiredService<WorkParts>());
        services.AddKeyedSingleton<IQueueReaderBackoffProvider, StreamPauses>(WorkStream.Provider);
        services.AddKeyedSingleton<IMessageDeliveryBackoffProvider, StreamPauses>(WorkStream.Provider);
        services.AddSingleton<ClusterComposer>();
        services.AddSingleton(provider =>
        {
            options.Cluster = provider.GetRequiredService<ClusterComposer>().Compose;
            return new ActorsEngine(
                options,
                provider,
                provider.GetRequiredService<ILoggerFactory>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetService<IServiceEndpoints>(),
                provider.GetService<ISecrets>());
        });
        services.AddSingleton(provider => provider.GetRequiredService<ActorsEngine>().Client);
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ClusterEngine>();
    }
}
