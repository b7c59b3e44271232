using Actors.Journal;
using Actors.Simulation.Scheduling;
using Actors.Simulation.Storage;
using Actors.Simulation.World;

namespace Actors.Simulation.Network;

/// <summary>A store behind the network: its answers may be lost, which makes an append uncertain.</summary>
internal sealed class ServerLink(SimulatedWorld world, SimulatedSilo silo, SimulatedNode node, StoreServer server)
    : StoreLink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public override StoreHealth Health => server.Store switch
    {
        { Node.IsDead: false, Health: StoreHealth.Ready } => StoreHealth.Ready,
        { Node.IsDead: false, Health: StoreHealth.Full } => StoreHealth.Full,
        _ => StoreHealth.Away,
    };

    /// <summary>In a cluster each activation has an epoch of its own; it goes up from that of the opening.</summary>
    public override long OwnerEpoch { get; } = server.NextOwner();

    public override async Task<T> AskAsync<T>(string what, Func<SimulatedStore, Task<T>> ask)
    {
        var answer = new TaskCompletionSource<T>();
        using var timer = node.Time.CreateTimer(
            _ => answer.TrySetException(new StoreException("the store's server did not answer")),
            null, Patience, Timeout.InfiniteTimeSpan);
        world.Network.Send(node, silo, server, what, there => Serve(there, ask, answer));
        return await answer.Task;
    }

    private async void Serve<T>(SimulatedNode there, Func<SimulatedStore, Task<T>> ask, TaskCompletionSource<T> answer)
    {
        try
        {
            var reply = await ask(server.Store!);
            world.Network.Send(there, server, silo, "stored", _ => answer.TrySetResult(reply));
        }
        catch (StoreStoppedException e)
        {
            // The server is started anew; for its clients that is a lost connection.
            var lost = new StoreException("the store's server stopped", e);
            world.Network.Send(there, server, silo, "not stored", _ => answer.TrySetException(lost));
        }
        catch (Exception e)
        {
            world.Network.Send(there, server, silo, "not stored", _ => answer.TrySetException(e));
        }
    }
}

/// <summary>The machine of the store's server, if it is not in the silo's own process.</summary>
internal sealed class StoreServer(SimulatedWorld world, SimulatedDisk disk) : IHostPlace
{
    private long _owners;

    public SimulatedStore? Store { get; private set; }

    public SimulatedNode? Listener => Store is { Node.IsDead: false } store ? store.Node : null;

    public long? RestartAt { get; private set; }

    public void Start()
    {
        RestartAt = null;
        Store = new SimulatedStore(world.Scheduler.NewNode("server"), disk, world.Faults);
    }

    public void Kill(TimeSpan restartAfter)
    {
        Store?.Node.Kill();
        disk.Crash(world.Faults.Random);
        RestartAt = world.Scheduler.Now + restartAfter.Ticks;
    }

    public long NextOwner() => ++_owners;
}
