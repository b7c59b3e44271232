using System.Net;
using System.Net.Sockets;
using Shouldly;

namespace Actors.EndToEnd.Tests.Shop;

public sealed class ManyOrdersTests
{
    private const int AttemptsMax = 60;

    [Fact]
    public async Task Orders_under_lost_answers_duplicates_and_errors_leave_the_books_in_order()
    {
        await using var shop = await RunningShop.StartAsync(
            "--knobs:seed", "11", "--knobs:*:lostAnswerRate", "0.2", "--knobs:*:duplicateRate", "0.2",
            "--knobs:*:errorRate", "0.2", "--stock:cable", "60");

        var orders = Enumerable.Range(0, 60).Select(i => $"order-{i}").ToArray();
        await Parallel.ForEachAsync(orders, new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (order, _) => await FulfilAsync(shop, order));

        var report = await shop.AuditAsync();
        report.Violations.ShouldBeEmpty();
        report.Orders.ShouldBe(60);
        // 60 cables and two per order: half of the orders are fulfilled, the others are refunded.
        report.Kinds["labelled"].ShouldBe(30);
        report.Kinds["charged"].ShouldBe(60);
        report.Kinds["refunded"].ShouldBe(30);
    }

    private static async Task FulfilAsync(RunningShop shop, string order)
    {
        var reserve = UntilAnsweredAsync(() => shop.ReserveAsync(order, "reserve-" + order));
        var charge = UntilAnsweredAsync(() => shop.ChargeAsync(order, "charge-" + order));
        (await charge).ShouldBe(HttpStatusCode.Created);
        if (await reserve == HttpStatusCode.Created)
            await UntilAnsweredAsync(() => shop.LabelAsync(order, "label-" + order));
        else
            await UntilAnsweredAsync(() => shop.RefundAsync(order, "refund-" + order));
    }

    private static async Task<HttpStatusCode> UntilAnsweredAsync(Func<Task<HttpResponseMessage>> send)
    {
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            try
            {
                using var answer = await send();
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable) return answer.StatusCode;
            }
            catch (Exception e) when (e is HttpRequestException or SocketException)
            {
                // The answer was lost; the key makes asking again safe.
            }
        }

        throw new InvalidOperationException($"no answer in {AttemptsMax} attempts");
    }
}
