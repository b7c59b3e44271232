using System.Collections.Immutable;

namespace Actors.Silo.Orleans.Client;

/// <summary>The calls of <see cref="IActorsClient"/> as messages.</summary>
internal abstract record ClientCall;

internal sealed record ClientStart(StartRequest Request) : ClientCall;

internal sealed record ClientGet(InvocationId Id) : ClientCall;

internal sealed record ClientPosition(InvocationId Id) : ClientCall;

internal sealed record ClientWait(InvocationId Id, TimeSpan Patience) : ClientCall;

internal sealed record ClientList(InvocationFilter Filter) : ClientCall;

internal sealed record ClientSignal(InvocationId Id, string Signal, Payload Data, string? SignalId) : ClientCall;

/// <param name="Id">Which.</param>
/// <param name="What"><c>cancel</c>, <c>pause</c>, <c>resume</c> or <c>retry</c>.</param>
/// <param name="Reason">Of a cancellation; null: none.</param>
internal sealed record ClientSteer(InvocationId Id, string What, string? Reason) : ClientCall;

internal sealed record ClientHistory(InvocationId Id, long After, int CountMax) : ClientCall;

internal sealed record ClientGrown(InvocationId Id, long After) : ClientCall;

internal sealed record ClientExplain(InvocationId Id) : ClientCall;

internal sealed record ClientOperation(EntityId Id, string Operation, Payload Input, string? OperationId) : ClientCall;

internal sealed record ClientReadEntity(EntityId Id) : ClientCall;

internal sealed record ClientProcesses : ClientCall;

internal sealed record ClientDeploy(Payload Definition) : ClientCall;

/// <summary>The processes there are.</summary>
internal sealed record ProcessList(ImmutableArray<ProcessView> Items);
