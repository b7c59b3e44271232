using Actors.Journal;
using Actors.Simulation.Scheduling;
using Actors.Simulation.Storage;
using Actors.Simulation.World;

namespace Actors.Simulation.Network;

/// <summary>
/// A store behind the network: its answers may be lost, which makes an append uncertain. Several silos share it, or one
/// process after the other owns it: then the appends of all before the last are refused, also those that were long on
/// their way.
/// </summary>
internal sealed class ServerLink : StoreLink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SimulatedWorld _world;
    private readonly SimulatedSilo _silo;
    private readonly SimulatedNode _node;
    private readonly StoreServer _server;
    private long _epoch;
    private bool _isDisowned;

    private ServerLink(SimulatedWorld world, SimulatedSilo silo, SimulatedNode node, StoreServer server) =>
        (_world, _silo, _node, _server) = (world, silo, node, server);

    public override StoreHealth Health => _server.Store switch
    {
        _ when _isDisowned => StoreHealth.Stopped,
        { Node.IsDead: false, Health: StoreHealth.Ready } => StoreHealth.Ready,
        { Node.IsDead: false, Health: StoreHealth.Full } => StoreHealth.Full,
        _ => StoreHealth.Away,
    };

    /// <summary>In a cluster each activation has an epoch of its own; it goes up from that of the opening.</summary>
    public override long OwnerEpoch => _epoch;

    /// <summary>Whether it is owned by one process at a time.</summary>
    private bool IsOwned => _world.Options.Silos == 1;

    /// <exception cref="StoreException">The server did not answer.</exception>
    public static async Task<ServerLink> OpenAsync(
        SimulatedWorld world, SimulatedSilo silo, SimulatedNode node, StoreServer server)
    {
        var link = new ServerLink(world, silo, node, server);
        link._epoch = link.IsOwned ? await link.AskAsync("open", _ => server.TakeAsync()) : server.NextOwner();
        return link;
    }

    public override Task<AppendResult> AppendAsync(JournalAppend append) => AskAsync("append", store =>
        IsOwned && _epoch != _server.Owner ? throw new DisownedException() : store.AppendAsync(append));

    public override async Task<T> AskAsync<T>(string what, Func<SimulatedStore, Task<T>> ask)
    {
        var answer = new TaskCompletionSource<T>();
        using var timer = _node.Time.CreateTimer(
            _ => answer.TrySetException(new StoreException("the store's server did not answer")),
            null, Patience, Timeout.InfiniteTimeSpan);
        _world.Network.Send(_node, _silo, _server, what, there => Serve(there, ask, answer));
        return await answer.Task;
    }

    private async void Serve<T>(SimulatedNode there, Func<SimulatedStore, Task<T>> ask, TaskCompletionSource<T> answer)
    {
        try
        {
            var reply = await ask(_server.Store!);
            _world.Network.Send(there, _server, _silo, "stored", _ => answer.TrySetResult(reply));
        }
        catch (DisownedException e)
        {
            _world.Network.Send(there, _server, _silo, "disowned", _ =>
            {
                _isDisowned = true;
                answer.TrySetException(new StoreStoppedException("another process owns the store now", e));
            });
        }
        catch (StoreStoppedException e)
        {
            // The server is started anew; for its clients that is a lost connection.
            var lost = new StoreException("the store's server stopped", e);
            _world.Network.Send(there, _server, _silo, "not stored", _ => answer.TrySetException(lost));
        }
        catch (Exception e)
        {
            _world.Network.Send(there, _server, _silo, "not stored", _ => answer.TrySetException(e));
        }
    }
}

/// <summary>Who asks is not the last that opened the store.</summary>
internal sealed class DisownedException() : Exception("another process owns the store now");

/// <summary>The machine of the store's server, if it is not in the silo's own process.</summary>
internal sealed class StoreServer(SimulatedWorld world, SimulatedDisk disk) : IHostPlace
{
    /// <summary>Who opened the store last.</summary>
    public long Owner { get; private set; }

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
        if (Store is { } store) world.NoteCrash(store.Node);
        Store?.Node.Kill();
        disk.Crash(world.Faults.Random);
        RestartAt = world.Scheduler.Now + restartAfter.Ticks;
    }

    public long NextOwner() => ++Owner;

    /// <summary>As the real one: who takes the store waits for the commits of who had it.</summary>
    public async Task<long> TakeAsync()
    {
        await Store!.QuietAsync();
        return NextOwner();
    }
}
