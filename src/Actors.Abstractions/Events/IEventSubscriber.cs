namespace Actors;

/// <summary>An event that a step of kind <c>emit</c> has published.</summary>
/// <param name="Id">
/// The step's idempotency key: the same each time this event is delivered, different for every other event. What a
/// subscriber needs to take the event once.
/// </param>
/// <param name="Name">Name of the event.</param>
/// <param name="Data">Its data.</param>
/// <param name="Invocation">The invocation that published it.</param>
/// <param name="CorrelationId">One id through everything that one trigger caused.</param>
/// <param name="At">When this attempt published it; a repeated delivery may carry a later time.</param>
public sealed record PublishedEvent(
    string Id, string Name, Payload Data, InvocationId Invocation, string CorrelationId, DateTimeOffset At);

/// <summary>
/// Takes events that processes publish. Delivery is at least once: if any subscriber throws, the publishing step is
/// tried again and <i>every</i> subscriber gets the event again. Drop what was taken already by <see
/// cref="PublishedEvent.Id"/>. Called from many steps at a time.
/// </summary>
public interface IEventSubscriber
{
    /// <summary>Takes one event; names it does not care for it ignores.</summary>
    /// <exception cref="Exception">Not taken: the publishing attempt fails transiently, whatever the type.</exception>
    ValueTask OnEventAsync(PublishedEvent published, CancellationToken cancellationToken);
}
