using System.Globalization;
using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>Silos in this process on one store in memory, and an Orleans client outside of them.</summary>
internal sealed class RunningCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private RunningCluster(InProcessTestCluster cluster, SharedStore store, Wires wires)
    {
        (_cluster, Store, Wires) = (cluster, store, wires);
        wires.Silos = cluster;
    }

    public SharedStore Store { get; }

    /// <summary>Between the silos.</summary>
    public Wires Wires { get; }

    /// <summary>The client outside.</summary>
    public IActorsClient Client => _cluster.Client.ServiceProvider.GetRequiredService<IActorsClient>();

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    public static Task<RunningCluster> StartAsync(
        int silos, Action<ActorsOptions> configure, Action<ActorsClusterOptions>? cluster = null,
        Action<ISiloBuilder>? more = null) => StartAsync(silos, (_, options) => configure(options), cluster, more);

    /// <param name="silos">How many.</param>
    /// <param name="configure">What each hosts, by its number from 0; one that joins has the next.</param>
    /// <param name="cluster">How they work together.</param>
    /// <param name="more">Configures each silo.</param>
    public static async Task<RunningCluster> StartAsync(
        int silos, Action<int, ActorsOptions> configure, Action<ActorsClusterOptions>? cluster = null,
        Action<ISiloBuilder>? more = null)
    {
        var store = new SharedStore();
        var wires = new Wires();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((instance, silo) =>
        {
            // They start side by side; their names are numbered.
            var own = int.Parse(instance.SiloName.Split('_')[^1], CultureInfo.InvariantCulture);
            silo.Configure<SiloConnectionOptions>(connections => connections.ConfigureSiloOutboundConnection(
                outbound => outbound.Use(next => connection => wires.PassAsync(own, connection, next))));
            // A dead silo is found dead within seconds, so that a test need not wait for the default half minute.
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = TimeSpan.FromMilliseconds(500);
                membership.NumMissedProbesLimit = 2;
                membership.TableRefreshTimeout = TimeSpan.FromSeconds(1);
            });
            silo.AddOutgoingGrainCallFilter(wires.CallAsync);
            more?.Invoke(silo);
            silo.Services.AddLogging(logs => logs.SetMinimumLevel(LogLevel.Warning));
            silo.UseActors(
                options =>
                {
                    configure(own, options);
                    options.Store = (_, _) => new(store);
                },
                cluster);
        });
        builder.ConfigureClient(client => client.AddActorsClient(cluster));
        var running = builder.Build();
        await running.DeployAsync();
        return new RunningCluster(running, store, wires);
    }

    /// <summary>A part of one silo.</summary>
    public T Service<T>(int silo) where T : notnull =>
        _cluster.GetSiloServiceProvider(Silos[silo].SiloAddress).GetRequiredService<T>();

    /// <summary>The client inside of a silo.</summary>
    public IActorsClient ClientOf(int silo) => Service<IActorsClient>(silo);

    /// <summary>How many grains of a type are in memory.</summary>
    public async Task<int> CountAsync(string type)
    {
        var management = _cluster.Client.GetGrain<IManagementGrain>(0);
        var grains = await management.GetDetailedGrainStatistics();
        return grains.Count(grain => grain.GrainId.Type.ToString() == type);
    }

    /// <summary>Lets a silo stop in peace.</summary>
    public Task StopAsync(int silo) => _cluster.StopSiloAsync(Silos[silo]);

    /// <summary>Lets a silo end without saying goodbye.</summary>
    public Task KillAsync(int silo) => _cluster.KillSiloAsync(Silos[silo]);

    public Task AddSiloAsync() => _cluster.StartAdditionalSiloAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
