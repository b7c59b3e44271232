using System.Collections.Immutable;
using Actors.Journal;
using Actors.Silo.Orleans.Hosting;

namespace Actors.Silo.Orleans.Messaging;

/// <summary>An exception of the engine's edge as data: exceptions do not travel.</summary>
/// <param name="Type">Its <see cref="ActorsException.FailureType"/>.</param>
/// <param name="Message">For a human.</param>
/// <param name="IsPermanent">Whether a retry can't help.</param>
/// <param name="Id">Of the invocation that exists, where that is what is the matter.</param>
/// <param name="Errors">Of a definition, where that is what is the matter.</param>
internal sealed record WireError(
    string Type, string Message, bool IsPermanent, InvocationId? Id = null,
    ImmutableArray<DefinitionError>? Errors = null)
{
    private const string Internal = "internal";

    /// <summary>What an exception says.</summary>
    public static WireError Of(Exception e) => e is ActorsException known
        ? new WireError(known.FailureType, e.Message, e is TerminalException, (e as AlreadyStartedException)?.Id,
            (e as DefinitionException)?.Errors)
        : new WireError(WireFailures.IsEnd(e) ? "unavailable" : Internal, e.Message, false);

    /// <summary>The exception it was.</summary>
    public Exception ToException() => Type switch
    {
        Internal => new DefectException($"a silo failed for a reason that it did not expect: {Message}"),
        "not-found" => new NotFoundException(Message),
        "already-started" when Id is { } id => new AlreadyStartedException(id),
        "invalid-definition" when Errors is { IsDefaultOrEmpty: false } errors => new DefinitionException(errors),
        "conflict" => new ConflictException(Message),
        "overloaded" => new OverloadedException(Message),
        "unavailable" => new UnavailableException(Message),
        "invalid-payload" => new InvalidPayloadException(Message),
        "invalid-name" => new InvalidNameException(Message),
        "store" => new StoreException(Message),
        "store-full" => new StoreFullException(Message),
        "store-stopped" => new StoreStoppedException(Message),
        "store-corrupt" => new StoreCorruptException(Message),
        _ when IsPermanent => new TerminalException(Message, Type),
        _ => new TransientException(Message, Type),
    };
}
