using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Definitions;

namespace Actors.Cli.Following;

/// <summary>Shows an invocation until it has ended: a table on a terminal, else a line per event.</summary>
internal sealed class Follower(CliHost host, Screen screen, IActorsClient client)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Follows it to its end.</summary>
    /// <param name="id">Which.</param>
    /// <param name="map">Its definition, if it is known.</param>
    /// <param name="after">Sequence of the last event that is not to be shown.</param>
    /// <param name="cancellationToken">Ends the following, not the invocation.</param>
    /// <returns>How it ended.</returns>
    public async Task<InvocationView> FollowAsync(
        InvocationId id, StepMap? map, long after, CancellationToken cancellationToken)
    {
        await using var events = client.WatchAsync(id, after, cancellationToken).GetAsyncEnumerator(cancellationToken);
        if (screen.Form.IsInteractive)
        {
            await new LiveTable(screen, client, host.Time).ShowAsync(
                id, async () => await events.MoveNextAsync(), cancellationToken);
        }
        else
        {
            var view = await client.GetAsync(id, cancellationToken);
            var lines = new EventLines(view.StartedAt, map, view.Steps.Select(step => step.Name));
            while (await events.MoveNextAsync()) screen.Write(lines.Of(events.Current));
        }

        return await client.GetAsync(id, cancellationToken);
    }

    /// <summary>
    /// Waits for detached steps, which an invocation does not wait for: those whose attempts run or are due again soon.
    /// </summary>
    /// <param name="view">The invocation; it has ended.</param>
    /// <param name="patience">How long at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<InvocationView> SettleAsync(
        InvocationView view, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = host.Time.GetTimestamp();
        while (view.HasEnded && view.Steps.Any(IsOnItsWay) && host.Time.GetElapsedTime(started) < patience)
        {
            await Task.Delay(PollInterval, host.Time, cancellationToken);
            view = await client.GetAsync(view.Id, cancellationToken);
        }

        return view;
    }

    /// <summary>Whether a step still runs or is about to.</summary>
    public static bool IsOnItsWay(StepView step) =>
        step.Status is StepStatus.Running or StepStatus.Waiting or StepStatus.Undoing;
}
