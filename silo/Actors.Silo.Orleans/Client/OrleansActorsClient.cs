using System.Runtime.CompilerServices;
using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Invocations;
using Actors.Silo.Embedded.Client;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Client;

/// <summary>The client SDK over an Orleans client: the cluster is reached through Orleans' own gateways.</summary>
internal sealed class OrleansActorsClient(IGrainFactory grains, TimeProvider time) : IActorsClient
{
    public Task<StartResult> StartAsync(StartRequest request, CancellationToken cancellationToken = default) =>
        CallAsync<StartResult>(new ClientStart(request), cancellationToken);

    public Task<InvocationView> GetAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        CallAsync<InvocationView>(new ClientGet(id), cancellationToken);

    public Task<InvocationList> ListAsync(InvocationFilter filter, CancellationToken cancellationToken = default) =>
        CallAsync<InvocationList>(new ClientList(filter), cancellationToken);

    public async Task<InvocationView> WaitAsync(
        InvocationId id, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var limit = WaitTimeout.Of(timeout) ?? TimeSpan.MaxValue;
        var began = time.GetTimestamp();
        while (true)
        {
            var left = limit - time.GetElapsedTime(began);
            if (left < TimeSpan.Zero) left = TimeSpan.Zero;
            var patience = left < GatewayGrain.WaitMax ? left : GatewayGrain.WaitMax;
            var view = await CallAsync<InvocationView>(new ClientWait(id, patience), cancellationToken);
            if (view.HasEnded || time.GetElapsedTime(began) >= limit) return view;
        }
    }

    public Task SignalAsync(
        InvocationId id, string signal, Payload payload = default, string? signalId = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<Done>(new ClientSignal(id, signal, payload, signalId), cancellationToken);

    public Task CancelAsync(InvocationId id, string? reason = null, CancellationToken cancellationToken = default) =>
        CallAsync<Done>(new ClientSteer(id, "cancel", reason), cancellationToken);

    public Task PauseAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        CallAsync<Done>(new ClientSteer(id, "pause", null), cancellationToken);

    public Task ResumeAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        CallAsync<Done>(new ClientSteer(id, "resume", null), cancellationToken);

    public Task RetryAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        CallAsync<Done>(new ClientSteer(id, "retry", null), cancellationToken);

    public Task<HistoryPage> HistoryAsync(
        InvocationId id, long after = 0, int countMax = 1000, CancellationToken cancellationToken = default) =>
        CallAsync<HistoryPage>(new ClientHistory(id, after, countMax), cancellationToken);

    public Task<Explanation> ExplainAsync(InvocationId id, CancellationToken cancellationToken = default) =>
        CallAsync<Explanation>(new ClientExplain(id), cancellationToken);

    public async IAsyncEnumerable<HistoryEvent> WatchAsync(
        InvocationId id, long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var old = new OldViews();
        while (true)
        {
            var page = await HistoryAsync(id, after, 1000, cancellationToken);
            foreach (var e in page.Events) yield return e;
            if (page.Events.Count > 0)
            {
                after = page.Events[^1].Sequence;
                continue;
            }

            // What was appended between the two reads is still to come.
            var position = await CallAsync<InvocationPosition>(new ClientPosition(id), cancellationToken);
            if (position.Sequence > after) continue;
            if (old.Has(position, after))
            {
                await Task.Delay(OldViews.Pause, time, cancellationToken);
                continue;
            }

            if (position.HasEnded) yield break;
            await CallAsync<Done>(new ClientGrown(id, after), cancellationToken);
        }
    }

    public async Task<Payload> CallEntityAsync(
        EntityId id, string operation, Payload input = default, string? operationId = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return (await CallAsync<OperationReply>(
            new ClientOperation(id, operation, input, operationId), cancellationToken)).Result;
    }

    public async Task<Payload?> GetEntityAsync(EntityId id, CancellationToken cancellationToken = default) =>
        (await CallAsync<EntityStateReply>(new ClientReadEntity(id), cancellationToken)).State;

    public async Task<IReadOnlyList<ProcessView>> ListProcessesAsync(CancellationToken cancellationToken = default) =>
        (await CallAsync<ProcessList>(new ClientProcesses(), cancellationToken)).Items;

    public Task<ProcessView> DeployAsync(Payload definition, CancellationToken cancellationToken = default) =>
        CallAsync<ProcessView>(new ClientDeploy(definition), cancellationToken);

    private async Task<TReply> CallAsync<TReply>(ClientCall call, CancellationToken cancellationToken)
    {
        try
        {
            var reply = grains.GetGrain<IGatewayGrain>(0).CallAsync(MessageCodec.Write(call));
            return MessageCodec.ReadReply<TReply>(await reply.WaitAsync(cancellationToken));
        }
        catch (Exception e) when (e is not ActorsException && WireFailures.IsLoss(e, cancellationToken))
        {
            throw new UnavailableException(
                $"the cluster did not answer: {e.Message}; the call may or may not have been carried out", e);
        }
    }
}
