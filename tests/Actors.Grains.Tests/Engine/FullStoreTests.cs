using Actors.Journal;
using Actors.Storage.Memory;
using Shouldly;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

public sealed class FullStoreTests
{
    private MemoryJournalStore _store = new();
    private StoreHealth _healthAtStart = StoreHealth.Ready;

    [Fact]
    public async Task Who_waits_goes_on_waiting_while_the_store_is_full_and_hears_of_the_end()
    {
        await using var world = await MakeAsync();
        var id = await world.BeginAsync("p");
        var waiting = world.Client.WaitAsync(id);
        await world.Client.ExplainAsync(id);
        _store.Health = StoreHealth.Full;
        await world.Client.SignalAsync(id, "go").ShouldThrowAsync<StoreFullException>();
        for (var i = 0; i < 5; i++)
        {
            await world.Time.WhenArmedAsync();
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await world.Client.SignalAsync(id, "go").ShouldThrowAsync<StoreFullException>();
        }

        waiting.IsCompleted.ShouldBeFalse();
        _store.Health = StoreHealth.Ready;
        await world.Client.SignalAsync(id, "go");
        await Hosting.TestHost.UntilAsync(() =>
        {
            world.Time.Advance(TimeSpan.FromMilliseconds(100));
            return waiting.IsCompleted;
        });
        (await waiting).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task A_wait_with_a_time_ends_then_although_the_store_is_full()
    {
        await using var world = await MakeAsync();
        var id = await world.BeginAsync("p");
        var waiting = world.Client.WaitAsync(id, TimeSpan.FromSeconds(10));
        await world.Client.ExplainAsync(id);
        _store.Health = StoreHealth.Full;
        await world.Client.SignalAsync(id, "go").ShouldThrowAsync<StoreFullException>();
        await Hosting.TestHost.UntilAsync(() =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            return waiting.IsCompleted;
        });
        (await waiting).Status.ShouldBe(InvocationStatus.Waiting);
    }

    [Fact]
    public async Task What_stands_behind_events_without_room_is_read_from_the_journal()
    {
        await using var world = await MakeAsync();
        var id = await world.BeginAsync("slow");
        _healthAtStart = StoreHealth.Full;
        // Due while nothing ran: whoever activates the grain makes events that find no room.
        await world.RestartAsync(o =>
        {
            world.Time.Advance(TimeSpan.FromHours(2));
            Configure(o);
        });
        for (var i = 0; i < 3; i++)
        {
            (await world.Client.GetAsync(id)).Status.ShouldBe(InvocationStatus.Waiting);
            (await world.Client.ExplainAsync(id)).Waits.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task Running_work_is_taken_up_within_a_second_of_there_being_room()
    {
        await using var world = await MakeAsync();
        var id = await world.BeginAsync("slow");
        world.Time.Advance(TimeSpan.FromMinutes(59));
        await world.Client.GetAsync(id);
        _store.Health = StoreHealth.Full;
        world.Time.Advance(TimeSpan.FromMinutes(10));
        await Hosting.TestHost.UntilAsync(() =>
        {
            world.Time.Advance(TimeSpan.FromMilliseconds(10));
            return world.Engine.Host.Activations.Any(a => a.WaitsForStore);
        });
        _store.Health = StoreHealth.Ready;
        world.Time.Advance(TimeSpan.FromMilliseconds(1_000));
        // Nobody asks for it: a call would wake it.
        ProjectionRow? row = null;
        await Hosting.TestHost.UntilAsync(() =>
        {
            var found = _store.FindAsync(id.Key);
            row = found.IsCompleted ? found.Result : row;
            return row?.Projection.Status == nameof(InvocationStatus.Completed);
        });
    }

    private async Task<EngineWorld> MakeAsync()
    {
        var world = new EngineWorld();
        await world.StartAsync(Configure);
        return world;
    }

    private void Configure(Silo.Embedded.ActorsOptions options)
    {
        options.Store = (_, _) =>
        {
            _store = _store.Reopen();
            _store.Health = _healthAtStart;
            return new ValueTask<IJournalStore>(_store);
        };
        options.AddProcess(Map("p", Wait("wait", "go")));
        options.AddProcess(Map("slow", Delay("delay", "1h")));
    }
}
