using System.Text.Json;
using Actors.EndToEnd.Tests.Shop;
using Actors.Faults;
using Shouldly;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>
/// One order, one boundary: runs it with a kill at crossing 1, 2, 3 and so on, finishes each on the store that was left
/// behind, and judges it, until a run crosses the boundary less often than asked.
/// </summary>
internal sealed class BoundaryLane(FaultFolder folder, RunningShop shop, Boundary boundary, OrderFate fate)
    : IAsyncDisposable
{
    private const int CrossingsMax = 100;

    private ChildProgram? _child;

    /// <summary>How many kills it took.</summary>
    public int Kills { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var at = 1; at <= CrossingsMax; at++)
        {
            var order = new FaultOrder($"{boundary}-{fate}-{at}", fate, IsInsured: false);
            var (acknowledged, ended) = await AskAsync(order, at, cancellationToken);
            if (ended is not null)
            {
                ended.Crossings.ShouldBeLessThan(at, $"{order.Id}: the fault point was met, and nothing happened");
                await OrderVerdict.JudgeAsync(order, ended, shop);
                await FaultFolder.AuditAsync(folder.At(order.Id + ".db"));
                return;
            }

            await EndedByFaultAsync(order, cancellationToken);
            var (_, finished) = await AskAsync(order, 0, cancellationToken);
            finished.ShouldNotBeNull($"{order.Id}: {_child?.Errors}");
            if (acknowledged) finished.IsCreated.ShouldBeFalse($"{order.Id}: it was acknowledged, and is gone");
            await OrderVerdict.JudgeAsync(order, finished, shop);
            await FaultFolder.AuditAsync(folder.At(order.Id + ".db"));
        }

        throw new InvalidOperationException($"{boundary} is crossed more than {CrossingsMax} times by one order");
    }

    public async ValueTask DisposeAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
    }

    /// <summary>Has an order run; the answer is null if the process ended before the order.</summary>
    private async Task<(bool IsAcknowledged, OrderAnswer? Ended)> AskAsync(
        FaultOrder order, int at, CancellationToken cancellationToken)
    {
        _child ??= ChildProgram.Start(
            "Actors.Faults", new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_TieredPGO"] = "0" });
        var input = JsonSerializer.SerializeToElement(order.Input, JsonSerializerOptions.Web);
        var url = shop.Http.BaseAddress!.ToString();
        await _child.SayAsync(JsonSerializer.Serialize(
            new OrderRequest(folder.At(order.Id + ".db"), folder.ProcessFile, url, input, boundary, at),
            JsonSerializerOptions.Web));
        return await OrderVerdict.HearAsync(_child, cancellationToken);
    }

    private async Task EndedByFaultAsync(FaultOrder order, CancellationToken cancellationToken)
    {
        const int killed = 128 + 9;
        (await _child!.EndedAsync(cancellationToken)).ShouldBe(killed, $"{order.Id}: {_child.Errors}");
        await _child.DisposeAsync();
        _child = null;
        Kills++;
    }
}
