using Actors.Core.Invocations;
using Actors.Simulation.World;

namespace Actors.Simulation.Programs;

/// <summary>
/// Follows one invocation from its first event: each must come once and in order, and the last run's end, too.
/// </summary>
internal sealed class LaneWatch(WorldContext world, InvocationId id)
{
    private const int HistoryMax = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly List<HistoryEvent> _seen = [];

    /// <summary>Ends with a watch that began behind all that is done to the invocation, and that ended.</summary>
    /// <param name="isLast">Whether all is done to the invocation that will be.</param>
    /// <param name="isLate">Whether it has had all the time that it may take.</param>
    /// <exception cref="TimeoutException">It has not ended in time.</exception>
    public async Task FollowAsync(Func<bool> isLast, Func<bool> isLate)
    {
        while (true)
        {
            var last = isLast();
            try
            {
                await foreach (var e in world.Client.WatchAsync(id, _seen.Count)) See(e);
                if (last) return;
            }
            catch (TransientException)
            {
                // The connection broke: what is behind the last event is asked for.
            }
            catch (NotFoundException) when (world.Silos > 1)
            {
                // A silo that had it in memory before it was started.
            }

            if (isLate()) throw new TimeoutException($"[watch] the watch of '{id}' is not over at {_seen.Count}");
            await world.DelayAsync(Pause);
        }
    }

    /// <summary>Holds what was seen against the history.</summary>
    public async Task CheckAsync()
    {
        var history = (await world.EventuallyAsync(c => c.HistoryAsync(id, countMax: HistoryMax))).Events;
        for (var i = 0; i < _seen.Count; i++)
        {
            if (i < history.Count && Same(history[i], _seen[i])) continue;
            var found = i < history.Count ? $"{history[i]}" : "nothing";
            world.Violation($"[watch] of '{id}' was seen {_seen[i]}, and the history has {found}");
            return;
        }

        var missed = history.Skip(_seen.Count).FirstOrDefault(e => InvocationHistory.IsEnd(e.Type));
        if (missed is not null) world.Violation($"[watch] of '{id}' ended before {missed}");
    }

    private void See(HistoryEvent e)
    {
        if (e.Sequence == _seen.Count + 1) _seen.Add(e);
        else world.Violation($"[watch] of '{id}' brought event {e.Sequence} behind {_seen.Count}");
    }

    private static bool Same(HistoryEvent a, HistoryEvent b) =>
        (a.Sequence, a.Type, a.At, a.Step, a.Attempt) == (b.Sequence, b.Type, b.At, b.Step, b.Attempt);
}
