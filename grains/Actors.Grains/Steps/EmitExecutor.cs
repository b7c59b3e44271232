using Actors.Grains.Work;

namespace Actors.Grains.Steps;

/// <summary>
/// Hands an event to every subscriber, one after the other. One that throws does not keep it from the others, but
/// fails the attempt, and the next attempt hands it to all of them again.
/// </summary>
internal sealed class EmitExecutor : StepExecutor
{
    public override async ValueTask<StepResult> ExecuteAsync(RunningAttempt attempt)
    {
        var action = (WorkAction.Emit)attempt.Work.Action;
        var subscribers = attempt.Ports.Subscribers;
        Failure? first = null;
        var refused = 0;
        if (!subscribers.IsEmpty)
        {
            var published = new PublishedEvent(
                attempt.IdempotencyKey, action.Event, action.Data, attempt.InvocationId, attempt.CorrelationId,
                attempt.Ports.Time.GetUtcNow());
            foreach (var subscriber in subscribers)
            {
                try
                {
                    await subscriber.OnEventAsync(published, attempt.CancellationToken);
                }
                catch (Exception e) when (attempt.Reason == StopReason.None)
                {
                    refused++;
                    first ??= Failure.FromException(e) with { Step = subscriber.GetType().Name };
                }
            }
        }

        if (first is null) return Payload.From(new Published(attempt.IdempotencyKey, subscribers.Length));
        return Failure.Transient(
            "subscriber-failed",
            $"{refused} of {subscribers.Length} subscribers did not take event '{action.Event}'; the first was " +
            $"{first.Step}: {first.Message}") with { Cause = first with { Step = null } };
    }

    private sealed record Published(string EventId, int Subscribers);
}
