using System.Net;
using Shop;
using Shop.Ledger;
using Shouldly;

namespace Actors.EndToEnd.Tests.Shop;

public sealed class FaultTests
{
    [Fact]
    public async Task A_lost_answer_leaves_the_effect_and_the_retry_charges_no_second_time()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.TurnAsync("payments", new { lostAnswerRate = 1 });
        await Should.ThrowAsync<HttpRequestException>(() => shop.ChargeAsync("o1", "c"));
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Charged]);

        await shop.TurnAsync("payments", new { });
        (await shop.ChargeAsync("o1", "c")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Charged]);
    }

    [Fact]
    public async Task An_injected_error_is_503_and_comes_before_the_effect()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.TurnAsync("payments", new { errorRate = 1 });
        (await shop.ChargeAsync("o1", "c")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await shop.KindsAsync("o1")).ShouldBeEmpty();
    }

    [Fact]
    public async Task FailNext_fails_so_many_requests_of_one_endpoint_and_no_more()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.TurnAsync("payments", new { failNext = 2 });
        (await shop.ReserveAsync("o1", "r")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await shop.ChargeAsync("o1", "c")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await shop.ChargeAsync("o1", "c")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await shop.ChargeAsync("o1", "c")).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_request_that_arrives_twice_is_done_once_with_a_key_and_twice_without()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.TurnAsync("payments", new { duplicateRate = 1 });
        await shop.ChargeAsync("o1", "c");
        await shop.ChargeAsync("o2", null);
        (await shop.KindsAsync("o1")).ShouldBe([EntryKind.Charged]);
        (await shop.KindsAsync("o2")).ShouldBe([EntryKind.Charged, EntryKind.Charged]);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_fates_and_another_seed_others()
    {
        var first = await FatesAsync("7");
        (await FatesAsync("7")).ShouldBe(first);
        (await FatesAsync("8")).ShouldNotBe(first);
        first.Count(failed => failed).ShouldBeInRange(10, 40);
    }

    [Theory]
    [InlineData("""{"endpoints":{"paymnts":{}}}""", "paymnts")]
    [InlineData("""{"endpoints":{"payments":{"errorRat":1}}}""", "errorRat")]
    [InlineData("""{"endpoints":{"payments":{"errorRate":1.5}}}""", "errorRate")]
    [InlineData("{", "JSON")]
    public async Task A_knob_that_does_not_exist_or_is_out_of_range_is_refused_by_name(string body, string named)
    {
        await using var shop = await RunningShop.StartAsync();
        var answer = await shop.Http.PutAsync("/knobs", new StringContent(body));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(named);
    }

    [Fact]
    public void A_wrong_knob_at_start_is_refused_by_name() =>
        Should.Throw<ShopSettingsException>(() => ShopApp.Build(["--knobs:payments:errorRat", "1"]))
            .Message.ShouldContain("errorRat");

    private static async Task<bool[]> FatesAsync(string seed)
    {
        await using var shop = await RunningShop.StartAsync("--knobs:seed", seed, "--knobs:*:errorRate", "0.5");
        var fates = new bool[50];
        for (var i = 0; i < fates.Length; i++)
            fates[i] = (await shop.LabelAsync($"o{i}", $"l{i}")).StatusCode == HttpStatusCode.ServiceUnavailable;
        return fates;
    }
}
