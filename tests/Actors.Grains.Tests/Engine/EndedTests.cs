using Actors.Grains.Tests.Hosting.Rig;
using Shouldly;

namespace Actors.Grains.Tests.Engine;

/// <summary>What is over is neither waited for nor told: an engine that stops, what was removed.</summary>
public sealed class EndedTests
{
    [Fact]
    public async Task Who_watches_an_invocation_is_told_that_the_engine_stops()
    {
        await using var world = new EngineWorld();
        await world.StartAsync(o => o.AddProcess(EngineWorld.Map("asks", EngineWorld.Wait("a", "go"))));
        var id = await world.BeginAsync("asks");
        var known = (await world.HistoryAsync(id)).Length;
        await using var events = world.Client.WatchAsync(id).GetAsyncEnumerator();
        for (var i = 0; i < known; i++) (await events.MoveNextAsync()).ShouldBeTrue();

        var next = events.MoveNextAsync().AsTask();
        await world.Engine.StopAsync(CancellationToken.None).Soon();

        await Should.ThrowAsync<UnavailableException>(() => next.Soon());
    }

    [Fact]
    public async Task An_invocation_that_was_removed_is_not_told_from_memory_though_it_is_asked_after_all_the_time()
    {
        await using var world = new EngineWorld();
        await world.StartAsync(o =>
        {
            o.AddProcess(EngineWorld.Map("brief", EngineWorld.Echo("a")));
            o.Retention = TimeSpan.FromMinutes(1);
        });
        var id = await world.BeginAsync("brief");
        await world.EndAsync(id);

        await IsGoneAsync(world, id);

        await world.BeginAsync("brief");
        (await world.EndAsync(id)).Run.ShouldBe(1);
    }

    private static async Task IsGoneAsync(EngineWorld world, InvocationId id)
    {
        using var patience = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            // Not idle for so long that the sweep would take it out of memory.
            world.Time.Advance(TimeSpan.FromMilliseconds(500));
            try
            {
                await world.Client.GetAsync(id);
            }
            catch (NotFoundException)
            {
                return;
            }
        }
    }
}
