using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Shells;
using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Work;

/// <summary>
/// Hands out the attempts of the grains on this silo, and remembers which are on their way: what gets lost with a
/// stream, a queue or a silo is handed out again. At most <see cref="Embedded.EmbeddedHostOptions.WorkQueueMax"/>
/// at once.
/// </summary>
internal sealed class WorkDispatcher : IDisposable
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SilenceFirst = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SilenceMax = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What was handed out a moment ago may be running on a silo that lives without anybody having said so; whoever
    /// runs it says so until then.
    /// </summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Why a silo did not begin an attempt: another one may have what it lacks. Every part of the stream is tried
    /// before it counts.
    /// </summary>
    public const string HandlerMissing = "handler-missing";

    private readonly ClusterHost _cluster;
    private readonly WorkStream _stream;
    private readonly SiloRing _ring;
    private readonly IGrainFactory _grains;
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainKey, Dictionary<WorkKey, OnTheWay>> _out = [];
    private readonly ITimer _timer;
    private int _count;

    public WorkDispatcher(ClusterHost cluster, WorkStream stream, SiloRing ring, IGrainFactory grains)
    {
        (_cluster, _stream, _ring, _grains) = (cluster, stream, ring, grains);
        _timer = cluster.Time.CreateTimer(_ => Look(), null, LookPeriod, LookPeriod);
    }

    /// <summary>Attempts on their way.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Hands out an attempt.</summary>
    /// <returns>Whether an outcome or a refusal follows: not if it is on its way already.</returns>
    public bool Dispatch(WorkItem item)
    {
        var grain = item.Key.Invocation.Key;
        var isFull = Count >= _cluster.Host.Options.WorkQueueMax || _cluster.Host.Store.Health != StoreHealth.Ready;
        if (isFull)
        {
            _cluster.Host.Post(grain, new WorkRefused(item));
            return true;
        }

        var attempt = new OnTheWay(item, _cluster.Time.GetUtcNow());
        lock (_lock)
        {
            if (!_out.TryGetValue(grain, out var attempts)) _out[grain] = attempts = [];
            if (!attempts.TryAdd(item.Key, attempt)) return false;
            _count++;
        }

        Send(item, shift: 0);
        return true;
    }

    /// <summary>An outcome has come.</summary>
    /// <returns>What to tell the grain; null: it was never begun, and is handed out again.</returns>
    public StepOutcome? Settle(StepOutcome outcome)
    {
        lock (_lock)
        {
            if (Find(outcome.Key) is not { } attempt || !outcome.NotBegun)
            {
                Remove(outcome.Key);
                return outcome;
            }

            if (outcome.Failure?.Type == HandlerMissing && ++attempt.Lacks >= _stream.Parts)
            {
                Remove(outcome.Key);
                WorkQueues.Ended(_grains, attempt.Item, succeeded: false);
                return outcome with { NotBegun = false };
            }

            (attempt.By, attempt.Control) = (null, null);
            attempt.LookAgainAt = _cluster.Time.GetUtcNow() + LookPeriod;
            return null;
        }
    }

    /// <summary>The workers were full: the grain will hand it out again.</summary>
    public void Settle(WorkRefused refused)
    {
        lock (_lock) Remove(refused.Item.Key);
    }

    /// <summary>A worker has an attempt in hand.</summary>
    public void Taken(WorkKey key, SiloAddress by, IWorkControl control)
    {
        lock (_lock)
        {
            if (Find(key) is not { } attempt) return;
            (attempt.By, attempt.Control) = (by, control);
            attempt.LookAgainAt = _cluster.Time.GetUtcNow() + attempt.Item.Timeout + SilenceFirst;
            if (!attempt.IsCancelled) return;
        }

        control.CancelAsync(MessageCodec.Write(new WorkReference(key))).Ignore();
    }

    /// <summary>Tells whoever runs an attempt to stop, now or as soon as it says that it runs it.</summary>
    public void Cancel(WorkKey key)
    {
        IWorkControl? control;
        lock (_lock)
        {
            if (Find(key) is not { } attempt) return;
            attempt.IsCancelled = true;
            control = attempt.Control;
        }

        control?.CancelAsync(MessageCodec.Write(new WorkReference(key))).Ignore();
    }

    /// <summary>A grain has gone elsewhere: where it is now, its attempts are handed out again.</summary>
    public void Forget(GrainKey grain)
    {
        lock (_lock)
        {
            if (_out.Remove(grain, out var attempts)) _count -= attempts.Count;
        }
    }

    /// <summary>A silo has gone, and with it what it ran, and what was in its parts of streams and queues.</summary>
    public void SiloIsGone(SiloAddress silo)
    {
        List<OnTheWay> lost = [];
        var now = _cluster.Time.GetUtcNow();
        lock (_lock)
        {
            foreach (var attempt in _out.Values.SelectMany(a => a.Values))
            {
                if (attempt.By is { } by && !by.Equals(silo)) continue;
                var isLost = attempt.By is not null || now - attempt.SentAt >= Fresh;
                (attempt.By, attempt.Control) = (null, null);
                attempt.Doubt(now);
                if (isLost) lost.Add(attempt);
            }
        }

        if (lost.Count > 0) _cluster.Log.HandedOutAgain(silo.ToString(), lost.Count);
        foreach (var attempt in lost) Send(attempt.Item, attempt.NextShift());
    }

    /// <summary>
    /// Silos have come or are going: parts of the stream move between them, and lose what is on its way in them.
    /// </summary>
    public void SilosHaveChanged()
    {
        var now = _cluster.Time.GetUtcNow();
        lock (_lock)
        {
            foreach (var attempt in _out.Values.SelectMany(a => a.Values)) attempt.Doubt(now);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        List<OnTheWay> silent = [];
        var now = _cluster.Time.GetUtcNow();
        lock (_lock)
        {
            foreach (var attempt in _out.Values.SelectMany(a => a.Values))
            {
                if (attempt.LookAgainAt > now) continue;
                // Twice the patience each time: a full cluster is not made fuller.
                attempt.Silence = attempt.Silence * 2 < SilenceMax ? attempt.Silence * 2 : SilenceMax;
                attempt.LookAgainAt = now + attempt.Silence;
                silent.Add(attempt);
            }
        }

        foreach (var attempt in silent) Send(attempt.Item, attempt.NextShift());
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
        var queue = item.Stage is not null ? WorkQueues.Stages(_grains, item.Key.Invocation)
            : item.Limit is not null ? WorkQueues.Limits(_grains, item)
            : null;
        if (queue is not null) queue.OfferAsync(MessageCodec.Write(item)).Ignore();
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

    private void Refuse(WorkItem item)
    {
        lock (_lock) Remove(item.Key);
        _cluster.Host.Post(item.Key.Invocation.Key, new WorkRefused(item));
    }

    private OnTheWay? Find(WorkKey key) =>
        _out.TryGetValue(key.Invocation.Key, out var attempts) ? attempts.GetValueOrDefault(key) : null;

    private void Remove(WorkKey key)
    {
        if (!_out.TryGetValue(key.Invocation.Key, out var attempts) || !attempts.Remove(key)) return;
        _count--;
        if (attempts.Count == 0) _out.Remove(key.Invocation.Key);
    }

    private sealed class OnTheWay(WorkItem item, DateTimeOffset sentAt)
    {
        public WorkItem Item => item;

        public DateTimeOffset SentAt => sentAt;

        public DateTimeOffset LookAgainAt { get; set; } = sentAt + SilenceFirst;

        public TimeSpan Silence { get; set; } = SilenceFirst;

        /// <summary>How often a silo has said that it lacks its handler.</summary>
        public int Lacks { get; set; }

        private int HandedOutAgain { get; set; }

        public SiloAddress? By { get; set; }

        public IWorkControl? Control { get; set; }

        public bool IsCancelled { get; set; }

        /// <summary>
        /// To which part of the stream it goes now: first to its own again, whose silo knows whether it has it; then to
        /// the next, for a part may stand still with a silo.
        /// </summary>
        public int NextShift() => Lacks > 0 ? Lacks : HandedOutAgain++;

        /// <summary>Unless somebody says by then that it runs, it is handed out again soon.</summary>
        public void Doubt(DateTimeOffset now)
        {
            if (By is not null) return;
            Silence = Fresh;
            if (LookAgainAt > now + Fresh) LookAgainAt = now + Fresh;
        }
    }
}
