using Actors.Grains.Queues;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Attempts that wait for the limits of their queue, first come first served; a bounded number in all. Queues without
/// attempts take no memory once their bucket is full.
/// </summary>
/// <param name="time">Clock.</param>
/// <param name="waitingMax">Attempts that wait in all queues together.</param>
/// <param name="tryBegin">Begins an attempt; false: no room, somebody else was told.</param>
/// <param name="drop">Receives attempts that were withdrawn while they waited; they have used up no limit.</param>
internal sealed class LimitedQueues(
    TimeProvider time, int waitingMax, Func<IQueuedWork, bool> tryBegin, Action<IQueuedWork> drop)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Queue), LimitedQueue> _queues = [];
    private int _waiting;

    /// <summary>Queues that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _queues.Count;
        }
    }

    /// <summary>Attempts that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes an attempt.</summary>
    /// <returns>False if it would have to wait, and as many wait as may.</returns>
    public bool Offer(IQueuedWork attempt)
    {
        var name = NameOf(attempt);
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var known = _queues.GetValueOrDefault(name);
            // One that can begin at once needs no room to wait: with a queue of 0 no other would ever begin.
            if (_waiting >= waitingMax && known is not null && !known.LetsBegin(now)) return false;
            var queue = known ?? new LimitedQueue(new LimitGate(attempt.Item.Limit!, now));
            _queues[name] = queue;
            queue.Waiting.Enqueue(attempt);
            _waiting++;
        }

        Pump(name);
        return true;
    }

    /// <summary>An attempt that had begun has ended.</summary>
    public void End(IQueuedWork attempt)
    {
        var name = NameOf(attempt);
        Release(name);
        Pump(name);
    }

    /// <summary>Tells what waits for the limits.</summary>
    public void Tell(QueueWaits waits)
    {
        lock (_lock)
        {
            foreach (var queue in _queues.Values) waits.Look(queue.Waiting, queue.WaitOf);
        }
    }

    private void Release((string, string) name)
    {
        lock (_lock)
        {
            if (_queues.TryGetValue(name, out var queue)) queue.Gate.End();
        }
    }

    private void Pump((string, string) name)
    {
        while (Next(name, out var isWithdrawn) is { } attempt)
        {
            if (isWithdrawn) drop(attempt);
            else if (!tryBegin(attempt)) Release(name);
        }
    }

    private IQueuedWork? Next((string, string) name, out bool isWithdrawn)
    {
        isWithdrawn = false;
        lock (_lock)
        {
            if (!_queues.TryGetValue(name, out var queue)) return null;
            var now = time.GetUtcNow();
            isWithdrawn = queue.Waiting.TryPeek(out var first) && first.IsWithdrawn;
            if (isWithdrawn || first is not null && queue.Gate.TryBegin(now))
            {
                _waiting--;
                return queue.Waiting.Dequeue();
            }

            if (queue.Waiting.Count == 0 && queue.Gate.Running == 0 && queue.Gate.FullAt(now) <= now)
            {
                queue.Timer?.Dispose();
                _queues.Remove(name);
                return null;
            }

            // For the next token; or, if nobody waits, for the time when a new gate would do the same.
            var at = queue.Waiting.Count > 0 ? queue.Gate.NextTokenAt(now)
                : queue.Gate.Running == 0 ? queue.Gate.FullAt(now) : null;
            if (at is { } due) queue.Arm(time, due - now, () => Pump(name));
            return null;
        }
    }

    private static (string Tenant, string Queue) NameOf(IQueuedWork attempt)
    {
        var key = attempt.Item.Key;
        return (key.Invocation.Tenant, attempt.Item.Limit!.Queue ?? $"{key.Invocation.Process}/{key.Step}");
    }

    private sealed class LimitedQueue(LimitGate gate)
    {
        public LimitGate Gate => gate;

        public Queue<IQueuedWork> Waiting { get; } = new();

        public ITimer? Timer { get; private set; }

        public bool LetsBegin(DateTimeOffset now) => Waiting.Count == 0 && Gate.NextTokenAt(now) <= now;

        /// <summary>All that share a queue have its places and its turns, whatever limit each names.</summary>
        public QueueWait WaitOf(IQueuedWork work, int before)
        {
            var name = work.Item.Limit!.Queue;
            return Gate.IsFull || double.IsInfinity(Gate.PerSecond)
                ? new QueueWait.Place(Gate.Concurrency, name, before)
                : new QueueWait.Turn(Gate.PerSecond, name, before);
        }

        public void Arm(TimeProvider time, TimeSpan wait, Action pump)
        {
            var due = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds)));
            var once = System.Threading.Timeout.InfiniteTimeSpan;
            if (Timer is null) Timer = time.CreateTimer(_ => pump(), null, due, once);
            else Timer.Change(due, once);
        }
    }
}
