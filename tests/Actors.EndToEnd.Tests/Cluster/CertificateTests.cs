using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Actors.EndToEnd.Tests.Faults;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.EndToEnd.Tests.Cluster;

/// <summary>The files with certificates that a silo program is given.</summary>
public sealed class CertificateTests : IDisposable
{
    private const int Refused = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FaultFolder _folder = new("retry: { attempts: 5 }");
    private readonly CancellationTokenSource _late = new(Patience);
    private readonly string _siloPort = $"{FaultServer.FreePort()}";
    private readonly TestAuthority _authority = new("authority");

    public void Dispose()
    {
        _late.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task With_good_files_a_silo_starts_and_speaks_to_nobody_but_those_of_its_authority()
    {
        await using var silo = Start(WithKey("silo.pem", "silo"), Authority());
        await silo.HearAsync("listening on", _late.Token);
        silo.Drain();

        using var ours = X509Certificate2.CreateFromPemFile(WithKey("other.pem", "other"));
        (await ShownAsync(ours)).ShouldBe("CN=silo");
        await Should.ThrowAsync<Exception>(() => ShownAsync(null));
    }

    [Fact]
    public Task A_file_that_is_not_there_is_named() => RefusedAsync(
        _folder.At("none.pem"), Authority(), "Silo:InCluster:Certificate is", "none.pem", "its private key (PEM");

    [Fact]
    public Task An_authority_that_is_not_there_is_named() => RefusedAsync(
        WithKey("silo.pem", "silo"), _folder.At("none.pem"), "Silo:InCluster:Authority is", "none.pem",
        "the certificate of the cluster's authority (PEM)");

    [Fact]
    public Task A_certificate_that_is_none_is_named() => RefusedAsync(
        Write("silo.pem", "nonsense"), Authority(), "Silo:InCluster:Certificate is", "its private key (PEM");

    [Fact]
    public Task An_authority_that_is_none_is_named() => RefusedAsync(
        WithKey("silo.pem", "silo"), Write("authority.pem", "nonsense"), "Silo:InCluster:Authority is",
        "it holds no certificate", "the certificate of the cluster's authority (PEM)");

    [Fact]
    public Task A_certificate_without_its_key_is_named() => RefusedAsync(
        Write("silo.pem", _authority.Sign("silo").ExportCertificatePem()), Authority(), "Silo:InCluster:Certificate is",
        "key", "its private key (PEM");

    [Fact]
    public Task One_file_without_the_other_is_refused() => RefusedAsync(
        WithKey("silo.pem", "silo"), null, "Silo:InCluster:Certificate and Authority go together");

    private async Task RefusedAsync(string certificate, string? authority, params string[] expected)
    {
        await using var silo = Start(certificate, authority);
        (await silo.EndedAsync(_late.Token)).ShouldBe(Refused, silo.Errors);
        foreach (var words in expected) silo.Errors.ShouldContain(words);
        silo.Errors.Trim().ShouldNotContain('\n');
    }

    private ChildProgram Start(string certificate, string? authority)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ACTORS_SILO__LOGS"] = "none",
            ["ACTORS_SILO__INCLUSTER__CERTIFICATE"] = certificate,
        };
        if (authority is not null) environment["ACTORS_SILO__INCLUSTER__AUTHORITY"] = authority;
        var empty = Directory.CreateDirectory(_folder.At("empty")).FullName;
        return ChildProgram.Start(
            "Actors.Silo", environment, "--host", "orleans", "--urls", "http://127.0.0.1:0", "--processes", empty,
            "--store", Path.Combine(_folder.Data, "store.db"), "--silo-port", _siloPort,
            "--gateway-port", $"{FaultServer.FreePort()}");
    }

    /// <summary>Whom the silo says to be where the others of its cluster reach it.</summary>
    private async Task<string?> ShownAsync(X509Certificate2? own)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, int.Parse(_siloPort), _late.Token);
        await using var stream = new SslStream(socket.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "silo",
                ClientCertificates = own is null ? [] : [own],
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            _late.Token);
        // A client that was refused hears of it only now.
        var read = await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: own is null, _late.Token);
        return read >= 0 ? stream.RemoteCertificate?.Subject : null;
    }

    private string Authority() => Write("authority.pem", _authority.Root.ExportCertificatePem());

    private string WithKey(string file, string name)
    {
        using var signed = _authority.Sign(name);
        using var key = signed.GetECDsaPrivateKey()!;
        return Write(file, signed.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
    }

    private string Write(string file, string text)
    {
        File.WriteAllText(_folder.At(file), text);
        return _folder.At(file);
    }
}
