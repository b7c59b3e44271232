using Actors.Silo.Orleans.Tests.Cluster;
using Actors.Silo.Tests.Compliance;
using Actors.Silo.Tests.Engine;

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
