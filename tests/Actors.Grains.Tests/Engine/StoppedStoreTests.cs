using Actors.Journal;
using Actors.Storage.Memory;
using Shouldly;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

/// <summary>
/// A store that has stopped never goes on: whoever waits is told, so that somebody restarts the process.
/// </summary>
public sealed class StoppedStoreTests
{
    private MemoryJournalStore _store = new();

    [Fact]
    public async Task Who_waits_for_an_idle_invocation_is_told_within_a_second()
    {
        await using var world = await MakeAsync();
        var id = await world.BeginAsync("p");
        var waiting = world.Client.WaitAsync(id);
        await world.Client.ExplainAsync(id);

        _store.Health = StoreHealth.Stopped;
        world.Time.Advance(TimeSpan.FromSeconds(1));

        await waiting.WaitAsync(Hosting.TestHost.Patience).ShouldThrowAsync<StoreStoppedException>();
    }

    [Fact]
    public async Task Who_watches_a_history_is_told_within_a_second()
    {
        await using var world = await MakeAsync();
        var id = await world.BeginAsync("p");
        await using var events = world.Client.WatchAsync(id).GetAsyncEnumerator();
        var sequence = (await world.Client.GetAsync(id)).Sequence;
        do (await events.MoveNextAsync()).ShouldBeTrue();
        while (events.Current.Sequence < sequence);
        var next = events.MoveNextAsync().AsTask();

        _store.Health = StoreHealth.Stopped;
        world.Time.Advance(TimeSpan.FromSeconds(1));

        await next.WaitAsync(Hosting.TestHost.Patience).ShouldThrowAsync<StoreStoppedException>();
    }

    [Fact]
    public async Task A_failed_append_tells_everybody_at_once()
    {
        await using var world = await MakeAsync();
        var (one, other) = (await world.BeginAsync("p", "a"), await world.BeginAsync("p", "b"));
        var waiting = world.Client.WaitAsync(other);
        await world.Client.ExplainAsync(other);

        _store.Health = StoreHealth.Stopped;
        await world.Client.SignalAsync(one, "go").ShouldThrowAsync<StoreStoppedException>();

        await waiting.WaitAsync(Hosting.TestHost.Patience).ShouldThrowAsync<StoreStoppedException>();
    }

    [Fact]
    public async Task The_program_is_told_so_that_it_can_end()
    {
        await using var world = await MakeAsync();
        world.Engine.Failed.IsCompleted.ShouldBeFalse();

        _store.Health = StoreHealth.Stopped;
        world.Time.Advance(TimeSpan.FromSeconds(1));

        (await world.Engine.Failed.WaitAsync(Hosting.TestHost.Patience)).ShouldBeOfType<StoreStoppedException>();
    }

    [Fact]
    public async Task Who_comes_later_is_told_too_and_may_still_read()
    {
        await using var world = await MakeAsync();
        var id = await world.BeginAsync("p");
        _store.Health = StoreHealth.Stopped;
        world.Time.Advance(TimeSpan.FromSeconds(1));

        (await world.Client.GetAsync(id)).Status.ShouldBe(InvocationStatus.Waiting);
        await world.Client.WaitAsync(id).WaitAsync(Hosting.TestHost.Patience).ShouldThrowAsync<StoreStoppedException>();
        await world.Client.WatchAsync(id).ToListAsync().AsTask().WaitAsync(Hosting.TestHost.Patience)
            .ShouldThrowAsync<StoreStoppedException>();
    }

    private async Task<EngineWorld> MakeAsync()
    {
        var world = new EngineWorld();
        await world.StartAsync(options =>
        {
            options.Store = (_, _) => new ValueTask<IJournalStore>(_store = _store.Reopen());
            options.AddProcess(Map("p", Wait("wait", "go")));
        });
        return world;
    }
}
