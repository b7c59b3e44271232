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

    /// <summary>What was handed out a moment ago may be running without anybody having said so.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

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

        Send(item);
        return true;
    }

    /// <summary>An outcome has come.</summary>
    /// <returns>Whether to tell the grain: not of what was never begun and is handed out again.</returns>
    public bool Settle(StepOutcome outcome)
    {
        lock (_lock)
        {
            if (Find(outcome.Key) is { } attempt && outcome.NotBegun)
            {
                (attempt.By, attempt.Control) = (null, null);
                attempt.LookAgainAt = _cluster.Time.GetUtcNow() + LookPeriod;
                return false;
            }

            Remove(outcome.Key);
            return true;
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
        List<WorkItem> lost = [];
        var now = _cluster.Time.GetUtcNow();
        lock (_lock)
        {
            foreach (var attempt in _out.Values.SelectMany(a => a.Values))
            {
                if (attempt.By is { } by ? !by.Equals(silo) : now - attempt.SentAt < Fresh) continue;
                (attempt.By, attempt.Control) = (null, null);
                attempt.LookAgainAt = now + attempt.Silence;
                lost.Add(attempt.Item);
            }
        }

        if (lost.Count > 0) _cluster.Log.HandedOutAgain(silo.ToString(), lost.Count);
        foreach (var item in lost) Send(item);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        List<WorkItem> silent = [];
        var now = _cluster.Time.GetUtcNow();
        lock (_lock)
        {
            foreach (var attempt in _out.Values.SelectMany(a => a.Values))
            {
                if (attempt.LookAgainAt > now) continue;
                // Twice the patience each time: a full cluster is not made fuller.
                attempt.Silence = attempt.Silence * 2 < SilenceMax ? attempt.Silence * 2 : SilenceMax;
                attempt.LookAgainAt = now + attempt.Silence;
                silent.Add(attempt.Item);
            }
        }

        foreach (var item in silent) Send(item);
    }

    private void Send(WorkItem item)
    {
        var queue = item.Stage is not null ? WorkQueues.Stages(_grains, item.Key.Invocation)
            : item.Limit is not null ? WorkQueues.Limits(_grains, item)
            : null;
        if (queue is not null) queue.OfferAsync(MessageCodec.Write(item)).Ignore();
        else _ = PublishAsync(item);
    }

    private async Task PublishAsync(WorkItem item)
    {
        try
        {
            await _stream.PublishAsync(item);
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

        public SiloAddress? By { get; set; }

        public IWorkControl? Control { get; set; }

        public bool IsCancelled { get; set; }
    }
}
