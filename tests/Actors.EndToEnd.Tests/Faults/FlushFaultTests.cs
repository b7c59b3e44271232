using System.Text.Json;
using Actors.Client;
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

    [FlushFaultFact]
    public async Task A_silo_whose_flush_failed_says_so_and_ends_to_be_started_anew()
    {
        const int storeStopped = 3;
        // More than the opening takes; some order or other meets it. A checkpoint may meet it first, and not mind.
        const int flush = 30;
        using var folder = new FaultFolder("retry: { attempts: 5, first: 10ms, factor: 2, max: 100ms, jitter: false }");
        await using var shop = await RunningShop.StartAsync();
        using var patience = new CancellationTokenSource(Patience);
        await using var silo = FaultServer.Silo(folder, shop.Http.BaseAddress!);
        await silo.StartAsync(FlushFault.InputOutputError.Before(flush, andAfter: true), patience.Token);
        using var client = new HttpActorsClient(
            silo.Address, new HttpActorsClientOptions { RetryTimeMax = TimeSpan.Zero });
        var last = Request(0);
        await Should.ThrowAsync<TransientException>(async () =>
        {
            for (var i = 1; i <= FlushesMax; i++)
            {
                last = Request(i);
                var started = await client.StartAsync(last, patience.Token);
                await client.WaitAsync(started.Id, null, patience.Token);
            }
        });

        (await silo.EndedAsync(patience.Token)).ShouldBe(storeStopped, silo.Errors);
        silo.Errors.ShouldContain("takes no more appends");
        await silo.StartAsync(patience.Token);
        var again = await client.StartAsync(last, patience.Token);
        (await client.WaitAsync(again.Id, null, patience.Token)).Status.ShouldBe(InvocationStatus.Completed);
        (await shop.AuditAsync()).Violations.ShouldBeEmpty();
        await FaultFolder.AuditAsync(Path.Combine(folder.Data, "store.db"));
    }

    private static StartRequest Request(int number)
    {
        var order = new FaultOrder($"flush-{number}", OrderFate.Fulfilled, IsInsured: false);
        var input = Payload.From(order.Input, order.Input.GetType());
        return new StartRequest("order-fulfilment", input) { Key = order.Id };
    }

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
            var log = folder.At(order.Id + ".flushes");
            await using var failing = ChildProgram.Start("Actors.Faults", Environment, fault.Before(at, log));
            var (acknowledged, ended) = await AskAsync(
                failing, request with { FlushesOnlyCommits = true }, patience.Token);
            var met = FlushFault.Failed(log);
            // SQLite asks for the folder's flush and does not look at the answer: that error is met, and not minded.
            if (ended is not null) met.ShouldAllBe(file => Directory.Exists(file), $"{order.Id} ended all the same");
            var isLast = ended is not null && met.Count == 0;
            failing.HangUp();
            var code = await failing.EndedAsync(patience.Token);
            if (ended is null)
            {
                code.ShouldNotBe(0, $"{order.Id}: {failing.Errors}");
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

    private static OrderRequest Request(FaultFolder folder, RunningShop shop, FaultOrder order) => new(
        folder.At(order.Id + ".db"), folder.ProcessFile, shop.Http.BaseAddress!.ToString(),
        JsonSerializer.SerializeToElement(order.Input, JsonSerializerOptions.Web));

    /// <summary>Has an order run; the answer is null if the process ended before the order.</summary>
    private static async Task<(bool IsAcknowledged, OrderAnswer? Ended)> AskAsync(
        ChildProgram child, OrderRequest request, CancellationToken cancellationToken)
    {
        await child.SayAsync(JsonSerializer.Serialize(request, JsonSerializerOptions.Web));
        return await OrderVerdict.HearAsync(child, cancellationToken);
    }
}
