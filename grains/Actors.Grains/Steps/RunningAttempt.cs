using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Actors.Grains.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Actors.Grains.Steps;

/// <summary>Why an attempt was told to stop.</summary>
internal enum StopReason
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>Its timeout has passed without a heartbeat.</summary>
    Timeout = 1,

    /// <summary>The invocation wants it stopped, or the silo stops.</summary>
    Cancelled = 2,

    /// <summary>The time of its step as a whole is up.</summary>
    StepTimeout = 3,
}

/// <summary>
/// One attempt at work: the context its code sees, and the clock that ends it. Everything that costs something (token,
/// timer, scope, logger) comes into being when it is first asked for; an attempt that ends before it has awaited
/// anything has none of them.
/// </summary>
internal sealed class RunningAttempt : StepContext
{
    // Timers take at most 49 days, and heartbeats make several goes of a long wait anyway.
    private static readonly TimeSpan TimerMax = TimeSpan.FromDays(1);

    private readonly StepWorker _worker;
    private readonly CancellationToken _outer;
    private readonly StepTime? _stepTime;
    private CancellationTokenSource? _stop;
    private ITimer? _timer;
    private CancellationTokenRegistration _registration;
    private TaskCompletionSource<StepOutcome>? _outcome;
    private ILogger? _logger;
    private AsyncServiceScope? _scope;
    private long _aliveAt;
    private Payload[] _stageResults = [];
    private int _stagesDone;
    private int _armed;
    private int _reason;

    public RunningAttempt(StepWorker worker, WorkItem item, CancellationToken outer)
    {
        _worker = worker;
        _outer = outer;
        Work = item;
        _aliveAt = Ports.Time.GetTimestamp();
        _stepTime = item.StepTime?.Now(Ports.Time);
    }

    public WorkItem Work { get; }

    public StepWorkerPorts Ports => _worker.Ports;

    public StepWorkerOptions Options => _worker.Options;

    /// <summary>The span of this attempt; null: nobody listens.</summary>
    public Activity? Activity { get; set; }

    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);

    /// <summary>Whether the step's time is up.</summary>
    public bool IsTooLate => StepRest() <= TimeSpan.Zero;

    /// <summary>The scope, if one was made.</summary>
    public AsyncServiceScope? Scope => _scope;

    /// <summary>
    /// Results of the stages that are done, of a run of several; read also by the clock, while the code goes on.
    /// </summary>
    public ImmutableArray<Payload> StageResults => Volatile.Read(ref _stagesDone) switch
    {
        0 => [],
        var done when done == _stageResults.Length => ImmutableCollectionsMarshal.AsImmutableArray(_stageResults),
        var done => [.. _stageResults.AsSpan(0, done)],
    };

    /// <summary>The step it is at: its own or, in a run of several stages, the one that is not done yet.</summary>
    public string CurrentStep =>
        Work.Action is WorkAction.Stages { Run: var run } && _stagesDone < run.Length ? run[_stagesDone].Step : Step;

    public override InvocationId InvocationId => Work.Key.Invocation;

    public override string Step => Work.Key.Step;

    public override int? Item => Work.Key.Item < 0 ? null : Work.Key.Item;

    public override int Attempt => Work.Key.Attempt;

    public override bool IsUndo => Work.Key.IsUndo;

    public override string IdempotencyKey => Work.IdempotencyKey;

    public override string CorrelationId => Work.CorrelationId;

    public override ILogger Logger => _logger ??= LoggerFor(Step, Attempt);

    public override IServiceProvider Services
    {
        get
        {
            if (_scope is null && Ports.Services.GetService<IServiceScopeFactory>() is { } factory)
                _scope = factory.CreateAsyncScope();
            return _scope?.ServiceProvider ?? Ports.Services;
        }
    }

    public override CancellationToken CancellationToken
    {
        get
        {
            if (_stop is { } existing) return existing.Token;
            var stop = Interlocked.CompareExchange(ref _stop, new CancellationTokenSource(), null) ?? _stop;
            Arm();
            // Either this sees the reason, or Stop, which sets the reason first, sees the source.
            if (Reason != StopReason.None) stop.Cancel();
            return stop.Token;
        }
    }

    public override void Heartbeat() => Volatile.Write(ref _aliveAt, Ports.Time.GetTimestamp());

    /// <summary>A logger for a part of this attempt that goes by a name of its own.</summary>
    public ILogger LoggerFor(string step, int attempt) => new AttemptLogger(_worker.StepLogger, Work, step, attempt);

    /// <summary>Whether the service provider knows a type itself, rather than how to make what it asks for.</summary>
    public bool IsRegistered(Type type) => _worker.Registered?.IsService(type) ?? false;

    /// <summary>The failure of a result beyond the bound.</summary>
    public Failure TooLarge(int bytes) => _worker.TooLarge(bytes);

    /// <summary>One more stage is done, of so many whose results are told.</summary>
    public void AddStageResult(Payload result, int stages)
    {
        if (_stagesDone == 0) _stageResults = new Payload[stages];
        _stageResults[_stagesDone] = result;
        Volatile.Write(ref _stagesDone, _stagesDone + 1);
    }

    /// <summary>
    /// Starts the clock, and gives the outcome, which comes from the code or, failing that, from the clock.
    /// </summary>
    public Task<StepOutcome> WatchAsync()
    {
        _outcome = new TaskCompletionSource<StepOutcome>();
        Arm();
        // Code that blocked its thread beyond its time before it first awaited: nobody could be told then.
        if (Reason != StopReason.None) SetTimer(Options.StopGrace);
        return _outcome.Task;
    }

    /// <summary>The code has ended. False: too late, the outcome was given without it.</summary>
    public bool TryComplete(StepOutcome outcome) => End(outcome);

    /// <summary>Stops the clock of an attempt that nobody watches.</summary>
    public void Disarm()
    {
        if (Interlocked.Exchange(ref _armed, 1) == 0) return;
        _timer?.Dispose();
        _registration.Unregister();
    }

    private void Arm()
    {
        if (Interlocked.Exchange(ref _armed, 1) == 1) return;
        _timer = Ports.Time.CreateTimer(
            static state => ((RunningAttempt)state!).OnTimer(), this,
            Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        SetTimer(Rest());
        if (_outer.CanBeCanceled)
        {
            _registration = _outer.UnsafeRegister(
                static state => ((RunningAttempt)state!).Stop(StopReason.Cancelled), this);
        }
    }

    private void OnTimer()
    {
        if (Reason != StopReason.None)
        {
            Abandon();
            return;
        }

        var rest = Rest();
        if (rest > TimeSpan.Zero) SetTimer(rest);
        else Stop(IsTooLate ? StopReason.StepTimeout : StopReason.Timeout);
    }

    private void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, 0) != 0) return;
        // Asynchronously: the code's continuations must not run on the thread of whoever cancels, nor throw into it.
        if (_stop is { } stop) _ = _worker.ObserveAsync(Ports.Cancel(stop), Work);
        SetTimer(Options.StopGrace);
    }

    private void Abandon()
    {
        if (_outcome is null) return;
        _worker.BeginOrphan();
        if (End(_worker.OutcomeOf(this, FailureRules.Stopped(this, cause: null)))) _worker.OnAbandoned(this);
        else _worker.EndOrphan();
    }

    private bool End(StepOutcome outcome)
    {
        // First, since whoever waits for the outcome goes on within TrySetResult.
        Disarm();
        return _outcome!.TrySetResult(outcome);
    }

    private TimeSpan Rest()
    {
        var attempt = Work.Timeout == Timeout.InfiniteTimeSpan
            ? TimerMax
            : Work.Timeout - Ports.Time.GetElapsedTime(Volatile.Read(ref _aliveAt));
        var step = StepRest();
        return step < attempt ? step : attempt;
    }

    private TimeSpan StepRest() => _stepTime?.LeftNow(Ports.Time) ?? TimerMax;

    private void SetTimer(TimeSpan due)
    {
        // Timers count whole milliseconds and round down: up, lest the last one is spent going round.
        var milliseconds = Math.Ceiling(Math.Clamp(due.TotalMilliseconds, 0, TimerMax.TotalMilliseconds));
        _timer!.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
