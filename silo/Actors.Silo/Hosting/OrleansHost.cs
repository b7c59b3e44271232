using Actors.Silo.Embedded;
#if ORLEANS
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Actors.Silo.Configuration;
using Actors.Silo.Orleans;
using Actors.Storage.Postgres;
using Orleans.Configuration;
using Orleans.Providers;
#endif

namespace Actors.Silo.Hosting;

/// <summary>The host on a cluster: part of the silo only if it was built with <c>-p:Orleans=true</c>.</summary>
internal static class OrleansHost
{
#if ORLEANS
    // Silos of one database are one cluster; another schema is another cluster.
    private const string Name = "actors";

    /// <summary>Orleans' name of the driver.</summary>
    private const string Invariant = "Npgsql";

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
            silo.UseActors(configure, cluster => Set(cluster, options.InCluster));
        });
    }

    private static void Join(ISiloBuilder silo, SiloOptions options)
    {
        var settings = options.InCluster;
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = settings.ProbeTimeout;
            membership.MaxProbeTimeout = settings.ProbeTimeoutMax;
            membership.NumMissedProbesLimit = settings.ProbesMissedMax;
        });
        silo.Configure<SiloMessagingOptions>(calls => calls.ResponseTimeout = settings.ResponseTimeout);
        if (options.Cluster is not { } cluster)
        {
            silo.UseLocalhostClustering(settings.SiloPort, settings.GatewayPort);
            silo.UseInMemoryReminderService();
            return;
        }

        Keep(silo, PostgresCluster.ConnectionString(cluster));
        silo.Configure<ClusterOptions>(names => (names.ClusterId, names.ServiceId) = (Name, Name));
        silo.ConfigureEndpoints(
            IPAddress.Parse(settings.Address), settings.SiloPort, settings.GatewayPort, listenOnAnyHostAddress: false);
    }

    /// <summary>Who is in the cluster, reminders and the state of grains: all in the database of the store.</summary>
    private static void Keep(ISiloBuilder silo, string connection)
    {
        silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (Invariant, connection));
        silo.UseAdoNetReminderService(o => (o.Invariant, o.ConnectionString) = (Invariant, connection));
        silo.AddAdoNetGrainStorageAsDefault((AdoNetGrainStorageOptions o) => Set(o, connection));
        silo.AddAdoNetGrainStorage(
            ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME, (AdoNetGrainStorageOptions o) => Set(o, connection));
    }

    private static void Set(AdoNetGrainStorageOptions options, string connection) =>
        (options.Invariant, options.ConnectionString) = (Invariant, connection);

    private static void Set(ActorsClusterOptions cluster, SiloClusterOptions settings)
    {
        (cluster.WorkPartitions, cluster.WorkPatience) = (settings.WorkPartitions, settings.WorkPatience);
        if (settings is not { Certificate: { } certificate, Authority: { } authority }) return;
        cluster.Certificate = Read(
            certificate, "Certificate", "this silo's certificate and its private key (PEM, or .pfx without a password)",
            ReadCertificate);
        cluster.Authority = Read(authority, "Authority", "the certificate of the cluster's authority (PEM)", file =>
        {
            X509Certificate2Collection read = [];
            read.ImportFromPemFile(file);
            return read.Count > 0 ? read : throw new CryptographicException("it holds no certificate");
        });
    }

    private static X509Certificate2 ReadCertificate(string file)
    {
        var isPkcs12 = Path.GetExtension(file).ToLowerInvariant() is ".pfx" or ".p12";
        var read = isPkcs12
            ? X509CertificateLoader.LoadPkcs12FromFile(file, null)
            : X509Certificate2.CreateFromPemFile(file);
        return read.HasPrivateKey ? read : throw new CryptographicException("it holds no private key");
    }

    private static T Read<T>(string file, string setting, string expected, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            var why = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new SiloStartException(
                $"Silo:InCluster:{setting} is '{file}', which can't be used: {why}; give a file that this silo may " +
                $"read, with {expected}",
                e);
        }
    }

    /// <summary>What has to be there before the silo looks for the others: its ports, and their tables.</summary>
    private sealed class ClusterStart(SiloOptions options, ILogger<ClusterStart> logger) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            // The API listens last; that it can't would be told only after all else had started, and was stopped again.
            foreach (var url in options.Urls.Select(url => new Uri(url)).Where(url => url.Port != 0))
            {
                var own = IPAddress.TryParse(url.DnsSafeHost, out var named) ? named : IPAddress.Loopback;
                CheckPort(own, url.Port, "--urls");
            }

            var address = IPAddress.Parse(options.Cluster is null ? "127.0.0.1" : options.InCluster.Address);
            CheckPort(address, options.InCluster.SiloPort, "--silo-port");
            CheckPort(address, options.InCluster.GatewayPort, "--gateway-port");
            if (options.Cluster is not { } cluster) return;
            await PostgresCluster.MigrateAsync(
                new PostgresJournalOptions { Connection = cluster }, logger, cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        // Orleans takes a silo that listens there for its own past, and declares it dead.
        private static void CheckPort(IPAddress address, int port, string flag)
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(address, port));
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
