using System.Collections.Concurrent;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Silo.Embedded.Hosting;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using Orleans.Concurrency;
using Envelope = Actors.Silo.Orleans.Messaging.Envelope;
using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Work;

/// <summary>
/// One queue: the same limits and stages as in one process, for all silos. Its timers run outside of Orleans, so what
/// they touch is safe for threads.
/// </summary>
[Reentrant]
[GrainType("actors.queue")]
internal sealed class WorkQueueGrain : global::Orleans.Grain, IWorkQueueGrain
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(10);

    /// <summary>An attempt has ended this long after its timeout, even if nobody has said so.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly ClusterSilo _silo;
    private readonly WorkStream _stream;
    private readonly IGrainFactory _grains;
    private readonly ConcurrentDictionary<WorkKey, Waiting> _known = new();
    private ClusterHost? _running;
    private LimitedQueues? _limits;
    private PipelineGates? _stages;
    private GrainKey _key;
    private bool _isStages;

    public WorkQueueGrain(ClusterSilo silo, WorkStream stream, IGrainFactory grains) =>
        (_silo, _stream, _grains) = (silo, stream, grains);

    private ClusterHost Running => _running!;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _running = await _silo.WhenRunningAsync();
        if (!GrainKey.TryParse(this.GetPrimaryKeyString(), out _key))
            throw new InvalidOperationException($"'{this.GetPrimaryKeyString()}' is not the key of a queue");
        _isStages = _key.Type == "stages";
        _limits = new LimitedQueues(Running.Time, Running.Host.Options.WorkQueueMax, Begin, _ => { });
        _stages = new PipelineGates(Running.Time, work => Begin(work));
        this.RegisterGrainTimer(
            static (queue, _) => queue.LookAsync(), this,
            new GrainTimerCreationOptions(LookPeriod, LookPeriod) { Interleave = true });
    }

    /// <inheritdoc/>
    public Task OfferAsync(Envelope work)
    {
        var waiting = new Waiting(MessageCodec.Read<WorkItem>(work).TimedNow(Running.Time));
        if (!_known.TryAdd(waiting.Item.Key, waiting))
        {
            if (_known.TryGetValue(waiting.Item.Key, out var known) && known.BeganAt is not null) HandOn(known);
            return Task.CompletedTask;
        }

        if (waiting.Item.StepTime is { } time && !TryWatch(waiting, time)) return Task.CompletedTask;
        if (_isStages) _stages!.Offer(waiting);
        else if (!_limits!.Offer(waiting)) Refuse(waiting);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task EndedAsync(Envelope ended)
    {
        var (key, succeeded) = MessageCodec.Read<WorkEnded>(ended);
        if (_known.TryGetValue(key, out var waiting)) End(waiting, succeeded);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task LeaveAsync(string invocation)
    {
        _stages!.Leave(Id(invocation));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> AdmitAsync(string invocation, int capacity) => _stages!.AdmitAsync(
        Id(invocation), capacity, Running.Host.Options.AdmissionTimeout, CancellationToken.None).AsTask();

    /// <inheritdoc/>
    public Task CancelAdmissionAsync(string invocation)
    {
        _stages!.CancelAdmission(Id(invocation));
        return Task.CompletedTask;
    }

    private bool Begin(IQueuedWork work)
    {
        var waiting = (Waiting)work;
        if (!waiting.TryBegin(Running.Time.GetTimestamp()))
        {
            if (_isStages) _stages!.Finish(waiting, succeeded: false);
            return false;
        }

        HandOn(waiting);
        return true;
    }

    /// <summary>If the time of its step is up before it begins, it is answered then.</summary>
    /// <returns>False if it is up already.</returns>
    private bool TryWatch(Waiting waiting, StepTime time)
    {
        waiting.Clock = new StepClock(time, Running.Time, () =>
        {
            if (!waiting.TryWithdraw()) return;
            _known.TryRemove(KeyValuePair.Create(waiting.Item.Key, waiting));
            WorkQueues.Ended(_grains, waiting.Item, succeeded: false);
            Running.Post(waiting.Item.Key.Invocation.Key, waiting.Item.TooLate());
        });
        return !waiting.IsWithdrawn;
    }

    private void HandOn(Waiting waiting)
    {
        if (_isStages && waiting.Item.Limit is not null)
            WorkQueues.Limits(_grains, waiting.Item)
                .OfferAsync(MessageCodec.Write(waiting.Item.TimedNow(Running.Time))).Ignore();
        else
            _ = PublishAsync(waiting);
    }

    private async Task PublishAsync(Waiting waiting)
    {
        try
        {
            await _stream.PublishAsync(waiting.Item.TimedNow(Running.Time), Math.Max(0, waiting.HandedOn++ - 1));
        }
        catch (Exception e)
        {
            Running.Log.NotPublished(e);
            Refuse(waiting);
        }
    }

    private void Refuse(Waiting waiting)
    {
        WorkQueues.Ended(_grains, waiting.Item, succeeded: false);
        Running.Post(waiting.Item.Key.Invocation.Key, new WorkRefused(waiting.Item));
    }

    private void End(Waiting waiting, bool succeeded)
    {
        if (!_known.TryRemove(KeyValuePair.Create(waiting.Item.Key, waiting)) || waiting.BeganAt is null) return;
        if (_isStages) _stages!.Finish(waiting, succeeded);
        else _limits!.End(waiting);
    }

    /// <summary>What must have ended long ago gives its place back.</summary>
    private Task LookAsync()
    {
        foreach (var waiting in _known.Values)
        {
            if (waiting.BeganAt is not { } began) continue;
            if (Running.Time.GetElapsedTime(began) > waiting.Item.Timeout + Grace) End(waiting, succeeded: false);
        }

        return Task.CompletedTask;
    }

    private InvocationId Id(string invocation) => new(_key.Tenant, _key.Id, invocation);

    private sealed class Waiting(WorkItem item) : IQueuedWork
    {
        private const int HasBegun = 1;
        private const int WasWithdrawn = 2;

        private int _fate;

        public WorkItem Item => item;

        /// <summary>
        /// Whether its time was up before it began. Else whoever begins it is told by its invocation.
        /// </summary>
        public bool IsWithdrawn => Volatile.Read(ref _fate) == WasWithdrawn;

        /// <summary>Looks after the time of its step while it waits; null: that has no bound.</summary>
        public StepClock? Clock { get; set; }

        /// <summary>When, by a clock that nobody sets; null: it waits.</summary>
        public long? BeganAt { get; private set; }

        /// <summary>
        /// How often; first to its own part of the stream again, then to others: its silo may lack what it takes.
        /// </summary>
        public int HandedOn { get; set; }

        public bool TryBegin(long now)
        {
            if (!TryLeave(HasBegun)) return false;
            BeganAt = now;
            return true;
        }

        public bool TryWithdraw() => TryLeave(WasWithdrawn);

        private bool TryLeave(int fate)
        {
            if (Interlocked.CompareExchange(ref _fate, fate, 0) != 0) return false;
            Clock?.Dispose();
            return true;
        }
    }
}
