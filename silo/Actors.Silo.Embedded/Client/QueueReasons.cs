using System.Globalization;
using Actors.Silo.Embedded.Hosting;

namespace Actors.Silo.Embedded.Client;

/// <summary>
/// Adds to an explanation what a grain can't know: that an attempt it has handed out waits for a retry budget, a place
/// or a worker.
/// </summary>
internal static class QueueReasons
{
    /// <summary>The explanation, with what attempts wait for in the host.</summary>
    /// <param name="explanation">As the grain gives it.</param>
    /// <param name="waits">What the attempts of the invocation wait for.</param>
    public static Explanation NamedIn(Explanation explanation, QueueWaits waits)
    {
        WaitReason[]? named = null;
        for (var i = 0; i < explanation.Waits.Count; i++)
        {
            var wait = explanation.Waits[i];
            if (wait.Step is not { } step || waits.Of(step) is not { } found) continue;
            named ??= [.. explanation.Waits];
            named[i] = Name(wait, found.Wait);
        }

        return named is null ? explanation : explanation with { Waits = named };
    }

    private static WaitReason Name(WaitReason wait, QueueWait queued) => queued switch
    {
        QueueWait.Budget budget => wait with
        {
            For = $"a retry that the budget of service '{budget.Service}' allows: the service fails, and gets few " +
                "retries",
            ReleasedBy = "an answer of the service; else its turn among the retries, of which one begins per " +
                "second or per ten first attempts",
        },
        QueueWait.Place place => wait with
        {
            For = $"a free place of limit {place.Concurrency}{Of(place.Queue)}",
            ReleasedBy = $"the end of an attempt that has one; {Before(queued)}",
        },
        QueueWait.Turn turn => wait with
        {
            For = string.Create(
                CultureInfo.InvariantCulture, $"its turn by limit {turn.PerSecond} per second{Of(turn.Queue)}"),
            ReleasedBy = $"time; {Before(queued)}",
        },
        QueueWait.Stage stage => wait with
        {
            For = $"a free place of its stage, which has {stage.Concurrency}",
            ReleasedBy = $"the end of an attempt that has one, and room in the next stage; {Before(queued)}",
        },
        QueueWait.Worker { Workers: 0 } => wait with
        {
            For = "a worker: this silo has none", ReleasedBy = "a start of the silo with workers",
        },
        QueueWait.Worker worker => wait with
        {
            For = worker.Workers == 1
                ? "a free worker: the one of this silo is busy"
                : $"a free worker: all {worker.Workers} of this silo are busy",
            ReleasedBy = $"the end of any attempt; {Before(queued)}",
        },
        _ => throw new InvalidOperationException(queued.ToString()),
    };

    private static string Of(string? queue) => queue is null ? "" : $" of queue '{queue}'";

    private static string Before(QueueWait queued) => queued.Before switch
    {
        0 => "it comes next",
        1 => "1 comes before it",
        _ => $"{queued.Before} come before it",
    };
}
