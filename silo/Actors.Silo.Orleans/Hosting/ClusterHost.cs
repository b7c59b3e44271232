using Actors.Grains.Hosting;
using Actors.Grains.Registry;
using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Actors.Silo.Embedded.Hosting;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Shells;
using Actors.Silo.Orleans.Work;
using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Hosting;

/// <summary>
/// The surroundings of a host that is one of a cluster: Orleans says where a grain is, and brings messages there. The
/// host of that silo runs it, by the same turns, appends and effects as alone.
/// </summary>
internal sealed class ClusterHost : ICluster
{
    private readonly ClusterSilo _silo;
    private readonly SiloRing _ring;
    private readonly IGrainFactory _grains;
    private readonly ShellCalls _calls;

    public ClusterHost(
        ClusterSilo silo, EmbeddedGrainHost host, DefinitionCatalog catalog, SiloRing ring, IGrainFactory grains,
        WorkStream stream, ClusterLog log)
    {
        (_silo, Host, Catalog, _ring, _grains, Log) = (silo, host, catalog, ring, grains, log);
        _calls = new ShellCalls(grains, host.Time);
        Work = new WorkDispatcher(this, stream, ring, grains);
        catalog.MayBeElsewhere = new UnknownProcesses(host.Time).MayStillCome;
    }

    public TimeProvider Time => Host.Time;

    public EmbeddedGrainHost Host { get; }

    public DefinitionCatalog Catalog { get; }

    public WorkDispatcher Work { get; }

    public ClusterLog Log { get; }

    public bool IsShared => true;

    /// <summary>Two activations of one key may read the same head; the sequence lets one of them append.</summary>
    public long EpochAfter(long headEpoch) => Math.Max(headEpoch + 1, Host.Store.OwnerEpoch);

    public bool Keeps(GrainKey key) => _ring.Keeps(key);

    public void Post(GrainKey to, GrainMessage message)
    {
        if (_silo.Shells.Find(to) is { } here) here.Deliver(this, message);
        else Shell(to).PostAsync(MessageCodec.Write(message)).Ignore();
    }

    /// <summary>Tells a grain what became of its attempt, wherever it is.</summary>
    public Task SettleAsync(StepOutcome outcome)
    {
        if (_silo.Shells.Find(outcome.Key.Invocation.Key) is not { } here) return _calls.SettleAsync(outcome, Log);
        here.Deliver(this, outcome);
        return Task.CompletedTask;
    }

    public async ValueTask TouchAsync(GrainKey key, CancellationToken cancellationToken) =>
        await _calls.CallAsync(key, new Touch(), cancellationToken);

    public bool Dispatch(WorkItem item) => Work.Dispatch(item);

    public void CancelWork(WorkKey key) => Work.Cancel(key);

    public void LeaveStage(InvocationId invocation) =>
        WorkQueues.Stages(_grains, invocation).LeaveAsync(invocation.Id).Ignore();

    public void Left(GrainKey key) => _silo.Shells.Find(key)?.Leave();

    public ValueTask<GrainReply> CallAsync<TReply>(
        GrainKey to, GrainRequest<TReply> request, CancellationToken cancellationToken = default)
        where TReply : GrainReply => _calls.CallAsync(to, request, cancellationToken);

    public IAsyncDisposable Subscribe(GrainKey key, Action<long> grown) =>
        new GrowthWatch(after => Shell(key).GrownAsync(after), grown, Time);

    public async ValueTask<bool> AdmitAsync(InvocationId invocation, int capacity, CancellationToken cancellationToken)
    {
        var admitted = WorkQueues.Stages(_grains, invocation).AdmitAsync(invocation.Id, capacity);
        try
        {
            return await admitted.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            CancelAdmission(invocation);
            throw;
        }
        catch (Exception e) when (WireFailures.IsLoss(e, cancellationToken))
        {
            throw WireFailures.ToUnavailable(invocation.Key, e);
        }
    }

    public void CancelAdmission(InvocationId invocation) =>
        WorkQueues.Stages(_grains, invocation).CancelAdmissionAsync(invocation.Id).Ignore();

    private IActorsGrain Shell(GrainKey key) => Shells.Shell.Of(_grains, key);
}
