using Actors.Silo.Embedded;
#if ORLEANS
using System.Net;
using System.Net.Sockets;
using Actors.Silo.Orleans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
#endif

namespace Actors.Benchmarks.Measuring;

/// <summary>Silos of a cluster in this process, over real connections on loopback.</summary>
internal static class ClusterEngines
{
    /// <summary>Why there can be none; null: there can.</summary>
    public static string? Obstacle(int silos, string store) =>
        !IsBuiltIn ? "--host orleans is not built in: build with -p:Orleans=true"
        : silos > 1 && store != "postgres" ? "several silos share a store only on PostgreSQL: add --store postgres"
        : null;

#if ORLEANS
    private const bool IsBuiltIn = true;

    public static async Task<IBenchEngine> StartAsync(BenchmarkSettings settings, Action<ActorsOptions> configure)
    {
        var running = new Silos();
        int? primary = null;
        for (var i = 0; i < settings.Silos; i++)
        {
            var (siloPort, gatewayPort) = (FreePort(), FreePort());
            var first = primary is { } port ? new IPEndPoint(IPAddress.Loopback, port) : null;
            primary ??= siloPort;
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.UseOrleans(silo => silo
                .UseLocalhostClustering(siloPort, gatewayPort, first)
                .UseActors(configure, cluster => Set(cluster, settings)));
            var host = builder.Build();
            await host.StartAsync();
            running.Add(host);
        }

        return running;
    }

    private static void Set(ActorsClusterOptions cluster, BenchmarkSettings settings)
    {
        if (settings.Partitions is { } partitions) cluster.WorkPartitions = partitions;
        if (settings.Patience is { } patience) cluster.WorkPatience = patience;
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private sealed class Silos : IBenchEngine
    {
        private readonly List<IHost> _hosts = [];
        private readonly List<IActorsClient> _clients = [];
        private uint _turn;

        public IActorsClient Client => _clients[(int)(Interlocked.Increment(ref _turn) % (uint)_clients.Count)];

        public void Add(IHost host)
        {
            _hosts.Add(host);
            _clients.Add(host.Services.GetRequiredService<IActorsClient>());
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var host in Enumerable.Reverse(_hosts))
            {
                await host.StopAsync();
                host.Dispose();
            }

            _hosts.Clear();
        }
    }
#else
    private const bool IsBuiltIn = false;

    public static Task<IBenchEngine> StartAsync(BenchmarkSettings settings, Action<ActorsOptions> configure) =>
        throw new NotSupportedException("the benchmarks were built without the host on a cluster");
#endif
}
