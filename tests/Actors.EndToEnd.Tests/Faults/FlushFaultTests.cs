using System.Text.Json;
using Actors.EndToEnd.Tests.Shop;
using Actors.Faults;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>
/// The operating system fails an order's process at its first flush, at its second and so on, from the making of the
/// store to the last event; what is left behind is finished by a process that nothing happens to.
/// </summary>
public sealed class FlushFaultTests(ITestOutputHelper output)
{
    private const int FlushesMax = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        ["DOTNET_TieredPGO"] = "0",
    };

    [FlushFaultFact]
    public Task An_order_survives_a_kill_at_every_flush() => RunAsync(FlushFault.Kill, OrderFate.Fulfilled);

    [FlushFaultFact]
    public Task A_compensation_survives_a_kill_at_every_flush() => RunAsync(FlushFault.Kill, OrderFate.Declined);

    [FlushFaultFact]
    public Task An_order_survives_an_error_of_every_flush() =>
        RunAsync(FlushFault.InputOutputError, OrderFate.Fulfilled);

    private async Task RunAsync(FlushFault fault, OrderFate fate)
    {
        using var folder = new FaultFolder("retry: { attempts: 5, first: 10ms, factor: 2, max: 100ms, jitter: false }");
        await using var shop = await RunningShop.StartAsync();
        using var patience = new CancellationTokenSource(Patience);
        await using var healthy = ChildProgram.Start("Actors.Faults", Environment);
        for (var at = 1; at <= FlushesMax; at++)
        {
            var order = new FaultOrder($"{fault.Name}-{fate}-{at}", fate, IsInsured: false);
            var request = Request(folder, shop, order);
            await using var failing = ChildProgram.Start("Actors.Faults", Environment, fault.Before(at));
            var (acknowledged, ended) = await AskAsync(failing, request, patience.Token);
            var isLast = ended is not null;
            if (!isLast)
            {
                (await failing.EndedAsync(patience.Token)).ShouldNotBe(0, $"{order.Id}: {failing.Errors}");
                (_, ended) = await AskAsync(healthy, request, patience.Token);
                ended.ShouldNotBeNull($"{order.Id}: {healthy.Errors}");
                if (acknowledged) ended.IsCreated.ShouldBeFalse($"{order.Id}: it was acknowledged, and is gone");
            }

            await OrderVerdict.JudgeAsync(order, ended!, shop);
            if (isLast)
            {
                // The making of the store alone flushes more often than this.
                at.ShouldBeGreaterThan(5);
                output.WriteLine($"{fault.Name}, {fate}: failed at each of {at - 1} flushes");
                (await shop.AuditAsync()).Violations.ShouldBeEmpty();
                return;
            }

            await FaultFolder.AuditAsync(folder.At(order.Id + ".db"));
        }

        throw new InvalidOperationException($"an order takes more than {FlushesMax} flushes");
    }

    private static string Request(FaultFolder folder, RunningShop shop, FaultOrder order) => JsonSerializer.Serialize(
        new OrderRequest(
            folder.At(order.Id + ".db"), folder.ProcessFile, shop.Http.BaseAddress!.ToString(),
            JsonSerializer.SerializeToElement(order.Input, JsonSerializerOptions.Web)),
        JsonSerializerOptions.Web);

    /// <summary>Has an order run; the answer is null if the process ended before the order.</summary>
    private static async Task<(bool IsAcknowledged, OrderAnswer? Ended)> AskAsync(
        ChildProgram child, string request, CancellationToken cancellationToken)
    {
        await child.SayAsync(request);
        return await OrderVerdict.HearAsync(child, cancellationToken);
    }
}
