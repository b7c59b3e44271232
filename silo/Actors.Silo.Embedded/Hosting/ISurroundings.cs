using Actors.Grains.Hosting;
using Actors.Grains.Work;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// What lies around a host: nothing if it is alone in its process (<see cref="Alone"/>), the other silos if it is one
/// of a cluster. The host runs the grains that are here; who runs the others, and who does the work, is said here.
/// </summary>
internal interface ISurroundings
{
    /// <summary>The epoch a grain appends under that was read when the head of its journal had an epoch.</summary>
    long EpochAfter(long headEpoch);

    /// <summary>Whether another silo may have activated a grain that is here, and write to its journal.</summary>
    bool IsShared { get; }

    /// <summary>Whether this silo takes up and wakes a grain that is in nobody's memory.</summary>
    bool Keeps(GrainKey key);

    /// <summary>Sends a message one way, to wherever the grain is.</summary>
    void Post(GrainKey to, GrainMessage message);

    /// <summary>Brings a grain into memory, wherever that is.</summary>
    ValueTask TouchAsync(GrainKey key, CancellationToken cancellationToken);

    /// <summary>As <see cref="IGrainTurn.Dispatch"/>.</summary>
    /// <returns>Whether an outcome or a refusal follows; not for work that is on its way already.</returns>
    bool Dispatch(WorkItem item);

    /// <summary>As <see cref="IGrainTurn.CancelWork"/>.</summary>
    void CancelWork(WorkKey key);

    /// <summary>As <see cref="IGrainTurn.LeaveStage"/>.</summary>
    void LeaveStage(InvocationId invocation);

    /// <summary>A grain has left the memory of this host.</summary>
    void Left(GrainKey key);
}

/// <summary>One process that owns its store: all grains and all work are here.</summary>
internal sealed class Alone(EmbeddedGrainHost host) : ISurroundings
{
    public bool IsShared => false;

    /// <summary>On a cluster epochs of single journals may have grown beyond that of any owner.</summary>
    public long EpochAfter(long headEpoch) => Math.Max(headEpoch, host.Store.OwnerEpoch);

    public bool Keeps(GrainKey key) => true;

    public void Post(GrainKey to, GrainMessage message) => host.Post(to, message);

    public async ValueTask TouchAsync(GrainKey key, CancellationToken cancellationToken) =>
        await host.CallAsync(key, new Touch(), cancellationToken);

    public bool Dispatch(WorkItem item) => host.Workers.Dispatch(item);

    public void CancelWork(WorkKey key) => host.Workers.Cancel(key);

    public void LeaveStage(InvocationId invocation) => host.Workers.Stages.Leave(invocation);

    public void Left(GrainKey key)
    {
    }
}

/// <summary>What the client needs of a host, beside calls.</summary>
internal interface IClientHost : IGrainHost
{
    /// <summary>Calls back after durable appends to one journal; it may do so once too often.</summary>
    /// <exception cref="OverloadedException">There are as many as may be.</exception>
    IAsyncDisposable Subscribe(GrainKey key, Action<long> grown);

    /// <summary>Waits for a place in the first queue of a queued pipeline.</summary>
    /// <returns>False if none came in time.</returns>
    ValueTask<bool> AdmitAsync(InvocationId invocation, int capacity, CancellationToken cancellationToken);

    /// <summary>Gives back a place that no invocation used.</summary>
    void CancelAdmission(InvocationId invocation);
}

/// <summary>A host's place in a cluster: how it reaches the others, and how its client does.</summary>
internal interface ICluster : ISurroundings, IClientHost;
