using Actors.Grains.Hosting;
using Actors.Grains.Invocations;
using Actors.Grains.Work;
using Actors.Silo.Embedded.Client;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Work;
using Orleans.Concurrency;

namespace Actors.Silo.Orleans.Shells;

/// <summary>
/// The place of one of our grains in the cluster. Orleans says on which silo it is; what happens in it is up to the
/// host of that silo. It lives as long as the grain is in memory there, and not longer.
/// </summary>
[Reentrant]
internal abstract class ShellGrain(ClusterSilo silo) : global::Orleans.Grain, IActorsGrain
{
    private static readonly TimeSpan MovePatience = TimeSpan.FromSeconds(10);

    /// <summary>A long wait is broken into pieces, each shorter than the time Orleans gives a call.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);

    /// <summary>The same while the silo stops.</summary>
    private static readonly TimeSpan LeavePatience = TimeSpan.FromMilliseconds(250);

    // Orleans lets a call of a shell that goes end first, and lets all others wait for that.
    private readonly CancellationTokenSource _leaving = new();
    private GrainKey _key;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!GrainKey.TryParse(this.GetPrimaryKeyString(), out _key))
            throw new InvalidOperationException($"'{this.GetPrimaryKeyString()}' is not the key of a grain");
        silo.Shells.Add(_key, this);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        silo.Shells.Remove(_key, this);
        if (silo.Running is not { } running) return;
        var isForced = true;
        try
        {
            isForced = await running.Host.MoveAwayAsync(_key)
                .WaitAsync(MovePatience, running.Host.Time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // What it still appends is refused as soon as another activation has appended.
            running.Log.MovedLate(_key);
        }

        running.Work.Forget(_key);
        // It did not leave by itself, so it may have something outstanding: it goes on where it is placed next.
        if (isForced && reason.ReasonCode != DeactivationReasonCode.ShuttingDown)
            Shell.Of(GrainFactory, _key).PostAsync(MessageCodec.Write(new Touch())).Ignore();
    }

    /// <inheritdoc/>
    public async Task<Envelope> CallAsync(Envelope request)
    {
        try
        {
            var running = await silo.WhenRunningAsync();
            var message = MessageCodec.Read<GrainMessage>(request);
            await PrepareAsync(running, message);
            using var patience = message is IRepeatable
                ? new CancellationTokenSource(AnswerPatience, running.Host.Time)
                : null;
            await using var hurry = silo.Leaving.Register(() => patience?.CancelAfter(LeavePatience));
            try
            {
                var reply = await running.Host.CallHereAsync(
                    _key, message, patience?.Token ?? CancellationToken.None, runHere: false);
                return MessageCodec.Write(reply is ExplanationReply why ? Named(running, why) : reply);
            }
            catch (OperationCanceledException)
            {
                return Envelope.Pending;
            }
        }
        catch (Exception e)
        {
            if (e is not ActorsException && !WireFailures.IsEnd(e)) silo.Running?.Log.CallFailed(request.Name, e);
            return MessageCodec.Write(WireError.Of(e));
        }
    }

    /// <inheritdoc/>
    public async Task PostAsync(Envelope message)
    {
        var running = await silo.WhenRunningAsync();
        var content = MessageCodec.Read<GrainMessage>(message);
        await PrepareAsync(running, content);
        Deliver(running, content);
    }

    /// <inheritdoc/>
    public Task SettleAsync(Envelope outcome) => PostAsync(outcome);

    /// <inheritdoc/>
    public async Task<long> GrownAsync(long after)
    {
        var running = await silo.WhenRunningAsync();
        var grown = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var subscription = running.Host.Subscribe(_key, sequence =>
        {
            if (sequence > after) grown.TrySetResult(sequence);
        });
        var page = await running.Host.Store.ReadAsync(_key, long.MaxValue);
        if (page.HeadSequence > after) return page.HeadSequence;
        await using var hurry = silo.Leaving.Register(() => _leaving.CancelAfter(LeavePatience));
        try
        {
            return await grown.Task.WaitAsync(AnswerPatience, running.Host.Time, _leaving.Token);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return after;
        }
    }

    /// <inheritdoc/>
    public Task TakenAsync(Envelope work, SiloAddress by, IWorkControl control)
    {
        silo.Running?.Work.Taken(MessageCodec.Read<WorkReference>(work).Key, by, control);
        return Task.CompletedTask;
    }

    /// <summary>Gives a message to the grain on this silo.</summary>
    public void Deliver(ClusterHost running, GrainMessage message)
    {
        var told = message switch
        {
            WorkRefused refused => running.Work.Settle(refused),
            StepOutcome outcome => running.Work.Settle(outcome),
            _ => message,
        };
        if (told is not null) running.Host.Post(_key, told);
    }

    /// <summary>The grain has left memory: there is no need to be its place any more.</summary>
    public void Leave()
    {
        _leaving.Cancel();
        GrainContext.Deactivate(
            new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "the grain has left memory"));
    }

    /// <summary>Retries wait on the silo of their grain: only here is known for which budget.</summary>
    private ExplanationReply Named(ClusterHost running, ExplanationReply why) => new(QueueReasons.NamedIn(
        why.Explanation, running.Work.WaitsOf(new InvocationId(_key.Tenant, _key.Type, _key.Id))));

    /// <summary>A turn awaits nothing: what it needs of the store is read before.</summary>
    private static async ValueTask PrepareAsync(ClusterHost running, GrainMessage message)
    {
        if (message is StartInvocation start) await running.Catalog.GetAsync(start.Definition, CancellationToken.None);
    }
}

[GrainType("actors.invocation")]
internal sealed class InvocationShell(ClusterSilo silo) : ShellGrain(silo), IInvocationGrain;

[GrainType("actors.entity")]
internal sealed class EntityShell(ClusterSilo silo) : ShellGrain(silo), IEntityGrain;

[GrainType("actors.registry")]
internal sealed class RegistryShell(ClusterSilo silo) : ShellGrain(silo), IRegistryGrain;
