using Actors.Grains.Queues;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Attempts that wait for the limits of their queue, first come first served. Queues without attempts take no memory.
/// </summary>
internal sealed class LimitedQueues(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Queue), LimitedQueue> _queues = [];

    public void Offer(WorkerPool.Attempt attempt, Action<WorkerPool.Attempt> begin)
    {
        lock (_lock)
        {
            var name = NameOf(attempt);
            if (!_queues.TryGetValue(name, out var queue))
                _queues[name] = queue = new LimitedQueue(new LimitGate(attempt.Item.Limit!, time.GetUtcNow()));
            queue.Waiting.Enqueue(attempt);
        }

        Pump(NameOf(attempt), begin);
    }

    public void End(WorkerPool.Attempt attempt, Action<WorkerPool.Attempt> begin)
    {
        lock (_lock)
        {
            if (_queues.TryGetValue(NameOf(attempt), out var queue)) queue.Gate.End();
        }

        Pump(NameOf(attempt), begin);
    }

    private void Pump((string, string) name, Action<WorkerPool.Attempt> begin)
    {
        while (Next(name, begin) is { } attempt) begin(attempt);
    }

    private WorkerPool.Attempt? Next((string, string) name, Action<WorkerPool.Attempt> begin)
    {
        lock (_lock)
        {
            if (!_queues.TryGetValue(name, out var queue)) return null;
            var now = time.GetUtcNow();
            if (queue.Waiting.Count > 0)
            {
                if (queue.Gate.TryBegin(now)) return queue.Waiting.Dequeue();
                if (queue.Gate.NextTokenAt(now) is { } at) queue.Arm(time, at - now, () => Pump(name, begin));
            }
            else if (queue.Gate is { Running: 0, IsFull: true })
            {
                queue.Timer?.Dispose();
                _queues.Remove(name);
            }

            return null;
        }
    }

    private static (string Tenant, string Queue) NameOf(WorkerPool.Attempt attempt)
    {
        var key = attempt.Item.Key;
        return (key.Invocation.Tenant, attempt.Item.Limit!.Queue ?? $"{key.Invocation.Process}/{key.Step}");
    }

    private sealed class LimitedQueue(LimitGate gate)
    {
        public LimitGate Gate => gate;

        public Queue<WorkerPool.Attempt> Waiting { get; } = new();

        public ITimer? Timer { get; private set; }

        public void Arm(TimeProvider time, TimeSpan wait, Action pump)
        {
            var due = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds)));
            if (Timer is null) Timer = time.CreateTimer(_ => pump(), null, due, System.Threading.Timeout.InfiniteTimeSpan);
            else Timer.Change(due, System.Threading.Timeout.InfiniteTimeSpan);
        }
    }
}
