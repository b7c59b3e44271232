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
/// they touch is safe for threads. What it knows is in memory only, so it stays there, however long nobody calls it,
/// while something waits or runs, or its rate still counts what began.
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
    private bool _isKept;

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
        _stages = new PipelineGates(Running.Time, BeginStage);
        this.RegisterGrainTimer(
            static (queue, _) => queue.LookAsync(), this,
            new GrainTimerCreationOptions(LookPeriod, LookPeriod) { Interleave = true });
    }

    /// <inheritdoc/>
    public Task OfferAsync(Envelope work, int shift)
    {
        Keep(true);
        var item = MessageCodec.Read<WorkItem>(work).TimedNow(Running.Time);
        var waiting = new Waiting(item, Running.Time.GetTimestamp()) { Shift = shift };
        if (!_known.TryAdd(waiting.Item.Key, waiting))
        {
            if (!_known.TryGetValue(waiting.Item.Key, out var known)) return Task.CompletedTask;
            known.Shift = shift;
            if (known.TryGoOn(Running.Time.GetTimestamp())) HandOn(known);
            return Task.CompletedTask;
        }

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
    public Task<bool> WithdrawAsync(Envelope work) => Task.FromResult(
        _known.TryGetValue(MessageCodec.Read<WorkReference>(work).Key, out var waiting) &&
        waiting.TryWithdraw(Running.Time.GetTimestamp()));

    /// <inheritdoc/>
    public Task LeaveAsync(string invocation)
    {
        _stages!.Leave(Id(invocation));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> AdmitAsync(string invocation, int capacity)
    {
        Keep(true);
        return _stages!.AdmitAsync(
            Id(invocation), capacity, Running.Host.Options.AdmissionTimeout, CancellationToken.None).AsTask();
    }

    /// <inheritdoc/>
    public Task CancelAdmissionAsync(string invocation)
    {
        _stages!.CancelAdmission(Id(invocation));
        return Task.CompletedTask;
    }

    private bool Begin(IQueuedWork work)
    {
        var waiting = (Waiting)work;
        if (!waiting.TryBegin(Running.Time.GetTimestamp())) return false;
        HandOn(waiting);
        return true;
    }

    /// <summary>One that was withdrawn gives up its place in the stage when its turn comes.</summary>
    private void BeginStage(IQueuedWork work)
    {
        if (!Begin(work)) _stages!.Finish(work, succeeded: false);
    }

    private void HandOn(Waiting waiting)
    {
        if (_isStages && waiting.Item.Limit is not null)
            WorkQueues.Limits(_grains, waiting.Item)
                .OfferAsync(MessageCodec.Write(waiting.Item.TimedNow(Running.Time)), waiting.Shift).Ignore();
        else
            _ = PublishAsync(waiting);
    }

    private async Task PublishAsync(Waiting waiting)
    {
        try
        {
            await _stream.PublishAsync(waiting.Item.TimedNow(Running.Time), waiting.Shift);
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
        if (waiting.IsWithdrawn) return;
        if (!_known.TryRemove(KeyValuePair.Create(waiting.Item.Key, waiting)) || !waiting.HasBegun) return;
        if (_isStages) _stages!.Finish(waiting, succeeded);
        else _limits!.End(waiting);
    }

    /// <summary>What must have ended long ago gives its place back; what was withdrawn is forgotten.</summary>
    private Task LookAsync()
    {
        foreach (var waiting in _known.Values)
        {
            var age = Running.Time.GetElapsedTime(waiting.Since);
            if (waiting.IsWithdrawn && age > Grace) _known.TryRemove(KeyValuePair.Create(waiting.Item.Key, waiting));
            else if (waiting.HasBegun && age > waiting.Item.Timeout + Grace) End(waiting, succeeded: false);
        }

        Keep(!_known.IsEmpty || _limits!.Count > 0 || _stages!.Count > 0);
        return Task.CompletedTask;
    }

    /// <summary>Whether Orleans leaves it in memory although nobody calls it.</summary>
    private void Keep(bool isKept)
    {
        if (_isKept == isKept) return;
        _isKept = isKept;
        DelayDeactivation(isKept ? Timeout.InfiniteTimeSpan : TimeSpan.Zero);
    }

    private InvocationId Id(string invocation) => new(_key.Tenant, _key.Id, invocation);

    /// <summary>
    /// An attempt. One that was withdrawn stays known for a while: it may be offered once more by who did not know yet.
    /// </summary>
    private sealed class Waiting(WorkItem item, long since) : IQueuedWork
    {
        private const int HasTurn = 1;
        private const int WasWithdrawn = 2;

        private long _since = since;
        private int _fate;

        public WorkItem Item => item;

        /// <summary>Whether it was taken back before it began: then it only gives up its places.</summary>
        public bool IsWithdrawn => Volatile.Read(ref _fate) == WasWithdrawn;

        /// <summary>Whether its turn has come.</summary>
        public bool HasBegun => Volatile.Read(ref _fate) == HasTurn;

        /// <summary>Since when it waits, runs or is withdrawn, by a clock that nobody sets.</summary>
        public long Since => Volatile.Read(ref _since);

        /// <summary>How many parts of the stream behind its own; its own silo may lack what it takes.</summary>
        public int Shift { get; set; }

        /// <returns>False if it was withdrawn.</returns>
        public bool TryBegin(long now) => TryBecome(HasTurn, now);

        /// <summary>It is handed on again, and runs from now on at the earliest.</summary>
        /// <returns>False if it has not begun.</returns>
        public bool TryGoOn(long now)
        {
            if (!HasBegun) return false;
            Volatile.Write(ref _since, now);
            return true;
        }

        /// <returns>False if it has begun.</returns>
        public bool TryWithdraw(long now) => TryBecome(WasWithdrawn, now) || IsWithdrawn;

        private bool TryBecome(int fate, long now)
        {
            if (Volatile.Read(ref _fate) != 0) return false;
            // Before it is seen to be so: what has begun is given up when it has been so for too long.
            Volatile.Write(ref _since, now);
            return Interlocked.CompareExchange(ref _fate, fate, 0) == 0;
        }
    }
}
