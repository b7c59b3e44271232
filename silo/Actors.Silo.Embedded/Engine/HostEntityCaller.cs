using Actors.Grains.Entities;
using Actors.Grains.Hosting;
using Actors.Grains.Steps;
using Actors.Silo.Embedded.Client;

namespace Actors.Silo.Embedded;

/// <summary>Lets steps call entities of the same silo.</summary>
internal sealed class HostEntityCaller : IEntityCaller
{
    /// <summary>The host; set once it exists, before any step runs.</summary>
    public IGrainHost? Host { get; set; }

    public async ValueTask<Payload> CallAsync(
        EntityId entity, string operation, Payload input, string operationId, string correlationId,
        CancellationToken cancellationToken)
    {
        var host = Host ?? throw new UnavailableException("the host is not up yet");
        var call = new CallOperation(operation, input, operationId, correlationId);
        var reply = await host.CallAsync(entity.Key, call, cancellationToken);
        return reply switch
        {
            OperationReply done => done.Result,
            Refused refused => throw EdgeErrors.ToException(refused.Failure, null),
            _ => throw new InvalidOperationException($"entity '{entity}' answered {reply.GetType().Name}"),
        };
    }
}
