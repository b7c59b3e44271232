using Actors.Grains.Queues;
using Actors.Grains.Work;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Retries that wait for the budget of the service they call, first come first served; a bounded number in all. First
/// attempts never wait here. See <see cref="RetryBudget"/>.
/// </summary>
/// <param name="time">Clock.</param>
/// <param name="ratio">Retries per first attempt to a service that does not answer.</param>
/// <param name="waitingMax">Retries that wait for all services together.</param>
/// <param name="begin">Goes on with an attempt.</param>
/// <param name="drop">Receives attempts that were withdrawn while they waited.</param>
/// <param name="part">Which part of each budget is this host's, as of now; null: all of it.</param>
internal sealed class RetryQueues(
    TimeProvider time, double ratio, int waitingMax, Action<IQueuedWork> begin, Action<IQueuedWork> drop,
    Func<double>? part = null) : IDisposable
{
    /// <summary>Services beyond which those that answer are forgotten.</summary>
    private const int ServicesKept = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, RetryQueue> _queues = new(StringComparer.Ordinal);
    private int _waiting;
    private bool _isDisposed;

    /// <summary>Retries that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    private double Part => part?.Invoke() ?? 1;

    /// <summary>What is told of an attempt that was cancelled while it waited.</summary>
    public static StepOutcome Withdrawn(WorkKey key) => new(
        key, null, Failure.Transient("cancelled", "the attempt was cancelled before it began"));

    /// <summary>Takes an attempt, and goes on with it now or when its service has a retry to give.</summary>
    /// <returns>False if as many wait as may.</returns>
    public bool Offer(IQueuedWork attempt)
    {
        if (RetryBudget.ServiceOf(attempt.Item) is not { } service)
        {
            begin(attempt);
            return true;
        }

        var isFirst = attempt.Item.Key.Attempt == 1;
        lock (_lock)
        {
            if (!isFirst && _waiting >= waitingMax) return false;
            var now = time.GetUtcNow();
            if (!_queues.TryGetValue(service, out var queue))
            {
                if (_queues.Count >= ServicesKept) Forget(now);
                _queues[service] = queue = new RetryQueue(new RetryBudget(ratio, now, Part));
            }

            if (isFirst)
            {
                queue.Budget.First(now);
            }
            else
            {
                queue.Waiting.Enqueue(attempt);
                _waiting++;
            }
        }

        if (isFirst) begin(attempt);
        Pump(service);
        return true;
    }

    /// <summary>An attempt was answered: it succeeded, or failed for good.</summary>
    public void Answered(WorkItem item)
    {
        if (RetryBudget.ServiceOf(item) is not { } service) return;
        lock (_lock)
        {
            if (!_queues.TryGetValue(service, out var queue)) return;
            queue.Budget.Answered();
            if (queue.Waiting.Count == 0) return;
        }

        Pump(service);
    }

    /// <summary>Tells what waits for the budgets.</summary>
    public void Tell(QueueWaits waits)
    {
        lock (_lock)
        {
            foreach (var (service, queue) in _queues)
                waits.Look(queue.Waiting, (_, before) => new QueueWait.Budget(service, before));
        }
    }

    /// <summary>Nothing that waits goes on any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (var queue in _queues.Values) queue.Dispose();
        }
    }

    private void Pump(string service)
    {
        while (Next(service, out var isWithdrawn) is { } attempt)
        {
            if (isWithdrawn) drop(attempt);
            else begin(attempt);
        }
    }

    private IQueuedWork? Next(string service, out bool isWithdrawn)
    {
        isWithdrawn = false;
        lock (_lock)
        {
            if (_isDisposed || !_queues.TryGetValue(service, out var queue)) return null;
            if (!queue.Waiting.TryPeek(out var first)) return null;
            var now = time.GetUtcNow();
            if (Part is var own && own != queue.Budget.Part) queue.Budget.Resize(own, now);
            isWithdrawn = first.IsWithdrawn;
            if (isWithdrawn || queue.Budget.TryBegin(now))
            {
                _waiting--;
                return queue.Waiting.Dequeue();
            }

            queue.Arm(time, queue.Budget.NextAt(now) - now, () => Pump(service));
            return null;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (service, queue) in _queues)
        {
            if (queue.Waiting.Count > 0 || !queue.Budget.IsFull(now)) continue;
            queue.Dispose();
            _queues.Remove(service);
        }
    }

    private sealed class RetryQueue(RetryBudget budget) : IDisposable
    {
        private ITimer? _timer;

        public RetryBudget Budget => budget;

        public Queue<IQueuedWork> Waiting { get; } = new();

        public void Arm(TimeProvider time, TimeSpan wait, Action pump)
        {
            var due = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds)));
            if (_timer is null) _timer = time.CreateTimer(_ => pump(), null, due, Timeout.InfiniteTimeSpan);
            else _timer.Change(due, Timeout.InfiniteTimeSpan);
        }

        public void Dispose() => _timer?.Dispose();
    }
}
