using Actors.Client;
using Actors.EndToEnd.Tests.Shop;
using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Tests.Shared;
using Npgsql;
using Shouldly;

namespace Actors.EndToEnd.Tests.Faults;

public sealed class FullDiskTests
{
    private const string DiskSize = "8m";
    private const int FillerBytes = 4 << 20;
    private const int NoteLength = 20_000;
    private const int OrdersMax = 20_000;

    private const string Retries = "retry: { attempts: 1000, first: 50ms, factor: 2, max: 1s, jitter: true }";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly HttpActorsClientOptions AtOnce = new() { RetryTimeMax = TimeSpan.Zero };

    [NeedsMountFact]
    public async Task A_silo_on_a_full_disk_refuses_new_orders_and_ends_the_others_once_there_is_room()
    {
        using var folder = new FaultFolder(Retries);
        using var mount = TmpfsMount.Create(folder.Data, DiskSize);
        await RunAsync(folder.Data, shop => FaultServer.Silo(folder, shop));
        await FaultFolder.AuditAsync(Path.Combine(folder.Data, "store.db"));
    }

    [NeedsMountAndPostgresFact]
    public async Task A_silo_whose_database_has_no_room_refuses_new_orders_and_ends_the_others_once_there_is_some()
    {
        using var folder = new FaultFolder(Retries);
        // Not below the test's folder, which the server's user can't enter.
        var disk = Directory.CreateTempSubdirectory("actors-disk-").FullName;
        using var mount = TmpfsMount.Create(disk, DiskSize);
        using var server = PostgresServer.Start();
        var tables = Directory.CreateDirectory(Path.Combine(disk, "tables")).FullName;
        PostgresServer.LetWrite(tables);
        await AskAsync(server, $"CREATE TABLESPACE small LOCATION '{tables}'");
        await AskAsync(server, "ALTER DATABASE postgres SET default_tablespace = small");
        await RunAsync(disk, shop => FaultServer.Silo(folder, shop, "--store", server.Address));
        await using var inspection = await PostgresStoreInspection.OpenAsync(
            new PostgresJournalOptions { Connection = server.Address });
        await FaultFolder.AuditAsync(inspection);
    }

    private static async Task RunAsync(string disk, Func<Uri, FaultServer> start)
    {
        using var patience = new CancellationTokenSource(Patience);
        await using var shop = await RunningShop.StartAsync();
        // Held up at the shop: the first order is under way while the disk fills.
        await shop.TurnAsync("*", new { errorRate = 1.0 });
        var filler = Path.Combine(disk, "filler");
        await File.WriteAllBytesAsync(filler, new byte[FillerBytes], patience.Token);
        await using var silo = start(shop.Http.BaseAddress!);
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

    private static async Task AskAsync(PostgresServer server, string statement)
    {
        var uri = new Uri(server.Address);
        await using var connection = new NpgsqlConnection(
            $"Host={uri.Host};Port={uri.Port};Username={uri.UserInfo};Database=postgres;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static FaultOrder Order(string id) => new(id, OrderFate.Fulfilled, IsInsured: false);

    private static StartRequest Request(FaultOrder order) =>
        new("order-fulfilment", Payload.From(order.Input, order.Input.GetType())) { Key = order.Id };

    /// <summary>Places orders until one is refused.</summary>
    private static async Task<StoreFullException> FillAsync(
        HttpActorsClient client, CancellationToken cancellationToken)
    {
        var random = new Random(NoteLength);
        for (var n = 1; n <= OrdersMax; n++)
        {
            try
            {
                var input = Payload.From(new
                {
                    orderId = $"filling-{n}", total = 30, card = "", lines = Array.Empty<int>(),
                    // Of a kind that can't be made smaller.
                    note = Convert.ToBase64String(Bytes(random)),
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

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[NoteLength];
        random.NextBytes(bytes);
        return bytes;
    }
}

/// <summary>A test that mounts a file system and starts a PostgreSQL server; skipped where it can't do both.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsMountAndPostgresFactAttribute : FactAttribute
{
    public NeedsMountAndPostgresFactAttribute() => Skip = TmpfsMount.Obstacle ?? PostgresServer.Obstacle;
}
