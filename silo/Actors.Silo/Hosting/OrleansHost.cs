using Actors.Silo.Embedded;
#if ORLEANS
using System.Net;
using System.Net.Sockets;
using Actors.Silo.Configuration;
using Actors.Storage.Postgres;
using Orleans.Configuration;
#endif

namespace Actors.Silo.Hosting;

/// <summary>The host on a cluster: part of the silo only if it was built with <c>-p:Orleans=true</c>.</summary>
internal static class OrleansHost
{
#if ORLEANS
    // Silos of one database are one cluster; another schema is another cluster.
    private const string Name = "actors";

    /// <summary>Whether this silo has it.</summary>
    public static bool IsBuiltIn => true;

    /// <summary>
    /// Puts the engine on the cluster of the options, or on one of this silo alone, to try it out.
    /// </summary>
    public static void Add(IServiceCollection services, SiloOptions options, Action<ActorsOptions> configure)
    {
        services.AddHostedService(provider => new ClusterStart(
            options, provider.GetRequiredService<ILogger<ClusterStart>>()));
        services.AddOrleans(silo =>
        {
            Join(silo, options);
            silo.UseActors(configure);
        });
    }

    private static void Join(ISiloBuilder silo, SiloOptions options)
    {
        var settings = options.InCluster;
        if (options.Cluster is not { } cluster)
        {
            silo.UseLocalhostClustering(settings.SiloPort, settings.GatewayPort);
            return;
        }

        silo.UseAdoNetClustering(adoNet =>
        {
            adoNet.Invariant = "Npgsql";
            adoNet.ConnectionString = PostgresCluster.ConnectionString(cluster);
        });
        silo.Configure<ClusterOptions>(names => (names.ClusterId, names.ServiceId) = (Name, Name));
        // Nothing between silos is encrypted or authenticated: they stay on this machine.
        silo.ConfigureEndpoints(
            IPAddress.Loopback, settings.SiloPort, settings.GatewayPort, listenOnAnyHostAddress: false);
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = settings.ProbeTimeout;
            membership.NumMissedProbesLimit = settings.ProbesMissedMax;
        });
        silo.Configure<SiloMessagingOptions>(calls => calls.ResponseTimeout = settings.ResponseTimeout);
    }

    /// <summary>What has to be there before the silo looks for the others: its ports, and their tables.</summary>
    private sealed class ClusterStart(SiloOptions options, ILogger<ClusterStart> logger) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            CheckPort(options.InCluster.SiloPort, "--silo-port");
            CheckPort(options.InCluster.GatewayPort, "--gateway-port");
            if (options.Cluster is not { } cluster) return;
            await PostgresCluster.MigrateAsync(
                new PostgresJournalOptions { Connection = cluster }, logger, cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        // Orleans takes a silo that listens there for its own past, and declares it dead.
        private static void CheckPort(int port, string flag)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            }
            catch (SocketException e)
            {
                throw new SiloStartException(
                    $"port {port} is in use: another program, perhaps another silo of the cluster, listens there; " +
                    $"choose another port with {flag}",
                    e);
            }
        }
    }
#else
    /// <summary>Whether this silo has it.</summary>
    public static bool IsBuiltIn => false;

    /// <exception cref="NotSupportedException">Always: the settings refuse this host before.</exception>
    public static void Add(IServiceCollection services, SiloOptions options, Action<ActorsOptions> configure) =>
        throw new NotSupportedException("this silo has no host 'orleans'; build it with -p:Orleans=true");
#endif
}
