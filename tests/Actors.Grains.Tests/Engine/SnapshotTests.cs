using System.Text;
using Actors.Definitions;
using Shouldly;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

public sealed class SnapshotTests
{
    [Fact]
    public async Task A_long_run_is_read_from_its_snapshot_and_goes_on()
    {
        const int items = 1_500;
        await using var world = new EngineWorld();
        await world.StartAsync(o => o.AddProcess(Map(
            "p",
            Echo("each") with { Each = new Each("$.input.items", 16) },
            Wait("wait", "go", "each"),
            Echo("after", "wait"))));
        var list = string.Join(',', Enumerable.Range(0, items));
        var id = await world.BeginAsync("p", input: $$"""{"items":[{{list}}]}""");
        await world.UntilAsync(id, v => v.Steps[1].Status == StepStatus.Waiting);
        var (snapshot, tail) = await world.ReadsAsync(id.Key);
        (snapshot + tail).ShouldBeGreaterThan(2 * items);
        snapshot.ShouldBeGreaterThan(1_000);
        tail.ShouldBeLessThan(1_100);
        var before = await world.Client.GetAsync(id);
        await world.RestartAsync();
        (await world.Client.GetAsync(id)).Steps.ShouldBe(before.Steps);
        await world.Client.SignalAsync(id, "go");
        var ended = await world.EndAsync(id);
        ended.Status.ShouldBe(InvocationStatus.Completed);
        (await world.Client.HistoryAsync(id, countMax: 10_000)).Events.Select(e => e.Sequence)
            .ShouldBe(Enumerable.Range(1, (int)ended.Sequence).Select(n => (long)n), "a snapshot hides no event");
    }

    [Fact]
    public async Task An_entity_is_read_from_its_snapshot_and_knows_its_operations_still()
    {
        var ledger = new EntityId("ledger", "l");
        await using var world = new EngineWorld();
        await world.StartAsync(o => o.AddEntity<Ledger>("ledger"));
        var one = Payload.FromJson("1");
        for (var i = 0; i < 100; i++)
            await world.Client.CallEntityAsync(ledger, "add", one, $"op-{i}").ShouldBeAsync($"{i + 1}");
        var (snapshot, tail) = await world.ReadsAsync(ledger.Key);
        snapshot.ShouldBeGreaterThan(0);
        tail.ShouldBeLessThan(100);
        await world.RestartAsync();
        await world.Client.CallEntityAsync(ledger, "add", one, "op-3").ShouldBeAsync("4");
        await world.Client.CallEntityAsync(ledger, "add", one, "op-new").ShouldBeAsync("101");
    }

    public sealed class LedgerState
    {
        public int Sum { get; set; }

        public string Filler { get; set; } = "";
    }

    public sealed class Ledger : Entity<LedgerState>
    {
        public int Add(int amount)
        {
            State.Filler = new StringBuilder().Append('x', 2_000).ToString();
            return State.Sum += amount;
        }
    }
}

internal static class PayloadAssertions
{
    public static async Task ShouldBeAsync(this Task<Payload> task, string expected) =>
        (await task).ToString().ShouldBe(expected);
}
