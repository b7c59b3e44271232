using Actors.EndToEnd.Tests.Shop;
using Actors.Faults;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Faults;

public sealed class EveryBoundaryTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task An_order_survives_a_kill_at_every_boundary_of_its_way()
    {
        await RunAsync(OrderFate.Fulfilled);
    }

    [Fact]
    public async Task A_compensation_survives_a_kill_at_every_boundary_of_its_way()
    {
        await RunAsync(OrderFate.Declined);
    }

    private async Task RunAsync(OrderFate fate)
    {
        using var folder = new FaultFolder("retry: { attempts: 5, first: 10ms, factor: 2, max: 100ms, jitter: false }");
        await using var shop = await RunningShop.StartAsync();
        using var patience = new CancellationTokenSource(Patience);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = patience.Token };
        await Parallel.ForEachAsync(Enum.GetValues<Boundary>().Where(b => b != Boundary.None), options,
            async (boundary, token) =>
            {
                await using var lane = new BoundaryLane(folder, shop, boundary, fate);
                await lane.RunAsync(token);
                lane.Kills.ShouldBeGreaterThanOrEqualTo(4, $"{boundary} is crossed by every step");
                output.WriteLine($"{boundary}: {lane.Kills} kills");
            });
        (await shop.AuditAsync()).Violations.ShouldBeEmpty();
    }
}
