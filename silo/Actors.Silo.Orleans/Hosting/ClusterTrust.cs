using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace Actors.Silo.Orleans.Hosting;

/// <summary>
/// Who may be on the other side of a connection of the cluster: who has a certificate of its authority.
/// </summary>
internal sealed partial class ClusterTrust(X509Certificate2Collection authority)
{
    private ILogger _logger = NullLogger.Instance;

    /// <summary>Puts TLS between silos.</summary>
    public static void AddTo(ISiloBuilder silo, ActorsClusterOptions settings)
    {
        if (settings.Certificate is not { } certificate) return;
        var trust = settings.Authority is { } authority ? new ClusterTrust(authority) : null;
        silo.UseTls(certificate, tls => Configure(tls, trust, settings));
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<ILoggerFactory>(
            (_, loggers) => trust?.TellTo(loggers));
    }

    /// <summary>Puts TLS between a client and silos.</summary>
    public static void AddTo(IClientBuilder client, ActorsClusterOptions settings)
    {
        if (settings.Certificate is not { } certificate) return;
        var trust = settings.Authority is { } authority ? new ClusterTrust(authority) : null;
        client.UseTls(certificate, tls => Configure(tls, trust, settings));
        client.Services.AddOptions<ClientConnectionOptions>().Configure<ILoggerFactory>(
            (_, loggers) => trust?.TellTo(loggers));
    }

    /// <summary>Whether a certificate is signed by the authority, and valid now.</summary>
    public bool Accepts(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain.Build(certificate)) return true;
        var why = string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.Trim())
            .Distinct(StringComparer.Ordinal));
        LogRefused(certificate.Subject, why);
        return false;
    }

    private static void Configure(TlsOptions tls, ClusterTrust? trust, ActorsClusterOptions settings)
    {
        if (trust is not null)
        {
            tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
            tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
            tls.RemoteCertificateValidation = (certificate, _, _) => trust.Accepts(certificate);
        }

        settings.Tls?.Invoke(tls);
    }

    private void TellTo(ILoggerFactory loggers) => _logger = loggers.CreateLogger<ClusterTrust>();

    [LoggerMessage(Level = LogLevel.Error, Message =
        "A connection was refused: certificate '{Subject}' of the other side is not one of this cluster's authority " +
        "({Why})")]
    private partial void LogRefused(string subject, string why);
}
