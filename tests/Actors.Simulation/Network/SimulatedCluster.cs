using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Actors.Silo.Embedded.Hosting;
using Actors.Simulation.Faults;
using Actors.Simulation.Scheduling;
using Actors.Simulation.World;

namespace Actors.Simulation.Network;

/// <summary>
/// What lies around a silo's host: the other silos, behind a network that loses and doubles. Where a grain lives is
/// said by a hash over the silos that are up, or now and then by chance: two of them run it then.
/// </summary>
internal sealed class SimulatedCluster(
    SimulatedWorld world, SimulatedSilo silo, SimulatedNode node, EmbeddedGrainHost host, IWorker worker) : ICluster
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SilenceFirst = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SilenceMax = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MovePeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ResumePeriod = TimeSpan.FromMinutes(1);

    private readonly Dictionary<WorkKey, WorkItem> _handedOut = [];
    private readonly Dictionary<WorkKey, CancellationTokenSource> _running = [];

    public TimeProvider Time => host.Time;

    public EmbeddedGrainHost Host => host;

    public void Begin()
    {
        node.After(ResumePeriod, Resume);
        node.After(MovePeriod, Move);
    }

    public bool IsShared => true;

    public long EpochAfter(long headEpoch) => Math.Max(headEpoch + 1, host.Store.OwnerEpoch);

    public bool Keeps(GrainKey key) => world.OwnerOf(key) == silo;

    public void Post(GrainKey to, GrainMessage message)
    {
        var owner = Route(to);
        if (owner == silo) Arrive(to, message);
        else Send(owner, message.GetType().Name, there => there.Arrive(to, message));
    }

    public async ValueTask TouchAsync(GrainKey key, CancellationToken cancellationToken) =>
        await CallAsync(key, new Touch(), cancellationToken);

    public bool Dispatch(WorkItem item)
    {
        // Limits and stages are kept per silo here.
        if (item.Limit is not null || item.Stage is not null) return host.Workers.Dispatch(item);
        if (!_handedOut.TryAdd(item.Key, item)) return false;
        HandOut(item, SilenceFirst);
        return true;
    }

    public void CancelWork(WorkKey key)
    {
        host.Workers.Cancel(key);
        foreach (var any in world.SilosUp) Send(any, "cancel work", there => there.CancelRunning(key));
    }

    public void LeaveStage(InvocationId invocation) => host.Workers.Stages.Leave(invocation);

    public void Left(GrainKey key)
    {
        var gone = _handedOut.Keys.Where(work => work.Invocation.Key == key).ToList();
        foreach (var work in gone) _handedOut.Remove(work);
    }

    public async ValueTask<GrainReply> CallAsync<TReply>(
        GrainKey to, GrainRequest<TReply> request, CancellationToken cancellationToken = default)
        where TReply : GrainReply
    {
        while (true)
        {
            var owner = Route(to);
            if (owner == silo) return await host.CallHereAsync(to, request, cancellationToken, runHere: false);
            try
            {
                return await AskAsync(owner, to, request, cancellationToken);
            }
            catch (TimeoutException) when (request is IRepeatable)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (TimeoutException e)
            {
                throw new UnavailableException($"no answer from '{to}': it may have been carried out", e);
            }
        }
    }

    public IAsyncDisposable Subscribe(GrainKey key, Action<long> grown) => new GrowthLook(host, node, key, grown);

    public ValueTask<bool> AdmitAsync(InvocationId invocation, int capacity, CancellationToken cancellationToken) =>
        ((IClientHost)host).AdmitAsync(invocation, capacity, cancellationToken);

    public void CancelAdmission(InvocationId invocation) => ((IClientHost)host).CancelAdmission(invocation);

    private async Task<GrainReply> AskAsync(
        SimulatedSilo owner, GrainKey to, GrainMessage request, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<GrainReply>();
        using var timer = Time.CreateTimer(
            _ => answer.TrySetException(new TimeoutException()), null, CallTimeout, Timeout.InfiniteTimeSpan);
        using var cancelled = cancellationToken.UnsafeRegister(
            (_, token) => node.Post(() => answer.TrySetCanceled(token)), null);
        Send(owner, request.GetType().Name, there => there.Serve(to, request, silo, answer));
        return await answer.Task;
    }

    private async void Serve(
        GrainKey to, GrainMessage request, SimulatedSilo caller, TaskCompletionSource<GrainReply> answer)
    {
        using var timer = new CancellationTokenSource(CallTimeout, Time);
        try
        {
            var reply = await host.CallHereAsync(to, request, timer.Token, runHere: false);
            Send(caller, "reply", _ => answer.TrySetResult(reply));
        }
        catch (OperationCanceledException)
        {
            // The caller has given up by now.
        }
        catch (Exception e)
        {
            Send(caller, "refusal", _ => answer.TrySetException(e));
        }
    }

    /// <summary>What a silo is told is settled; what stays silent is handed out again.</summary>
    private void Arrive(GrainKey to, GrainMessage message)
    {
        if (message is StepOutcome outcome) _handedOut.Remove(outcome.Key);
        host.Post(to, message);
    }

    private void HandOut(WorkItem item, TimeSpan silence)
    {
        if (!_handedOut.TryGetValue(item.Key, out var known) || !ReferenceEquals(known, item)) return;
        if (world.SilosUp is { Count: > 0 } up)
            Send(world.Faults.Random.Pick(up), "work", there => there.Work(item));
        node.After(silence, () => HandOut(item, silence * 2 < SilenceMax ? silence * 2 : SilenceMax));
    }

    private async void Work(WorkItem item)
    {
        using var cancel = new CancellationTokenSource();
        if (!_running.TryAdd(item.Key, cancel)) return;
        var outcome = await worker.RunAsync(item, cancel.Token);
        _running.Remove(item.Key);
        Post(item.Key.Invocation.Key, outcome);
    }

    private void CancelRunning(WorkKey key)
    {
        if (_running.TryGetValue(key, out var cancel)) cancel.Cancel();
    }

    private void Resume()
    {
        host.ResumeAgain();
        node.After(ResumePeriod, Resume);
    }

    /// <summary>What lives elsewhere by now is let go of here, sooner or later.</summary>
    private void Move()
    {
        foreach (var activation in host.Activations.Where(activation => !Keeps(activation.Key)))
            _ = host.MoveAwayAsync(activation.Key);
        node.After(MovePeriod, Move);
    }

    private SimulatedSilo Route(GrainKey key)
    {
        var owner = world.OwnerOf(key) ?? silo;
        return world.SilosUp.Count > 1 && world.Faults.Draws(FaultKind.WrongOwner)
            ? world.Faults.Random.Pick(world.SilosUp)
            : owner;
    }

    private void Send(SimulatedSilo to, string what, Action<SimulatedCluster> arrives) =>
        world.Network.Send(node, silo, to, what, _ =>
        {
            if (to.Cluster is { } there) arrives(there);
        });
}
