using Actors.Core.Invocations;
using Actors.Grains.Work;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>What an attempt that was handed out waits for before a worker has it.</summary>
/// <param name="Before">How many wait in the same queue and come first.</param>
internal abstract record QueueWait(int Before)
{
    /// <summary>A retry that the budget of its service allows.</summary>
    public sealed record Budget(string Service, int Before) : QueueWait(Before);

    /// <summary>A place: as many attempts run as its limit allows.</summary>
    public sealed record Place(int Concurrency, string? Queue, int Before) : QueueWait(Before);

    /// <summary>Its turn: as many have begun as its limit allows per second.</summary>
    public sealed record Turn(double PerSecond, string? Queue, int Before) : QueueWait(Before);

    /// <summary>A place in its stage of a pipeline.</summary>
    public sealed record Stage(int Concurrency, int Before) : QueueWait(Before);

    /// <summary>A worker: all are busy.</summary>
    public sealed record Worker(int Workers, int Before) : QueueWait(Before);
}

/// <summary>What the attempts of one invocation wait for in the queues of a host, by step.</summary>
internal sealed class QueueWaits(InvocationId invocation)
{
    private readonly Dictionary<string, (WorkKey Key, QueueWait Wait)> _waits = new(StringComparer.Ordinal);

    /// <summary>Looks through a queue.</summary>
    /// <param name="queue">The attempts that wait in it, the next one first.</param>
    /// <param name="wait">What an attempt waits for that has so many before it.</param>
    public void Look(IEnumerable<IQueuedWork> queue, Func<IQueuedWork, int, QueueWait> wait)
    {
        var before = 0;
        foreach (var work in queue)
        {
            if (work.IsWithdrawn) continue;
            if (work.Item.Key.Invocation == invocation) Add(work.Item.Key, wait(work, before));
            before++;
        }
    }

    /// <summary>What the attempt of a step, or an item, waits for; null: for nothing here.</summary>
    public (WorkKey Key, QueueWait Wait)? Of(string step) =>
        _waits.TryGetValue(step, out var found) ? found : null;

    private void Add(WorkKey key, QueueWait wait)
    {
        // Attempts of a run before may still be there, told to stop.
        var step = new StepRef(key.Step, key.Item).ToString();
        if (!_waits.TryGetValue(step, out var other) || other.Key.Run <= key.Run) _waits[step] = (key, wait);
    }
}
