using System.Net;
using Shop.Ledger;
using Shouldly;

namespace Actors.EndToEnd.Tests.Shop;

public sealed class IdempotencyTests
{
    [Fact]
    public async Task Many_requests_of_one_key_at_once_are_one_charge_and_one_answer()
    {
        await using var shop = await RunningShop.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => shop.ChargeAsync("o1", "key")));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync()));
        bodies.Distinct().ShouldHaveSingleItem();
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Charged]);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_too_and_stays_the_same()
    {
        await using var shop = await RunningShop.StartAsync();
        (await shop.ReserveAsync("o1", "key", "typewriter")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await shop.ReserveAsync("o1", "key", "typewriter")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Refused]);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused_with_422()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.ChargeAsync("o1", "key", 10m);
        (await shop.ChargeAsync("o1", "key", 11m)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Charged]);
    }

    [Fact]
    public async Task The_same_key_at_another_endpoint_is_refused_with_422()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.ChargeAsync("o1", "key");
        (await shop.RefundAsync("o1", "key")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Without_a_key_every_request_is_a_new_one_and_the_audit_sees_it()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.ReserveAsync("o1", null);
        await shop.ChargeAsync("o1", null);
        await shop.ChargeAsync("o1", null);
        await shop.LabelAsync("o1", null);
        (await shop.AuditAsync()).Violations.ShouldHaveSingleItem().Rule.ShouldBe(Audit.ChargedTwice);
    }

    [Fact]
    public async Task A_restart_keeps_entries_stock_answers_and_tombstones()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.ReserveAsync("o1", "r");
        var charged = await (await shop.ChargeAsync("o1", "c")).Content.ReadAsStringAsync();
        await shop.RefundAsync("o2", "u");
        var (ledger, stock) = (await shop.ReadAsync("/ledger"), await shop.ReadAsync("/stock"));

        await shop.RestartAsync();

        (await shop.ReadAsync("/ledger")).ShouldBe(ledger);
        (await shop.ReadAsync("/stock")).ShouldBe(stock);
        (await (await shop.ChargeAsync("o1", "c")).Content.ReadAsStringAsync()).ShouldBe(charged);
        (await shop.ChargeAsync("o2", "late")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Reserved, EntryKind.Charged]);
    }
}
