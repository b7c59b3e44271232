namespace Actors.Silo.Embedded.Client;

/// <summary>Refusals are data inside the engine; at its edge they become exceptions.</summary>
internal static class EdgeErrors
{
    public static ActorsException ToException(Failure failure, InvocationId? id) => failure.Type switch
    {
        "not-found" => new NotFoundException(failure.Message),
        "already-started" when id is { } known => new AlreadyStartedException(known),
        "conflict" => new ConflictException(failure.Message),
        "overloaded" => new OverloadedException(failure.Message),
        "unavailable" => new UnavailableException(failure.Message),
        "invalid-payload" => new InvalidPayloadException(failure.Message),
        _ when failure.IsPermanent => new TerminalException(failure.Message, failure.Type),
        _ => new TransientException(failure.Message, failure.Type),
    };
}
