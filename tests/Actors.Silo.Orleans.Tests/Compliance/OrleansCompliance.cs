using Actors.Silo.Orleans.Tests.Cluster;
using Actors.Silo.Tests.Compliance;
using Actors.Silo.Tests.Engine;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Compliance;

/// <summary>Two silos for the whole suite.</summary>
public sealed class ComplianceCluster : IAsyncLifetime
{
    private static int s_tests;
    private RunningCluster? _cluster;

    internal RunningCluster Cluster => _cluster!;

    public async Task InitializeAsync() => _cluster = await RunningCluster.StartAsync(2, ComplianceProcesses.AddTo);

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>One of the cluster's clients, with tenants of its own.</summary>
    internal static IComplianceEngine Over(IActorsClient client) =>
        new Tenant(new TenantClient(client, $"t{Interlocked.Increment(ref s_tests)}"));

    private sealed class Tenant(IActorsClient client) : IComplianceEngine
    {
        public IActorsClient Client => client;

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>The engine on two silos, asked through an Orleans client.</summary>
public sealed class OrleansClientTests(ComplianceCluster cluster)
    : ActorsClientCompliance, IClassFixture<ComplianceCluster>
{
    private protected override Task<IComplianceEngine> OpenAsync() =>
        Task.FromResult(ComplianceCluster.Over(cluster.Cluster.Client));
}

/// <summary>The engine on two silos, asked inside of one of them.</summary>
public sealed class InsideOfSiloTests(ComplianceCluster cluster)
    : ActorsClientCompliance, IClassFixture<ComplianceCluster>
{
    private protected override Task<IComplianceEngine> OpenAsync() =>
        Task.FromResult(ComplianceCluster.Over(cluster.Cluster.ClientOf(0)));
}

/// <summary>Deployments through an Orleans client: asked on one silo, run on either.</summary>
public sealed class OrleansDeploymentTests(ComplianceCluster cluster)
    : DeploymentCompliance, IClassFixture<ComplianceCluster>
{
    private protected override Task<IComplianceEngine> OpenAsync() =>
        Task.FromResult(ComplianceCluster.Over(cluster.Cluster.Client));

    [Fact]
    public async Task A_start_on_any_silo_gets_what_was_deployed_on_another()
    {
        for (var version = 1; version <= 4; version++)
        {
            var definition = Payload.FromJson(
                $$$"""{"process":"moving","steps":{"only":{"delay":"1ms"}},"output":{"version":{{{version}}}}}""");
            await cluster.Cluster.ClientOf(version % 2).DeployAsync(definition);
            var other = cluster.Cluster.ClientOf((version + 1) % 2);
            var started = await other.StartAsync(new StartRequest("moving"));
            var ended = await other.WaitAsync(started.Id, TimeSpan.FromSeconds(20));
            ended.Output!.ToString().ShouldBe($$"""{"version":{{version}}}""");
        }
    }
}
