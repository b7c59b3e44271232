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

    private RunningCluster(InProcessTestCluster cluster, SharedStore store) => (_cluster, Store) = (cluster, store);

    public SharedStore Store { get; }

    /// <summary>The client outside.</summary>
    public IActorsClient Client => _cluster.Client.ServiceProvider.GetRequiredService<IActorsClient>();

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    public static async Task<RunningCluster> StartAsync(
        int silos, Action<ActorsOptions> configure, Action<ActorsClusterOptions>? cluster = null)
    {
        var store = new SharedStore();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) =>
        {
            // A dead silo is found dead within seconds, so that a test need not wait for the default half minute.
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = TimeSpan.FromMilliseconds(500);
                membership.NumMissedProbesLimit = 2;
                membership.NumVotesForDeathDeclaration = 1;
                membership.TableRefreshTimeout = TimeSpan.FromSeconds(1);
            });
            silo.Services.AddLogging(logs => logs.SetMinimumLevel(LogLevel.Warning));
            silo.UseActors(
                options =>
                {
                    configure(options);
                    options.Store = (_, _) => new(store);
                },
                cluster);
        });
        builder.ConfigureClient(client => client.AddActorsClient(cluster));
        var running = builder.Build();
        await running.DeployAsync();
        return new RunningCluster(running, store);
    }

    /// <summary>A part of one silo.</summary>
    public T Service<T>(int silo) where T : notnull =>
        _cluster.GetSiloServiceProvider(Silos[silo].SiloAddress).GetRequiredService<T>();

    /// <summary>The client inside of a silo.</summary>
    public IActorsClient ClientOf(int silo) => Service<IActorsClient>(silo);

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
