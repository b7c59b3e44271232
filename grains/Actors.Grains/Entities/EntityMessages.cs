using Actors.Grains.Hosting;

namespace Actors.Grains.Entities;

/// <summary>Calls an operation.</summary>
/// <param name="Operation">Name of the operation, in any case.</param>
/// <param name="Input">Its argument; JSON null for an operation without one.</param>
/// <param name="OperationId">The same id is applied once; null: no deduplication.</param>
/// <param name="CorrelationId">Correlation id; null: none.</param>
public sealed record CallOperation(string Operation, Payload Input, string? OperationId, string? CorrelationId)
    : GrainRequest<OperationReply>;

/// <summary>The operation was applied, durably: now, or when its id was seen first.</summary>
/// <param name="Result">What it returned.</param>
public sealed record OperationReply(Payload Result) : GrainReply;

/// <summary>Reads the state.</summary>
public sealed record ReadEntity : GrainRequest<EntityStateReply>, IRepeatable;

/// <summary>The state.</summary>
/// <param name="State">Null: nothing was ever called on the entity.</param>
public sealed record EntityStateReply(Payload? State) : GrainReply;
