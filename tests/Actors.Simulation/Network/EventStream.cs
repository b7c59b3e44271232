using Actors.Simulation.Scheduling;
using Actors.Simulation.World;

namespace Actors.Simulation.Network;

/// <summary>
/// A connection that events come over: in order, each once, until it breaks. It breaks when the process at its other
/// end has gone, when something on it was lost, and, where messages can get lost, after a long silence.
/// </summary>
internal sealed class EventStream(SimulatedWorld world, SimulatedNode client)
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GapMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(15);

    private readonly SortedDictionary<long, HistoryEvent?> _arrived = [];
    private TaskCompletionSource _changed = new();
    private SimulatedNode? _server;
    private Exception? _broken;
    private long _next;
    private long _quietSince = world.Scheduler.Now;

    /// <summary>Nobody reads it any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>A process serves it.</summary>
    public void Accept(SimulatedNode server) => _server = server;

    /// <summary>Something arrives; null: that was all.</summary>
    public void Arrive(long number, HistoryEvent? e)
    {
        _arrived.TryAdd(number, e);
        _changed.TrySetResult();
    }

    public void Break(Exception why)
    {
        _broken ??= why;
        _changed.TrySetResult();
    }

    public void Close() => IsClosed = true;

    /// <returns>Null: that was all.</returns>
    /// <exception cref="UnavailableException">The connection broke.</exception>
    public async Task<HistoryEvent?> NextAsync()
    {
        while (true)
        {
            if (_arrived.Remove(_next, out var e))
            {
                _next++;
                _quietSince = world.Scheduler.Now;
                return e;
            }

            if (_broken is { } why) throw why;
            if (IsLost()) throw new UnavailableException("the connection broke");
            _changed = new TaskCompletionSource();
            var changed = _changed;
            using var timer = client.Time.CreateTimer(
                _ => changed.TrySetResult(), null, LookPeriod, Timeout.InfiniteTimeSpan);
            await changed.Task;
        }
    }

    private bool IsLost()
    {
        var quiet = TimeSpan.FromTicks(world.Scheduler.Now - _quietSince);
        if (_server is null || _arrived.Count > 0) return quiet > GapMax;
        // Where nothing gets lost, silence means that there is nothing to tell: to ask again would hide that there was.
        return _server.IsDead || quiet > SilenceMax && !world.HasOnlyStops;
    }
}
