using Microsoft.Data.Sqlite;
using Shop.Ledger;
using Shouldly;

namespace Actors.EndToEnd.Tests.Shop;

public sealed class AuditTests
{
    private const string Again = "INSERT INTO entry(at, order_id, kind, cents, note) SELECT at, order_id, ";
    private const string Restock = "UPDATE stock SET available = initial";

    [Fact]
    public async Task A_fulfilled_order_and_an_undone_one_are_in_order()
    {
        await using var shop = await RunningShop.StartAsync();
        await FulfilAsync(shop, "o1");
        await shop.ReserveAsync("o2", "r2");
        await shop.ChargeAsync("o2", "c2");
        await shop.RefundAsync("o2", "u2");
        await shop.ReleaseAsync("o2", "d2");

        var report = await shop.AuditAsync();

        report.Violations.ShouldBeEmpty();
        (report.Orders, report.Entries, report.Charged, report.Refunded).ShouldBe((2, 7, 20m, 10m));
        report.Kinds["charged"].ShouldBe(2);
    }

    [Theory]
    [InlineData(Again + "kind, cents, '' FROM entry WHERE kind = 'Charged'", Audit.ChargedTwice)]
    [InlineData("DELETE FROM entry WHERE kind IN ('Labelled', 'Reserved');" + Restock, Audit.ChargedWithoutOutcome)]
    [InlineData("DELETE FROM entry WHERE kind = 'Charged'", Audit.LabelWithoutCharge)]
    [InlineData("DELETE FROM entry WHERE kind = 'Labelled' OR kind = 'Charged'", Audit.ReservationLeftOver)]
    [InlineData("DELETE FROM entry WHERE kind = 'Reserved';" + Restock, Audit.LabelWithoutReservation)]
    [InlineData("UPDATE stock SET available = available + 1 WHERE item = 'cable'", Audit.StockNotConserved)]
    [InlineData(Again + "kind, NULL, '' FROM entry WHERE kind = 'Labelled'", Audit.LabelledTwice)]
    [InlineData("UPDATE entry SET item = 'cable', kind = 'Reserved' WHERE kind = 'Notified'", Audit.ReservedTwice)]
    [InlineData(Again + "'Refunded', cents + 1, '' FROM entry WHERE kind = 'Charged';" +
        "DELETE FROM entry WHERE kind IN ('Labelled', 'Reserved');" + Restock, Audit.RefundedTooMuch)]
    [InlineData("UPDATE entry SET id = -1, kind = 'Tombstoned', note = 'payments' WHERE kind = 'Notified'",
        Audit.EffectAfterTombstone)]
    [InlineData("UPDATE entry SET id = -1, kind = 'Tombstoned', note = 'reservations' WHERE kind = 'Notified'",
        Audit.EffectAfterTombstone)]
    public async Task Doctored_books_are_found_out(string sql, string rule)
    {
        await using var shop = await RunningShop.StartAsync();
        await FulfilAsync(shop, "o1");
        await shop.SendAsync(HttpMethod.Post, "/warehouse/notifications", new { orderId = "o1" }, "n");
        (await shop.AuditAsync()).Violations.ShouldBeEmpty();

        shop.Doctor(sql);

        (await shop.AuditAsync()).Violations.ShouldHaveSingleItem().Rule.ShouldBe(rule);
    }

    [Fact]
    public async Task The_ledger_takes_no_changes_and_no_removals()
    {
        await using var shop = await RunningShop.StartAsync();
        await FulfilAsync(shop, "o1");
        using var connection = new SqliteConnection($"Data Source={shop.LedgerFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        foreach (var sql in new[] { "UPDATE entry SET cents = 0", "DELETE FROM entry" })
        {
            command.CommandText = sql;
            Should.Throw<SqliteException>(() => command.ExecuteNonQuery()).Message.ShouldContain("append-only");
        }
    }

    private static async Task FulfilAsync(RunningShop shop, string order)
    {
        await shop.ReserveAsync(order, "r" + order);
        await shop.ChargeAsync(order, "c" + order);
        await shop.LabelAsync(order, "l" + order);
    }
}
