#if ORLEANS
using Actors.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Shouldly;

namespace Actors.Silo.Tests.Hosting;

public sealed class OrleansHostTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("postgres://actors@127.0.0.1/actors")]
    public async Task Time_limits_hold_in_a_cluster_and_on_a_silo_alone(string? cluster)
    {
        var options = new SiloOptions
        {
            Cluster = cluster,
            InCluster = new SiloClusterOptions
            {
                ResponseTimeout = TimeSpan.FromSeconds(7),
                ProbeTimeout = TimeSpan.FromSeconds(2),
                ProbesMissedMax = 5,
            },
        };
        var services = new ServiceCollection();
        services.AddLogging();
        OrleansHost.Add(services, options, _ => { });
        await using var provider = services.BuildServiceProvider();

        var membership = provider.GetRequiredService<IOptions<ClusterMembershipOptions>>().Value;
        membership.ProbeTimeout.ShouldBe(options.InCluster.ProbeTimeout);
        membership.MaxProbeTimeout.ShouldBe(options.InCluster.ProbeTimeoutMax);
        membership.NumMissedProbesLimit.ShouldBe(options.InCluster.ProbesMissedMax);
        var calls = provider.GetRequiredService<IOptions<SiloMessagingOptions>>().Value;
        calls.ResponseTimeout.ShouldBe(options.InCluster.ResponseTimeout);
    }
}
#endif
