using System.Security.Cryptography.X509Certificates;
using Actors.Definitions;
using Actors.Silo.Embedded;
using Actors.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>Silos and clients that show certificates, made here.</summary>
public sealed class SecurityTests
{
    private const string Refused = "is not one of this cluster's authority";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Orleans goes on to knock at a door that stays closed.</summary>
    private static readonly TimeSpan Knocking = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Silos_and_clients_of_one_authority_work_together()
    {
        using var late = new CancellationTokenSource(Patience);
        var authority = new TestAuthority("ours");
        var store = new SharedStore();
        await using var first = await OneSilo.StartAsync(
            store, AddProcess, Shown(authority, "first"), cancellationToken: late.Token);
        await using var second = await OneSilo.StartAsync(
            store, AddProcess, Shown(authority, "second"), first.SiloPort, cancellationToken: late.Token);
        var hosts = await first.Services.GetRequiredService<global::Orleans.IGrainFactory>()
            .GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
        hosts.Count.ShouldBe(2);
        var (client, _) = await first.ConnectAsync(Shown(authority, "client"), late.Token);
        using (client)
        {
            var actors = client.Services.GetRequiredService<IActorsClient>();
            for (var i = 0; i < 10; i++)
            {
                var started = await actors.StartAsync(new StartRequest("short") { Key = $"s-{i}" }, late.Token);
                var ended = await actors.WaitAsync(started.Id, cancellationToken: late.Token);
                ended.Status.ShouldBe(InvocationStatus.Completed);
            }

            await client.StopAsync(late.Token);
        }
    }

    [Fact]
    public async Task A_client_of_another_authority_or_without_a_certificate_is_refused_and_named()
    {
        using var late = new CancellationTokenSource(Patience);
        var (authority, other) = (new TestAuthority("ours"), new TestAuthority("theirs"));
        await using var silo = await OneSilo.StartAsync(
            new SharedStore(), AddProcess, Shown(authority, "silo"), cancellationToken: late.Token);
        await RefusedAsync(silo, null);

        // It would trust this silo; the silo does not trust it.
        var stranger = await RefusedAsync(silo, Shown(other, "stranger", authority));
        silo.Logs.Lines.ShouldContain(line => line.Contains("CN=stranger") && line.Contains(Refused), stranger.Message);

        // And one that does not trust the silo says so itself.
        var suspicious = await RefusedAsync(silo, Shown(authority, "suspicious", other));
        suspicious.Message.ShouldContain("CN=silo");
        suspicious.Message.ShouldContain(Refused);
    }

    [Fact]
    public async Task A_silo_of_another_authority_can_not_join()
    {
        using var late = new CancellationTokenSource(Patience);
        var (authority, other) = (new TestAuthority("ours"), new TestAuthority("theirs"));
        var store = new SharedStore();
        await using var silo = await OneSilo.StartAsync(
            store, AddProcess, Shown(authority, "silo"), cancellationToken: late.Token);
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var failed = await Should.ThrowAsync<InvalidOperationException>(() => OneSilo.StartAsync(
            store, AddProcess, Shown(other, "intruder"), silo.SiloPort, cancellationToken: soon.Token));
        var said = silo.Logs.Lines.Concat(failed.Message.Split('\n')).ToArray();
        said.ShouldContain(line => line.Contains(Refused));
        var hosts = await silo.Services.GetRequiredService<global::Orleans.IGrainFactory>()
            .GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
        hosts.Count.ShouldBe(1);
    }

    [Fact]
    public void An_authority_without_a_certificate_of_ones_own_is_refused()
    {
        var authority = new TestAuthority("ours");
        var settings = new ActorsClusterOptions();
        Shown(authority, "x")(settings);
        settings.Certificate = null;
        Should.Throw<ArgumentOutOfRangeException>(settings.Validate).Message.ShouldContain("needs Certificate");
    }

    private static async Task<InvalidOperationException> RefusedAsync(
        OneSilo silo, Action<ActorsClusterOptions>? cluster)
    {
        using var soon = new CancellationTokenSource(Knocking);
        return await Should.ThrowAsync<InvalidOperationException>(() => silo.ConnectAsync(cluster, soon.Token));
    }

    private static void AddProcess(ActorsOptions options) => options
        .AddHandler<Payload, Payload>("echo", (input, _) => ValueTask.FromResult(input))
        .AddProcess(Process.Define<Payload>("short").Step("only", s => s.Call("echo")).Build());

    /// <summary>A certificate that somebody shows, and whom they trust: its own authority if no other.</summary>
    private static Action<ActorsClusterOptions> Shown(
        TestAuthority authority, string name, TestAuthority? trusted = null) => options =>
        {
            options.Certificate = authority.Sign(name);
            options.Authority = [X509CertificateLoader.LoadCertificate((trusted ?? authority).Root.RawData)];
        };
}
