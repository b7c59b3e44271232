using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;
using Actors.Silo.Embedded.Hosting;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Shells;
using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Work;

/// <summary>
/// Hands out the attempts of the grains on this silo, and remembers which are on their way: what gets lost with a
/// stream, a queue or a silo is handed out again. At most <see cref="Embedded.EmbeddedHostOptions.WorkQueueMax"/>
/// at once, and as many retries that wait for the budget of their service. Each silo has a part of that budget, for
/// what its grains hand out: first attempts, answers and retries all come by here.
/// </summary>
internal sealed class WorkDispatcher : IDisposable
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// For so long after silos have come or gone parts of the stream may still move, and lose what is on its way in
    /// them.
    /// </summary>
    private static readonly TimeSpan Unsettled = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Why a silo did not begin an attempt: another one may have what it lacks. Every part of the stream is tried
    /// before it counts.
    /// </summary>
    public const string HandlerMissing = "handler-missing";

    /// <summary>The same: it is full. Others are asked for as long as it takes.</summary>
    public const string NoPlace = "no-place";

    private readonly ClusterHost _cluster;
    private readonly WorkStream _stream;
    private readonly SiloRing _ring;
    private readonly IGrainFactory _grains;
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainKey, Dictionary<WorkKey, OnTheWay>> _out = [];
    private readonly RetryQueues _retries;
    private readonly ITimer _timer;
    private readonly long _began;
    private int _count;
    private TimeSpan _changedAt;

    public WorkDispatcher(ClusterHost cluster, WorkStream stream, SiloRing ring, IGrainFactory grains)
    {
        (_cluster, _stream, _ring, _grains) = (cluster, stream, ring, grains);
        _began = cluster.Time.GetTimestamp();
        _retries = new RetryQueues(
            cluster.Time, cluster.Host.Options.RetryRatio, cluster.Host.Options.WorkQueueMax,
            work => Begin((OnTheWay)work), _ => { }, () => ring.Part);
        _timer = cluster.Time.CreateTimer(_ => Look(), null, LookPeriod, LookPeriod);
    }

    /// <summary>Attempts on their way, and those that wait to be.</summary>
    public int Count => Volatile.Read(ref _count);

    // A clock that is set changes nothing.
    private TimeSpan Now => _cluster.Time.GetElapsedTime(_began);

    /// <summary>Hands out an attempt.</summary>
    /// <returns>Whether an outcome or a refusal follows: not if it is on its way already.</returns>
    public bool Dispatch(WorkItem item)
    {
        var grain = item.Key.Invocation.Key;
        var isFull = Count - _retries.Waiting >= _cluster.Host.Options.WorkQueueMax;
        if (isFull || _cluster.Host.Store.Health != StoreHealth.Ready)
        {
            _cluster.Host.Post(grain, new WorkRefused(item));
            return true;
        }

        var attempt = new OnTheWay(item);
        lock (_lock)
        {
            if (!_out.TryGetValue(grain, out var attempts)) _out[grain] = attempts = [];
            if (!attempts.TryAdd(item.Key, attempt)) return false;
            _count++;
        }

        if (!_retries.Offer(attempt)) Refuse(item);
        return true;
    }

    /// <summary>What the attempts of an invocation wait for on this silo: the budgets of their services.</summary>
    public QueueWaits WaitsOf(InvocationId invocation)
    {
        var waits = new QueueWaits(invocation);
        _retries.Tell(waits);
        return waits;
    }

    /// <summary>An outcome has come.</summary>
    /// <returns>What to tell the grain; null: it was never begun, and is handed out again.</returns>
    public StepOutcome? Settle(StepOutcome outcome)
    {
        OnTheWay? attempt;
        lock (_lock)
        {
            attempt = Find(outcome.Key);
            if (attempt is { IsCancelled: true, By: null } && outcome.NotBegun)
            {
                outcome = RetryQueues.Withdrawn(outcome.Key) with { NotBegun = true };
            }
            else if (attempt is not null && outcome.NotBegun && !IsGivenUp(attempt, outcome))
            {
                attempt.SendAgain(Now + LookPeriod);
                return null;
            }

            Remove(outcome.Key);
        }

        if (attempt is null) return outcome;
        if (outcome.NotBegun) WorkQueues.Ended(_grains, attempt.Item, succeeded: false);
        else if (outcome.Failure is null or { IsPermanent: true }) _retries.Answered(attempt.Item);
        return outcome.NotBegun ? outcome with { NotBegun = false } : outcome;
    }

    /// <summary>There was no room: the grain will hand it out again, unless it was cancelled meanwhile.</summary>
    /// <returns>What to tell the grain.</returns>
    public GrainMessage Settle(WorkRefused refused)
    {
        var key = refused.Item.Key;
        lock (_lock)
        {
            var isOver = Find(key) is { IsCancelled: true, By: null };
            Remove(key);
            return isOver ? RetryQueues.Withdrawn(key) : refused;
        }
    }

    /// <summary>A worker has an attempt in hand.</summary>
    public void Taken(WorkKey key, SiloAddress by, IWorkControl control)
    {
        lock (_lock)
        {
            if (Find(key) is not { } attempt) return;
            attempt.Taken(by, control, Now);
            if (!attempt.IsCancelled) return;
        }

        control.CancelAsync(MessageCodec.Write(new WorkReference(key))).Ignore();
    }

    /// <summary>
    /// Tells whoever runs an attempt to stop, now or as soon as it says that it runs it. One that waits, here or in a
    /// queue of the cluster, never begins, and is answered as cancelled.
    /// </summary>
    public void Cancel(WorkKey key)
    {
        OnTheWay? attempt;
        IWorkControl? control;
        bool isWaiting, isInQueue;
        lock (_lock)
        {
            attempt = Find(key);
            if (attempt is null) return;
            attempt.IsCancelled = true;
            (control, isWaiting, isInQueue) = (attempt.Control, attempt.SentAt is null,
                attempt.IsToBeWithdrawn(Now, isTooLate: false));
            if (isWaiting) Remove(key);
        }

        control?.CancelAsync(MessageCodec.Write(new WorkReference(key))).Ignore();
        if (isWaiting) _cluster.Host.Post(key.Invocation.Key, RetryQueues.Withdrawn(key));
        if (isInQueue) _ = WithdrawAsync(attempt);
    }

    /// <summary>A grain has gone elsewhere: where it is now, its attempts are handed out again.</summary>
    public void Forget(GrainKey grain)
    {
        lock (_lock)
        {
            if (!_out.Remove(grain, out var attempts)) return;
            _count -= attempts.Count;
            foreach (var attempt in attempts.Values) attempt.Withdraw();
        }
    }

    /// <summary>A silo has gone, and with it what it ran, and what was in its parts of streams and queues.</summary>
    public void SiloIsGone(SiloAddress silo)
    {
        List<OnTheWay> lost = [];
        var now = Now;
        lock (_lock) lost.AddRange(_out.Values.SelectMany(a => a.Values).Where(a => a.IsLostWith(silo, now)));

        if (lost.Count > 0) _cluster.Log.HandedOutAgain(silo.ToString(), lost.Count);
        foreach (var attempt in lost) Send(attempt.Item, attempt.NextShift());
    }

    /// <summary>
    /// Silos have come or are going: parts of the stream move between them, and lose what is on its way in them.
    /// </summary>
    public void SilosHaveChanged()
    {
        var now = Now;
        lock (_lock)
        {
            _changedAt = now;
            foreach (var attempt in _out.Values.SelectMany(a => a.Values)) attempt.Doubt(now);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _retries.Dispose();
    }

    /// <summary>It waits for nothing here any more.</summary>
    private void Begin(OnTheWay attempt)
    {
        lock (_lock)
        {
            if (attempt.IsWithdrawn) return;
            var now = Now;
            attempt.Begin(now);
            if (now - _changedAt < Unsettled) attempt.Doubt(now);
        }

        Send(attempt.Item, shift: 0);
    }

    /// <summary>Whether all parts of the stream have been tried, and no silo has the handler.</summary>
    private bool IsGivenUp(OnTheWay attempt, StepOutcome outcome)
    {
        if (outcome.Failure?.Type is HandlerMissing or NoPlace)
            attempt.PassOn(lacksHandler: outcome.Failure.Type == HandlerMissing);
        return attempt.Lacks >= _stream.Parts;
    }

    private void Look()
    {
        List<OnTheWay> silent = [], unwanted = [], late = [];
        var now = Now;
        lock (_lock)
        {
            foreach (var attempt in _out.Values.SelectMany(a => a.Values))
            {
                var isTooLate = attempt.IsTooLate(_cluster.Time);
                if (attempt.IsSilent(now)) silent.Add(attempt);
                if (attempt.IsToBeWithdrawn(now, isTooLate)) unwanted.Add(attempt);
                if (isTooLate && attempt.SentAt is null) late.Add(attempt);
            }

            foreach (var attempt in late) Remove(attempt.Item.Key);
        }

        foreach (var attempt in silent) Send(attempt.Item, attempt.NextShift());
        foreach (var attempt in unwanted) _ = WithdrawAsync(attempt);
        foreach (var attempt in late) _cluster.Host.Post(attempt.Item.Key.Invocation.Key, attempt.WhyWithdrawn());
    }

    /// <summary>Takes an attempt out of the queue that it waits in, if it waits in one.</summary>
    private async Task WithdrawAsync(OnTheWay attempt)
    {
        try
        {
            if (!await WorkQueues.WithdrawAsync(_grains, attempt.Item)) return;
        }
        catch (Exception e) when (WireFailures.IsLoss(e))
        {
            // The next look asks again.
            return;
        }

        var key = attempt.Item.Key;
        lock (_lock)
        {
            if (Find(key) != attempt) return;
            Remove(key);
        }

        WorkQueues.Ended(_grains, attempt.Item, succeeded: false);
        _cluster.Host.Post(key.Invocation.Key, attempt.WhyWithdrawn());
    }

    private void Send(WorkItem item, int shift)
    {
        try
        {
            Offer(item, shift);
        }
        catch (Exception e) when (WireFailures.IsLoss(e))
        {
            // The silo has ended; whoever takes the grain over hands it out.
            _cluster.Log.NotPublished(e);
        }
    }

    private void Offer(WorkItem item, int shift)
    {
        item = item.TimedNow(_cluster.Time);
        var queue = item.Stage is not null ? WorkQueues.Stages(_grains, item.Key.Invocation)
            : item.Limit is not null ? WorkQueues.Limits(_grains, item)
            : null;
        if (queue is not null) queue.OfferAsync(MessageCodec.Write(item), shift).Ignore();
        else _ = PublishAsync(item, shift);
    }

    private async Task PublishAsync(WorkItem item, int shift)
    {
        try
        {
            await _stream.PublishAsync(item, shift);
        }
        catch (Exception e)
        {
            _cluster.Log.NotPublished(e);
            Refuse(item);
        }
    }

    private void Refuse(WorkItem item) =>
        _cluster.Host.Post(item.Key.Invocation.Key, Settle(new WorkRefused(item)));

    private OnTheWay? Find(WorkKey key) =>
        _out.TryGetValue(key.Invocation.Key, out var attempts) ? attempts.GetValueOrDefault(key) : null;

    private void Remove(WorkKey key)
    {
        if (!_out.TryGetValue(key.Invocation.Key, out var attempts) || !attempts.Remove(key, out var attempt)) return;
        attempt.Withdraw();
        _count--;
        if (attempts.Count == 0) _out.Remove(key.Invocation.Key);
    }
}
