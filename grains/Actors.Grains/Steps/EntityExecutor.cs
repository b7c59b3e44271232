using Actors.Grains.Work;

namespace Actors.Grains.Steps;

/// <summary>How a worker reaches shared entities.</summary>
public interface IEntityCaller
{
    /// <summary>Calls one operation of one entity.</summary>
    /// <param name="entity">Which entity.</param>
    /// <param name="operation">Name of the operation.</param>
    /// <param name="input">Its argument.</param>
    /// <param name="operationId">Two calls with the same id are one operation: the second gets the answer of the
    /// first.</param>
    /// <param name="correlationId">Of the invocation that calls.</param>
    /// <param name="cancellationToken">Ends the wait, not the operation.</param>
    /// <exception cref="TerminalException">The operation refused, or there is none of that name.</exception>
    /// <exception cref="TransientException">The entity could not be reached; it may have carried out the
    /// operation.</exception>
    ValueTask<Payload> CallAsync(
        EntityId entity, string operation, Payload input, string operationId, string correlationId,
        CancellationToken cancellationToken);
}

/// <summary>
/// Calls operations of entities; the step's idempotency key is the operation's id, so a repeat is none.
/// </summary>
internal sealed class EntityExecutor : StepExecutor
{
    public override async ValueTask<StepResult> ExecuteAsync(RunningAttempt attempt)
    {
        var action = (WorkAction.Entity)attempt.Work.Action;
        if (attempt.Ports.Entities is not { } entities)
        {
            return Failure.Transient(
                "entities-missing",
                $"step '{attempt.Step}' calls entity '{action.Id}', but this silo hosts no entities");
        }

        return await entities.CallAsync(
            action.Id, action.Operation, attempt.Work.Input, attempt.IdempotencyKey, attempt.CorrelationId,
            attempt.CancellationToken);
    }
}
