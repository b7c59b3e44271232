using System.Text.Json;
using Actors.EndToEnd.Tests.Shop;
using Actors.Faults;
using Shouldly;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>
/// What a child process answers about an order, and whether that and the shop's books are as they must be.
/// </summary>
internal static class OrderVerdict
{
    /// <summary>Listens until the order has ended, or its process has: then the answer is null.</summary>
    public static async Task<(bool IsAcknowledged, OrderAnswer? Ended)> HearAsync(
        ChildProgram child, CancellationToken cancellationToken)
    {
        var isAcknowledged = false;
        while (await child.HearAsync(cancellationToken) is { } line)
        {
            var answer = JsonSerializer.Deserialize<OrderAnswer>(line, JsonSerializerOptions.Web)!;
            if (answer.Status is not null) return (isAcknowledged, answer);
            isAcknowledged = true;
        }

        return (isAcknowledged, null);
    }

    public static async Task JudgeAsync(FaultOrder order, OrderAnswer ended, RunningShop shop)
    {
        var history = string.Join("\n", ended.History.Select(e => $"{e.Sequence} {e.Type} {e.Step} {e.Attempt}"));
        var what = $"{order.Id}, history:\n{history}";
        ended.Status.ShouldBe(order.End, what);
        ended.History.Select(e => e.Sequence)
            .ShouldBe(Enumerable.Range(1, ended.History.Count).Select(n => (long)n), what);
        ended.History.GroupBy(e => (e.Type, e.Step, e.Attempt)).Where(g => g.Count() > 1).ShouldBeEmpty(what);
        ended.History.Where(e => e.Type is "StepSucceeded" or "UndoSucceeded")
            .GroupBy(e => (e.Type, e.Step)).Where(g => g.Count() > 1).ShouldBeEmpty(what);

        var audit = await shop.AuditAsync();
        audit.Violations.Where(v => v.Subject == order.Id).ShouldBeEmpty(what);
        order.ShouldBeIn(await shop.EntriesAsync(order.Id));
    }
}
