using Actors.Client;
using Actors.EndToEnd.Tests.Shop;
using Actors.Journal;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.EndToEnd.Tests.Faults;

public sealed class FullDiskTests
{
    private const string DiskSize = "8m";
    private const int FillerBytes = 4 << 20;
    private const int NoteLength = 20_000;
    private const int OrdersMax = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly HttpActorsClientOptions AtOnce = new() { RetryTimeMax = TimeSpan.Zero };

    [NeedsMountFact]
    public async Task A_silo_on_a_full_disk_refuses_new_orders_and_ends_the_others_once_there_is_room()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var folder = new FaultFolder("retry: { attempts: 1000, first: 50ms, factor: 2, max: 1s, jitter: true }");
        await using var shop = await RunningShop.StartAsync();
        // Held up at the shop: the first order is under way while the disk fills.
        await shop.TurnAsync("*", new { errorRate = 1.0 });
        using var mount = TmpfsMount.Create(folder.Data, DiskSize);
        var filler = Path.Combine(folder.Data, "filler");
        await File.WriteAllBytesAsync(filler, new byte[FillerBytes], patience.Token);
        await using var silo = FaultServer.Silo(folder, shop.Http.BaseAddress!);
        await silo.StartAsync(patience.Token);
        using var hasty = new HttpActorsClient(silo.Address, AtOnce);
        using var client = new HttpActorsClient(silo.Address);

        var held = Order("held");
        var started = await client.StartAsync(Request(held), patience.Token);
        var refused = await FillAsync(hasty, patience.Token);
        refused.Message.ShouldContain("no room");

        await shop.TurnAsync("*", new { errorRate = 0.0 });
        File.Delete(filler);
        (await client.WaitAsync(started.Id, null, patience.Token)).Status.ShouldBe(InvocationStatus.Completed);
        var late = await client.StartAsync(Request(Order("late")), patience.Token);
        (await client.WaitAsync(late.Id, null, patience.Token)).Status.ShouldBe(InvocationStatus.Completed);
        held.ShouldBeIn(await shop.EntriesAsync(held.Id));
    }

    private static FaultOrder Order(string id) => new(id, OrderFate.Fulfilled, IsInsured: false);

    private static StartRequest Request(FaultOrder order) =>
        new("order-fulfilment", Payload.From(order.Input, order.Input.GetType())) { Key = order.Id };

    /// <summary>Places orders until one is refused.</summary>
    private static async Task<StoreFullException> FillAsync(
        HttpActorsClient client, CancellationToken cancellationToken)
    {
        for (var n = 1; n <= OrdersMax; n++)
        {
            try
            {
                var input = Payload.From(new
                {
                    orderId = $"filling-{n}", total = 30, card = "", lines = Array.Empty<int>(),
                    note = new string('x', NoteLength),
                });
                await client.StartAsync(new StartRequest("order-fulfilment", input), cancellationToken);
            }
            catch (StoreFullException e)
            {
                return e;
            }
        }

        throw new InvalidOperationException($"the disk took {OrdersMax} orders");
    }
}
