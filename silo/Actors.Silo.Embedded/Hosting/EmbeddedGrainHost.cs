using System.Collections.Concurrent;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;
using Actors.Silo.Embedded.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Silo.Embedded;

/// <summary>
/// Runs grains in one process: a mailbox per key on the thread pool, timers, workers, and a journal store that this
/// process owns. See <see cref="Grain"/> for what it promises to grains.
/// </summary>
public sealed class EmbeddedGrainHost : IClientHost, IAsyncDisposable
{
    private static readonly TimeSpan DrainMin = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<GrainKey, Activation> _activations;
    private readonly HostScans _scans;
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _stopLock = new();
    private Task? _stopped;
    private int _busy;
    private int _outcomes;
    private int _appends;
    private long _activated;
    private volatile bool _isDraining;
    private volatile bool _isClosed;
    private StoreStoppedException? _storeStopped;

    /// <summary>A host that does nothing by itself until <see cref="StartAsync"/>, but takes messages.</summary>
    /// <param name="store">The journals, owned by this process. Not disposed by the host.</param>
    /// <param name="factory">Makes grains.</param>
    /// <param name="worker">Runs attempts of steps.</param>
    /// <param name="time">Clock of turns and timers.</param>
    /// <param name="options">Bounds and settings.</param>
    /// <param name="logger">Log.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public EmbeddedGrainHost(
        IJournalStore store, IGrainFactory factory, IWorker worker, TimeProvider time, EmbeddedHostOptions options,
        ILogger logger)
        : this(store, factory, worker, time, options, logger, HostRuntime.Default)
    {
    }

    internal EmbeddedGrainHost(
        IJournalStore store, IGrainFactory factory, IWorker worker, TimeProvider time, EmbeddedHostOptions options,
        ILogger logger, HostRuntime runtime)
    {
        options.Validate();
        Runtime = runtime;
        _activations = new ConcurrentDictionary<GrainKey, Activation>(runtime.Keys);
        (Store, Factory, Time, Options, Log) = (store, factory, time, options, new HostLog(logger));
        WakeUps = new WakeUps(time, options.TimerHorizon, (key, late) =>
        {
            Metrics!.WokenLate(late);
            // A grain that has left memory left behind what its projection says; nobody else knows what it asked for.
            if (key.IsProjected) Around!.Post(key.Grain, Activation.ProjectedWakeUp);
            else if (_activations.ContainsKey(key.Grain)) Post(key.Grain, Activation.AskedWakeUp);
        });
        Around = new Alone(this);
        Resting = new RestingGrains(options.RestingMax);
        Workers = new WorkerPool(this, worker);
        Watchers = new Watchers(Log);
        _scans = new HostScans(this);
        Metrics = new HostMetrics(this);
    }

    /// <inheritdoc/>
    public TimeProvider Time { get; }

    /// <summary>Grains in memory.</summary>
    public int ActivationCount => _activations.Count;

    /// <summary>Activations since the start.</summary>
    public long ActivationsTotal => Interlocked.Read(ref _activated);

    /// <summary>What lies around; set before the host is started.</summary>
    internal ISurroundings Around { get; set; }

    internal HostRuntime Runtime { get; }

    internal IJournalStore Store { get; }

    internal IGrainFactory Factory { get; }

    internal EmbeddedHostOptions Options { get; }

    internal HostLog Log { get; }

    internal WakeUps WakeUps { get; }

    internal TurnBatchPool Batches { get; } = new();

    internal RestingGrains Resting { get; }

    internal WorkerPool Workers { get; }

    internal Watchers Watchers { get; }

    internal HostMetrics Metrics { get; }

    internal int AppendsInFlight => Volatile.Read(ref _appends);

    /// <summary>Whether of all turns and appends there is only the one that asks.</summary>
    internal bool IsLone => Volatile.Read(ref _busy) == 1;

    internal ClosedGrains Closed { get; } = new();

    internal bool IsClosed => _isClosed;

    /// <summary>Is told, once, that the store takes no more appends in this process.</summary>
    internal Action<StoreStoppedException>? OnStoreStopped { get; set; }

    /// <summary>What callers are told since the store takes no more appends in this process; null: it does.</summary>
    internal StoreStoppedException? StoreStopped => Volatile.Read(ref _storeStopped);

    internal IEnumerable<Activation> Activations => _activations.Select(a => a.Value);

    /// <summary>
    /// Begins to take up what is unfinished (oldest first, in the background, a bounded number at once), and to watch
    /// over timers and idle grains.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken) => _scans.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<GrainReply> CallAsync<TReply>(
        GrainKey to, GrainRequest<TReply> request, CancellationToken cancellationToken = default)
        where TReply : GrainReply => CallHereAsync(to, request, cancellationToken);

    /// <summary>As <see cref="CallAsync"/>, for a request whose type is known at run time only.</summary>
    internal ValueTask<GrainReply> CallHereAsync(
        GrainKey to, GrainMessage request, CancellationToken cancellationToken, bool runHere = true)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (_isDraining) throw Stopped();
        var call = new PendingCall();
        var reply = call.Start(cancellationToken);
        if (!Send(to, new Envelope(request, call), runHere))
        {
            call.Fail(new OverloadedException(
                $"{Options.MailboxMax} messages wait for grain '{to}' already; try again later"));
        }

        return reply;
    }

    /// <inheritdoc/>
    public void Post(GrainKey to, GrainMessage message)
    {
        if (!Send(to, new Envelope(message, null), runHere: false)) Log.MailboxFull(to, message.GetType().Name);
    }

    /// <summary>
    /// Calls back after each durable append of one journal, with the sequence of its last event. Must be quick. At most
    /// 100,000 at once.
    /// </summary>
    /// <exception cref="OverloadedException">There are as many as may be.</exception>
    public IAsyncDisposable Subscribe(GrainKey key, Action<long> grown) => Watchers.Add(key, grown);

    /// <summary>
    /// Waits for a place in the first queue of a queued pipeline: back-pressure that reaches the caller. The place is
    /// used up by the first stage of the invocation that starts, or given back with
    /// <see cref="IClientHost.CancelAdmission"/>.
    /// </summary>
    /// <returns>False if none came within <see cref="EmbeddedHostOptions.AdmissionTimeout"/>.</returns>
    ValueTask<bool> IClientHost.AdmitAsync(
        InvocationId invocation, int capacity, CancellationToken cancellationToken) =>
        Workers.Stages.AdmitAsync(invocation, capacity, Options.AdmissionTimeout, cancellationToken);

    void IClientHost.CancelAdmission(InvocationId invocation) => Workers.Stages.CancelAdmission(invocation);

    /// <summary>
    /// Lets attempts that run end within a time, then signals their tokens; takes no more calls, which attempts may
    /// have made until then; waits for turns and appends that are on their way; then lets go of all grains, whose
    /// callers get <see cref="UnavailableException"/>.
    /// What is unfinished stays in the journals. Idempotent.
    /// </summary>
    /// <param name="patience">How long attempts may run on. The rest has 5 seconds, or as long if that is more.</param>
    /// <param name="cancellationToken">Ends the patience.</param>
    public Task StopAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        StopAsync(patience, static () => { }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero, CancellationToken.None);

    /// <summary>As the other one; says when no attempt runs any more that may call the engine.</summary>
    internal Task StopAsync(TimeSpan patience, Action workHasEnded, CancellationToken cancellationToken)
    {
        lock (_stopLock) return _stopped ??= StopOnceAsync(patience, workHasEnded, cancellationToken);
    }

    internal void Begins() => Interlocked.Increment(ref _busy);

    internal void Ends()
    {
        if (Interlocked.Decrement(ref _busy) == 0) NoteQuiet();
    }

    /// <summary>The outcome of an attempt is on its way to its grain.</summary>
    internal void OutcomeBegins() => Interlocked.Increment(ref _outcomes);

    /// <summary>It has been received.</summary>
    internal void OutcomeEnds()
    {
        if (Interlocked.Decrement(ref _outcomes) == 0) NoteQuiet();
    }

    /// <summary>As <see cref="Post"/>, running the grain on this thread if nobody runs it.</summary>
    internal void Deliver(GrainKey to, GrainMessage message)
    {
        if (!Send(to, new Envelope(message, null), runHere: true)) Log.MailboxFull(to, message.GetType().Name);
    }

    /// <summary>Takes up again what is unfinished and kept by this silo: another one has gone.</summary>
    internal void ResumeAgain() => _scans.ResumeAgain();

    /// <summary>Lets a grain leave memory as soon as what it has received is written.</summary>
    /// <returns>Ends when it has left; whether it was here.</returns>
    internal async Task<bool> MoveAwayAsync(GrainKey key)
    {
        if (!_activations.TryGetValue(key, out var activation)) return false;
        await activation.MoveAwayAsync();
        return true;
    }

    /// <summary>Lets grains that are done leave memory, though somebody may ask after them again and again.</summary>
    internal void ForgetEnded()
    {
        foreach (var activation in Activations.Where(a => a.IsResting)) activation.AskToLeave();
    }

    internal void Remove(Activation activation) =>
        _activations.TryRemove(KeyValuePair.Create(activation.Key, activation));

    internal void CountActivation()
    {
        Interlocked.Increment(ref _activated);
        Metrics.Activated();
    }

    /// <summary>
    /// Once the store has stopped for good, tells whoever waits for something that can't happen any more.
    /// </summary>
    /// <param name="why">The append that failed; null: nobody knows.</param>
    internal void CheckStore(Exception? why = null)
    {
        if (Store.Health != StoreHealth.Stopped || StoreStopped is not null) return;
        var stopped = why as StoreStoppedException ?? new StoreStoppedException(
            $"the store takes no more appends in this process{(why is null ? "" : $" ({why.Message})")}; what was " +
            "acknowledged is safe: restart the process once the cause is gone", why);
        if (Interlocked.CompareExchange(ref _storeStopped, stopped, null) is not null) return;
        Log.StoreStopped(stopped);
        OnStoreStopped?.Invoke(stopped);
        foreach (var activation in Activations) activation.Schedule(runHere: false);
        Watchers.TellAll();
    }

    internal void AppendBegins()
    {
        Interlocked.Increment(ref _appends);
        Begins();
    }

    internal void AppendEnds()
    {
        Interlocked.Decrement(ref _appends);
        Ends();
    }

    private async Task StopOnceAsync(TimeSpan patience, Action workHasEnded, CancellationToken cancellationToken)
    {
        _scans.Dispose();
        WakeUps.Dispose();
        await Workers.StopAsync(patience, cancellationToken);
        workHasEnded();
        _isDraining = true;
        NoteQuiet();
        try
        {
            var most = patience > DrainMin ? patience : DrainMin;
            await _quiet.Task.InPlace().WaitAsync(most, Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            Log.DrainTimedOut(Volatile.Read(ref _appends));
        }

        _isClosed = true;
        Metrics.Dispose();
        foreach (var activation in Activations) activation.AskToLeave();
        // Nothing grows any more: who follows a journal looks again, and is told that the silo has stopped.
        Watchers.TellAll();
    }

    private void NoteQuiet()
    {
        if (_isDraining && Volatile.Read(ref _busy) == 0 && Volatile.Read(ref _outcomes) == 0) _quiet.TrySetResult();
    }

    private bool Send(GrainKey to, Envelope envelope, bool runHere)
    {
        while (true)
        {
            if (_isClosed || Closed.Find(to) is not null)
            {
                envelope.Call?.Fail((Exception?)Closed.Find(to) ?? Stopped());
                return true;
            }

            if (!_activations.TryGetValue(to, out var activation))
                activation = _activations.GetOrAdd(to, static (key, host) => new Activation(host, key), this);
            if (activation.TryEnqueue(envelope, runHere) is { } taken) return taken;
            // It is leaving memory; as soon as it has left the dictionary a new one takes its place.
            Remove(activation);
        }
    }

    private static UnavailableException Stopped() => new("the silo is stopping; what it acknowledged is safe");
}
