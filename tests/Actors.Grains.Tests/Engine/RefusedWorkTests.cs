using Actors.Grains.Tests.Hosting.Rig;
using Actors.Silo.Embedded;
using Shouldly;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

/// <summary>Attempts that full workers refused: they are offered again, as long as anybody wants them.</summary>
public sealed class RefusedWorkTests
{
    private readonly Gate _end = new();
    private int _begun;

    [Fact]
    public async Task What_is_cancelled_while_it_waits_to_be_offered_again_ends_and_is_never_begun()
    {
        await using var world = await MakeAsync();
        var holds = await world.BeginAsync("p", "holds");
        await Hosting.TestHost.UntilAsync(() => Volatile.Read(ref _begun) == 1);
        var refused = await world.BeginAsync("p", "refused");

        await world.Client.CancelAsync(refused);

        (await EndWithTimeAsync(world, refused)).Status.ShouldBe(InvocationStatus.Cancelled);
        Volatile.Read(ref _begun).ShouldBe(1);
        _end.Open();
        (await world.EndAsync(holds)).Status.ShouldBe(InvocationStatus.Completed);
        Volatile.Read(ref _begun).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_wanted_is_begun_once_there_is_room()
    {
        await using var world = await MakeAsync();
        await world.BeginAsync("p", "holds");
        await Hosting.TestHost.UntilAsync(() => Volatile.Read(ref _begun) == 1);
        var refused = await world.BeginAsync("p", "refused");
        _end.Open();
        (await EndWithTimeAsync(world, refused)).Status.ShouldBe(InvocationStatus.Completed);
        Volatile.Read(ref _begun).ShouldBe(2);
    }

    private static Task<InvocationView> EndWithTimeAsync(EngineWorld world, InvocationId id) =>
        world.UntilAsync(id, view =>
        {
            if (!view.HasEnded) world.Time.Advance(TimeSpan.FromMilliseconds(20));
            return view.HasEnded;
        });

    private async Task<EngineWorld> MakeAsync()
    {
        var world = new EngineWorld();
        await world.StartAsync(o =>
        {
            o.Host = new EmbeddedHostOptions { WorkersMax = 1, WorkQueueMax = 0 };
            o.AddHandler<Payload, string>("hold", async (_, _) =>
            {
                Interlocked.Increment(ref _begun);
                await _end.Task;
                return "done";
            });
            o.AddProcess(Map("p", Handler("s", "hold")));
        });
        return world;
    }
}
