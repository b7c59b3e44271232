using System.Net;
using Shop;
using Shop.Ledger;
using Shouldly;

namespace Actors.EndToEnd.Tests.Shop;

public sealed class DeskTests
{
    [Fact]
    public async Task A_declined_card_is_402_and_charges_nothing()
    {
        await using var shop = await RunningShop.StartAsync();
        var answer = await shop.ChargeAsync("o1", "c", card: RunningShop.DeclinedCard);
        answer.StatusCode.ShouldBe(HttpStatusCode.PaymentRequired);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Declined]);
    }

    [Fact]
    public async Task An_unknown_item_is_404_and_an_empty_shelf_409()
    {
        await using var shop = await RunningShop.StartAsync("--stock:cable", "3");
        (await shop.ReserveAsync("o1", "a", "cabel")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await shop.ReserveAsync("o2", "b", "cable", 2)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await shop.ReserveAsync("o3", "c", "cable", 2)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_reservation_with_one_line_too_many_takes_nothing()
    {
        await using var shop = await RunningShop.StartAsync();
        var stock = await shop.ReadAsync("/stock");
        var lines = new[] { new { item = "cable", quantity = 1 }, new { item = "typewriter", quantity = 1 } };
        var answer = await shop.SendAsync(HttpMethod.Post, "/reservations", new { orderId = "o1", lines }, "a");
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await shop.ReadAsync("/stock")).ShouldBe(stock);
    }

    [Theory]
    [InlineData("/payments", """{"orderId":"o","amount":0,"card":"4242424242424242"}""")]
    [InlineData("/payments", """{"orderId":"o","amount":1.005,"card":"4242424242424242"}""")]
    [InlineData("/payments", """{"orderId":"o","amount":1,"card":"4242424242424241"}""")]
    [InlineData("/payments", """{"orderId":"","amount":1,"card":"4242424242424242"}""")]
    [InlineData("/payments", """{"orderId":"o","amount":1}""")]
    [InlineData("/payments", "nothing")]
    [InlineData("/payments", "null")]
    [InlineData("/reservations", """{"orderId":"o","lines":[]}""")]
    [InlineData("/reservations", """{"orderId":"o","lines":[null]}""")]
    [InlineData("/reservations", """{"orderId":"o","lines":[{"item":"cable","quantity":-1}]}""")]
    [InlineData("/reservations",
        """{"orderId":"o","lines":[{"item":"cable","quantity":1},{"item":"cable","quantity":1}]}""")]
    [InlineData("/labels", """{"orderId":"o","weight":0}""")]
    public async Task A_request_that_breaks_a_rule_is_400_and_leaves_no_trace(string path, string body)
    {
        await using var shop = await RunningShop.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        request.Headers.Add("Idempotency-Key", "k");
        (await shop.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await shop.ReadAsync("/ledger")).ShouldBe("[]");
        (await shop.ChargeAsync("o", "k")).StatusCode.ShouldBe(HttpStatusCode.Created, "a 400 does not use up the key");
    }

    [Fact]
    public async Task A_refund_gives_back_once_what_was_charged()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.ChargeAsync("o1", "c", 12.5m);
        var refund = await shop.RefundAsync("o1", "u1");
        (await refund.Content.ReadAsStringAsync()).ShouldBe("""{"orderId":"o1","refunded":12.5}""");
        (await shop.RefundAsync("o1", "u2")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Charged, EntryKind.Refunded]);
        (await shop.AuditAsync()).Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_release_puts_everything_back_once()
    {
        await using var shop = await RunningShop.StartAsync();
        var stock = await shop.ReadAsync("/stock");
        await shop.ReserveAsync("o1", "r");
        (await shop.ReadAsync("/stock")).ShouldNotBe(stock);
        (await shop.ReleaseAsync("o1", "u1")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await shop.ReleaseAsync("o1", "u2")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await shop.ReadAsync("/stock")).ShouldBe(stock);
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Reserved, EntryKind.Released]);
    }

    [Fact]
    public async Task A_refund_that_overtakes_its_charge_succeeds_and_the_late_charge_is_refused()
    {
        await using var shop = await RunningShop.StartAsync();
        (await shop.RefundAsync("o1", "u1")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await shop.RefundAsync("o1", "u2")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await shop.ChargeAsync("o1", "c")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Tombstoned, EntryKind.Refused]);
        (await shop.AuditAsync()).Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_release_that_overtakes_its_reservation_succeeds_and_the_late_reservation_is_refused()
    {
        await using var shop = await RunningShop.StartAsync();
        (await shop.ReleaseAsync("o1", "u1")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await shop.ReserveAsync("o1", "r")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Tombstoned, EntryKind.Refused]);
    }

    [Fact]
    public async Task A_charge_that_races_its_refund_is_never_left_standing()
    {
        await using var shop = await RunningShop.StartAsync();
        var orders = Enumerable.Range(0, 40).Select(i => $"o{i}").ToArray();
        await Task.WhenAll(orders.SelectMany(order =>
            new[] { shop.ChargeAsync(order, $"c{order}"), shop.RefundAsync(order, $"u{order}") }));
        (await shop.AuditAsync()).Violations.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://*:5000")]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("https://example.org")]
    public void Any_address_but_loopback_is_refused(string url) =>
        Should.Throw<ShopSettingsException>(() => ShopApp.Build(["--urls", url])).Message.ShouldContain(url);
}
