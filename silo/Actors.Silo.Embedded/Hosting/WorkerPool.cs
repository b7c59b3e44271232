using System.Collections.Concurrent;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Runs attempts on the thread pool, a bounded number at a time. What finds no worker waits in a bounded queue, in
/// order; what finds no room there is refused and offered again by its grain.
/// </summary>
internal sealed class WorkerPool
{
    private readonly EmbeddedGrainHost _host;
    private readonly ShortRuns _worker;
    private readonly ConcurrentDictionary<WorkKey, Attempt> _attempts = new();
    private readonly Lock _lock = new();
    private readonly Queue<Attempt> _waiting = new();
    private readonly LimitedQueues _limits;
    private readonly RetryQueues _retries;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _busy;
    private bool _isStopping;

    public WorkerPool(EmbeddedGrainHost host, IWorker worker)
    {
        _host = host;
        _worker = new ShortRuns(worker, host.Options.InTurnMax, host.Time, host.Runtime);
        _limits = new LimitedQueues(
            host.Time, host.Options.WorkQueueMax, work => Begin((Attempt)work), work => LeaveStage((Attempt)work));
        _retries = new RetryQueues(
            host.Time, host.Options.RetryRatio, host.Options.WorkQueueMax, work => AfterBudget((Attempt)work),
            work => LeaveStage((Attempt)work));
        Stages = new PipelineGates(host.Time, work => AfterStage((Attempt)work));
    }

    /// <summary>The queues of queued pipelines.</summary>
    public PipelineGates Stages { get; }

    /// <summary>Runs attempts, whoever hands them out.</summary>
    public IWorker Worker => _worker;

    /// <summary>Attempts that run.</summary>
    public int Busy => Volatile.Read(ref _busy);

    /// <summary>Attempts that wait: for a worker, for the limits of their queue, for the stage before.</summary>
    public int Waiting => Math.Max(0, _attempts.Count - Busy);

    /// <summary>
    /// Takes an attempt; the outcome goes to its invocation. An attempt that is known already is not taken twice.
    /// </summary>
    /// <returns>Whether an outcome or a refusal follows; not for one that is known.</returns>
    public bool Dispatch(WorkItem item)
    {
        if (_host.Store.Health != StoreHealth.Ready)
        {
            // What it does could not be recorded, and would be done again.
            _host.Post(item.Key.Invocation.Key, new WorkRefused(item));
            return true;
        }

        var attempt = new Attempt(this, item);
        if (!_attempts.TryAdd(item.Key, attempt)) return false;
        if (item.StepTime is { } time && !TryWatch(attempt, time)) return true;
        if (item.Stage is not null) Stages.Offer(attempt);
        else AfterStage(attempt);
        return true;
    }

    /// <summary>Whether work is pure, and so short that its turn may wait for it.</summary>
    public bool MayRunInTurn(WorkItem item) =>
        item.IsPure && _worker.IsShort(item) && _host.Store.Health == StoreHealth.Ready && _host.Runtime.MayBlock;

    /// <summary>
    /// Runs pure work on this thread, in a worker's place. What does not end at once is cancelled, and is to be handed
    /// out like any other.
    /// </summary>
    /// <returns>What became of it; null: hand it out.</returns>
    public StepOutcome? RunInTurn(WorkItem item)
    {
        lock (_lock)
        {
            if (_isStopping || _waiting.Count > 0 || _busy >= _host.Options.WorkersMax) return null;
            _busy++;
        }

        try
        {
            return _worker.RunAtOnce(item);
        }
        finally
        {
            EndPlace();
        }
    }

    private void AfterStage(Attempt attempt)
    {
        if (attempt.IsWithdrawn) LeaveStage(attempt);
        else if (!_retries.Offer(attempt)) Refuse(attempt);
    }

    private void AfterBudget(Attempt attempt)
    {
        if (attempt.Item.Limit is null) Begin(attempt);
        else if (!_limits.Offer(attempt)) Refuse(attempt);
    }

    /// <summary>What the attempts of an invocation wait for before a worker has them.</summary>
    public QueueWaits WaitsOf(InvocationId invocation)
    {
        var waits = new QueueWaits(invocation);
        Stages.Tell(invocation, waits);
        _retries.Tell(waits);
        _limits.Tell(waits);
        var workers = _host.Options.WorkersMax;
        lock (_lock) waits.Look(_waiting, (_, before) => new QueueWait.Worker(workers, before));
        return waits;
    }

    /// <summary>
    /// Tells an attempt to stop. One that waits is answered as cancelled at once; its place in a queue stays taken
    /// until its turn comes, so that the bounds of the queues hold.
    /// </summary>
    public void Cancel(WorkKey key)
    {
        if (!_attempts.TryGetValue(key, out var attempt)) return;
        if (!attempt.TryWithdraw())
        {
            attempt.Cancel();
            return;
        }

        Answer(attempt, RetryQueues.Withdrawn(key));
    }

    /// <summary>If the time of its step is up before it begins, an attempt is answered then.</summary>
    /// <returns>False if it is up already.</returns>
    private bool TryWatch(Attempt attempt, StepTime time)
    {
        attempt.Clock = new StepClock(time, _host.Time, () =>
        {
            if (attempt.TryWithdraw()) Answer(attempt, attempt.Item.TooLate());
        });
        return !attempt.IsWithdrawn;
    }

    /// <summary>Tells what became of an attempt that was withdrawn while it waited.</summary>
    private void Answer(Attempt attempt, StepOutcome outcome)
    {
        _attempts.TryRemove(KeyValuePair.Create(outcome.Key, attempt));
        _host.Post(outcome.Key.Invocation.Key, outcome);
    }

    /// <summary>Begins nothing more, and ends what runs: by itself within a time, then by its token.</summary>
    public async Task StopAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        _retries.Dispose();
        lock (_lock)
        {
            _isStopping = true;
            _waiting.Clear();
            if (_busy == 0) _idle.TrySetResult();
        }

        if (await IsIdleWithin(patience, cancellationToken)) return;
        foreach (var attempt in _attempts.Values) attempt.StopForGood();
        await IsIdleWithin(TimeSpan.FromSeconds(2), CancellationToken.None);
    }

    private async Task<bool> IsIdleWithin(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await _idle.Task.InPlace().WaitAsync(time, _host.Time, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <returns>False if there was no room, and the grain was told.</returns>
    private bool Begin(Attempt attempt)
    {
        lock (_lock)
        {
            if (_isStopping) return false;
            if (_busy < _host.Options.WorkersMax)
            {
                _busy++;
            }
            else if (_waiting.Count < _host.Options.WorkQueueMax)
            {
                _waiting.Enqueue(attempt);
                return true;
            }
            else
            {
                attempt.IsRefused = true;
            }
        }

        if (attempt.IsRefused) Refuse(attempt);
        else _host.Runtime.Queue(attempt, preferLocal: true);
        return !attempt.IsRefused;
    }

    private void Refuse(Attempt attempt)
    {
        _attempts.TryRemove(KeyValuePair.Create(attempt.Item.Key, attempt));
        LeaveStage(attempt);
        // One that was withdrawn has been answered.
        if (attempt.TryWithdraw()) _host.Post(attempt.Item.Key.Invocation.Key, new WorkRefused(attempt.Item));
    }

    private void LeaveStage(Attempt attempt)
    {
        if (attempt.Item.Stage is not null) Stages.Finish(attempt, succeeded: false);
    }

    private void End(Attempt attempt, StepOutcome outcome)
    {
        // A host that stops waits until the outcome has been received, not only until the attempt has ended.
        _host.OutcomeBegins();
        Release(attempt, outcome is { Failure: null, NotBegun: false });
        if (outcome is { NotBegun: false, Failure: null or { IsPermanent: true } }) _retries.Answered(attempt.Item);
        _host.Deliver(attempt.Item.Key.Invocation.Key, outcome);
        _host.OutcomeEnds();
    }

    /// <summary>Gives up the worker that an attempt has, and its other places.</summary>
    private void Release(Attempt attempt, bool succeeded)
    {
        _attempts.TryRemove(KeyValuePair.Create(attempt.Item.Key, attempt));
        if (attempt.Item.Limit is not null) _limits.End(attempt);
        if (attempt.Item.Stage is not null) Stages.Finish(attempt, succeeded);
        EndPlace();
    }

    /// <summary>A worker is free: it takes what has waited longest.</summary>
    private void EndPlace()
    {
        Attempt? next = null;
        lock (_lock)
        {
            if (!_isStopping) _waiting.TryDequeue(out next);
            if (next is null && --_busy == 0 && _isStopping) _idle.TrySetResult();
        }

        if (next is not null) _host.Runtime.Queue(next, preferLocal: false);
    }

    /// <summary>One attempt, waiting or running.</summary>
    internal sealed class Attempt(WorkerPool pool, WorkItem item) : IQueuedWork, IThreadPoolWorkItem
    {
        private readonly CancellationTokenSource _cancel = new();
        private const int HasBegun = 1;
        private const int WasWithdrawn = 2;

        private volatile bool _isStopped;
        private int _fate;

        public WorkItem Item => item;

        /// <summary>Looks after the time of its step while it waits; null: that has no bound.</summary>
        public StepClock? Clock { get; set; }

        /// <summary>Whether it was answered before it began: then it only gives up its places.</summary>
        public bool IsWithdrawn => Volatile.Read(ref _fate) == WasWithdrawn;

        /// <summary>Whether there was no room for it.</summary>
        public bool IsRefused { get; set; }

        /// <returns>False if it has begun or was withdrawn already.</returns>
        public bool TryWithdraw() => TryLeave(WasWithdrawn);

        public void Execute()
        {
            if (!TryLeave(HasBegun))
            {
                pool.Release(this, succeeded: false);
                return;
            }

            var running = pool.RunAsync(this);
            if (!running.IsCompleted) _ = running.AsTask();
        }

        /// <summary>Its code's own callbacks run elsewhere, and can't throw into the grain.</summary>
        public void Cancel() => _ = pool._host.Runtime.CancelAsync(_cancel);

        public void StopForGood()
        {
            _isStopped = true;
            _cancel.Cancel();
        }

        public CancellationToken Token => _cancel.Token;

        /// <summary>What is to be told: an attempt that the silo's end broke off does not count.</summary>
        public StepOutcome Adjust(StepOutcome outcome) =>
            _isStopped && outcome.Failure is { IsPermanent: false } ? outcome with { NotBegun = true } : outcome;

        private bool TryLeave(int fate)
        {
            if (Interlocked.CompareExchange(ref _fate, fate, 0) != 0) return false;
            Clock?.Dispose();
            return true;
        }
    }

    private async ValueTask RunAsync(Attempt attempt)
    {
        StepOutcome outcome;
        try
        {
            outcome = await _worker.RunAsync(attempt.Item, attempt.Token);
        }
        catch (Exception e)
        {
            _host.Log.WorkerThrew(attempt.Item.Key.Step, attempt.Item.Key.Invocation, e);
            outcome = new StepOutcome(attempt.Item.Key, null, Failure.FromException(e));
        }

        End(attempt, attempt.Adjust(outcome));
    }
}
