using Actors.Grains.Queues;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>The bounded queues of all queued pipelines of the silo, and the callers that wait to be admitted.</summary>
internal sealed class PipelineGates(TimeProvider time, Action<IQueuedWork> begin)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Process), Gate> _gates = [];

    /// <summary>Pipelines in which something waits, runs or keeps a place.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _gates.Count;
        }
    }

    public void Offer(IQueuedWork attempt) =>
        Change(attempt.Item.Key.Invocation, (queues, ready) =>
            queues.Offer(attempt.Item.Key.Invocation.Id, attempt.Item.Stage!, attempt, ready));

    public void Finish(IQueuedWork attempt, bool succeeded) =>
        Change(attempt.Item.Key.Invocation, (queues, ready) =>
            queues.Finish(attempt.Item.Key.Invocation.Id, attempt.Item.Stage!, succeeded, ready));

    public void Leave(InvocationId invocation) =>
        Change(invocation, (queues, ready) => queues.Leave(invocation.Id, ready));

    /// <summary>Waits for a place in the first queue of a pipeline.</summary>
    /// <returns>False if none came within the time.</returns>
    public async ValueTask<bool> AdmitAsync(
        InvocationId invocation, int capacity, TimeSpan patience, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            var gate = GateOf(invocation);
            if (gate.Waiters.Count == 0 && gate.Queues.TryAdmit(invocation.Id, capacity)) return true;
            waiter = new Waiter(invocation.Id, capacity);
            gate.Waiters.AddLast(waiter);
        }

        try
        {
            await waiter.Admitted.Task.InPlace().WaitAsync(patience, time, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                // Admitted in the same moment: the place is the caller's, who gives it back if it does not want it.
                if (waiter.Admitted.Task.IsCompletedSuccessfully) return true;
                GateOf(invocation).Waiters.Remove(waiter);
            }

            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    public void CancelAdmission(InvocationId invocation) =>
        Change(invocation, (queues, _) => queues.CancelAdmission(invocation.Id));

    /// <summary>Tells what of an invocation waits for its stage.</summary>
    public void Tell(InvocationId invocation, QueueWaits waits)
    {
        lock (_lock)
        {
            if (!_gates.TryGetValue((invocation.Tenant, invocation.Process), out var gate)) return;
            foreach (var (concurrency, items) in gate.Queues.Waiting)
                waits.Look(items, (_, before) => new QueueWait.Stage(concurrency, before));
        }
    }

    private void Change(InvocationId invocation, Action<PipelineQueues<IQueuedWork>, List<IQueuedWork>> change)
    {
        var ready = new List<IQueuedWork>();
        lock (_lock)
        {
            var gate = GateOf(invocation);
            change(gate.Queues, ready);
            while (gate.Waiters.First is { } first &&
                gate.Queues.TryAdmit(first.Value.Invocation, first.Value.Capacity))
            {
                gate.Waiters.RemoveFirst();
                first.Value.Admitted.TrySetResult();
            }

            if (gate.Waiters.Count == 0 && gate.Queues.IsEmpty) _gates.Remove((invocation.Tenant, invocation.Process));
        }

        foreach (var attempt in ready) begin(attempt);
    }

    private Gate GateOf(InvocationId invocation)
    {
        var name = (invocation.Tenant, invocation.Process);
        if (!_gates.TryGetValue(name, out var gate)) _gates[name] = gate = new Gate();
        return gate;
    }

    private sealed class Gate
    {
        public PipelineQueues<IQueuedWork> Queues { get; } = new();

        public LinkedList<Waiter> Waiters { get; } = new();
    }

    private sealed class Waiter(string invocation, int capacity)
    {
        public string Invocation => invocation;

        public int Capacity => capacity;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
