using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Invocations;
using Actors.Silo.Embedded.Client;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Shells;
using Orleans.Concurrency;

namespace Actors.Silo.Orleans.Client;

/// <summary>Takes the calls of clients outside of the cluster, on the silo they are connected to.</summary>
[Alias("actors.gateway")]
internal interface IGatewayGrain : IGrainWithIntegerKey
{
    /// <summary>Carries out a call and answers with its result or an error.</summary>
    [Alias("call")]
    Task<Envelope> CallAsync(Envelope call);
}

/// <summary>Calls the client of this silo. It keeps nothing, and takes many calls at once.</summary>
[StatelessWorker]
[Reentrant]
[GrainType("actors.gateway")]
internal sealed class GatewayGrain(IActorsClient client, ClusterLog log) : global::Orleans.Grain, IGatewayGrain
{
    /// <summary>A client waits in pieces that are shorter than the time Orleans gives a call.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<Envelope> CallAsync(Envelope call)
    {
        try
        {
            return MessageCodec.Write(await CarryOutAsync(MessageCodec.Read<ClientCall>(call)));
        }
        catch (Exception e)
        {
            if (e is not ActorsException && !WireFailures.IsEnd(e)) log.CallFailed(call.Name, e);
            return MessageCodec.Write(WireError.Of(e));
        }
    }

    private async Task<object> CarryOutAsync(ClientCall call)
    {
        switch (call)
        {
            case ClientStart c: return await client.StartAsync(c.Request);
            case ClientGet c: return await client.GetAsync(c.Id);
            case ClientPosition c: return await PositionAsync(c.Id);
            case ClientWait c: return await client.WaitAsync(c.Id, c.Patience < WaitMax ? c.Patience : WaitMax);
            case ClientList c: return await client.ListAsync(c.Filter);
            case ClientSignal c:
                await client.SignalAsync(c.Id, c.Signal, c.Data, c.SignalId);
                return Done.Instance;
            case ClientSteer c:
                await SteerAsync(c);
                return Done.Instance;
            case ClientHistory c: return await client.HistoryAsync(c.Id, c.After, c.CountMax);
            case ClientGrown c:
                await Shell.Of(GrainFactory, c.Id.Key).GrownAsync(c.After);
                return Done.Instance;
            case ClientExplain c: return await client.ExplainAsync(c.Id);
            case ClientOperation c:
                return new OperationReply(await client.CallEntityAsync(c.Id, c.Operation, c.Input, c.OperationId));
            case ClientReadEntity c: return new EntityStateReply(await client.GetEntityAsync(c.Id));
            case ClientProcesses: return new ProcessList([.. await client.ListProcessesAsync()]);
            case ClientDeploy c: return await client.DeployAsync(c.Definition);
            default:
                throw new UnavailableException($"this silo does not know the call {call.GetType().Name}; upgrade it");
        }
    }

    private async Task<InvocationPosition> PositionAsync(InvocationId id)
    {
        if (client is EmbeddedActorsClient own) return await own.PositionAsync(id);
        var view = await client.GetAsync(id);
        return new InvocationPosition(view.Sequence, view.HasEnded);
    }

    private Task SteerAsync(ClientSteer steer) => steer.What switch
    {
        "cancel" => client.CancelAsync(steer.Id, steer.Reason),
        "pause" => client.PauseAsync(steer.Id),
        "resume" => client.ResumeAsync(steer.Id),
        "retry" => client.RetryAsync(steer.Id),
        _ => throw new UnavailableException($"this silo does not know how to '{steer.What}'; upgrade it"),
    };
}
