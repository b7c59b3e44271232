using System.Diagnostics;
using Actors.Grains.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Actors.Grains.Steps;

/// <summary>
/// Runs attempts of steps in this process. The attempt begins on the caller's thread and goes on wherever its code
/// goes on; one that never awaits anything incomplete is over when <see cref="RunAsync"/> returns, without a timer or
/// another thread.
/// <para>The timeout runs from the call, or from the last heartbeat. When it has passed, or the caller cancels, the
/// attempt's token is signalled; code that has not ended <see cref="StepWorkerOptions.StopGrace"/> later is abandoned:
/// the outcome
/// <c>timeout</c> or <c>cancelled</c> (both transient) is given, and what the orphan still does is only logged. Code
/// that blocks the thread it was called on, instead of awaiting, can't be abandoned before it awaits or ends.</para>
/// <para>So it ends, too, when the time of its step as a whole is up, whatever its heartbeats. If it is up before the
/// attempt begins, that calls nothing and ends as <c>timeout</c>.</para>
/// <para>An attempt that is cancelled before it begins calls nothing and ends as <c>cancelled</c>. It is never
/// reported as
/// <see cref="StepOutcome.NotBegun"/>: only the caller knows whether the invocation or the silo's end is behind
/// it.</para>
/// <para>Bounds: the caller bounds how many attempts run; <see cref="Orphans"/> tells how many abandoned ones still
/// do.</para>
/// </summary>
public sealed partial class StepWorker : IWorker, IDisposable
{
    private readonly ILogger _logger;
    private readonly HttpExecutor _http;
    private readonly HandlerExecutor _handlers;
    private readonly StagesExecutor _stages;
    private readonly EntityExecutor _entities = new();
    private readonly EmitExecutor _emit = new();
    private readonly SimulateExecutor _simulate = new();
    private int _orphans;

    /// <summary>Creates a worker.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public StepWorker(StepWorkerOptions options, StepWorkerPorts ports)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(ports);
        options.Validate();
        Options = options;
        Ports = ports;
        _logger = ports.LoggerFactory.CreateLogger("Actors.Worker");
        StepLogger = ports.LoggerFactory.CreateLogger("Actors.Steps");
        Registered = ports.Services.GetService(typeof(IServiceProviderIsService)) as IServiceProviderIsService;
        _handlers = new HandlerExecutor(ports);
        _stages = new StagesExecutor(_handlers);
        _http = new HttpExecutor(options);
    }

    /// <summary>
    /// How many abandoned attempts have still not ended. A number that grows is a handler that never ends.
    /// </summary>
    public int Orphans => Volatile.Read(ref _orphans);

    internal StepWorkerOptions Options { get; }

    internal StepWorkerPorts Ports { get; }

    internal ILogger StepLogger { get; }

    internal IServiceProviderIsService? Registered { get; }

    /// <inheritdoc/>
    public ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        var attempt = new RunningAttempt(this, item, cancellationToken);
        if (cancellationToken.IsCancellationRequested)
            return new(OutcomeOf(attempt, Failure.Transient("cancelled", "the attempt was cancelled before it began")));
        if (attempt.IsTooLate) return new(OutcomeOf(attempt, item.TooLate().Failure!));

        var outer = StepTelemetry.Begin(attempt);
        ValueTask<StepResult> running;
        try
        {
            running = Execute(attempt);
        }
        catch (Exception e)
        {
            running = new(FailureRules.FromException(e, attempt));
        }
        finally
        {
            if (attempt.Activity is not null) Activity.Current = outer;
        }

        if (running.IsCompleted && attempt.Scope is null)
        {
            attempt.Disarm();
            return new(OutcomeOf(attempt, Take(running, attempt)));
        }

        var watched = attempt.WatchAsync();
        _ = DriveAsync(attempt, running);
        return new(watched);
    }

    /// <summary>Closes the pooled connections. Attempts still running may fail transiently.</summary>
    public void Dispose() => _http.Dispose();

    internal StepOutcome OutcomeOf(RunningAttempt attempt, StepResult result)
    {
        var item = attempt.Work;
        // What an undo gives is not recorded.
        if (item.Key.IsUndo && result.Failure is null) result = Payload.Null;
        if (result.Failure is null && result.Value.Bytes > Options.ResultBytesMax)
            result = TooLarge(result.Value.Bytes);
        if (result.Failure is not { } failure)
        {
            StepTelemetry.End(attempt, failure: null);
            return new StepOutcome(item.Key, result.Value, null) { StageResults = attempt.StageResults };
        }

        var isNoAnswer = FailureRules.IsNoAnswer(failure);
        var permanent = failure.IsPermanent ||
            FailureRules.IsDeclaredPermanent(failure, item) && !(isNoAnswer && item.Key.IsUndo);
        failure = failure with
        {
            Kind = permanent ? FailureKind.Permanent : FailureKind.Transient,
            MayHaveHappened = permanent && (failure.MayHaveHappened || isNoAnswer),
            Step = FailureRules.StepText(attempt.CurrentStep, item.Key.Item),
            Attempt = item.Key.Attempt,
        };
        StepTelemetry.End(attempt, failure);
        return new StepOutcome(item.Key, null, failure)
        {
            RetryAfter = permanent ? null : result.RetryAfter,
            StageResults = attempt.StageResults,
        };
    }

    internal Failure TooLarge(int bytes) => FailureRules.AfterTheEffect(
        "result-too-large",
        $"the result has {bytes} bytes; at most {Options.ResultBytesMax} are recorded: keep the data elsewhere and " +
        $"return a reference to it, or raise {nameof(StepWorkerOptions.ResultBytesMax)}");

    internal void BeginOrphan() => Interlocked.Increment(ref _orphans);

    internal void EndOrphan() => Interlocked.Decrement(ref _orphans);

    private ValueTask<StepResult> Execute(RunningAttempt attempt) => attempt.Work.Action switch
    {
        WorkAction.Handler => _handlers.ExecuteAsync(attempt),
        WorkAction.Stages => _stages.ExecuteAsync(attempt),
        WorkAction.Http => _http.ExecuteAsync(attempt),
        WorkAction.Entity => _entities.ExecuteAsync(attempt),
        WorkAction.Emit => _emit.ExecuteAsync(attempt),
        WorkAction.Simulate => _simulate.ExecuteAsync(attempt),
        var unknown => new(Failure.Permanent(
            "unknown-action", $"this silo does not know how to do a {unknown.GetType().Name}; a newer one may")),
    };

    private static StepResult Take(ValueTask<StepResult> ended, RunningAttempt attempt)
    {
        try
        {
            return ended.GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            return FailureRules.FromException(e, attempt);
        }
    }

    private async Task DriveAsync(RunningAttempt attempt, ValueTask<StepResult> running)
    {
        StepResult result;
        Exception? late = null;
        try
        {
            result = await running;
        }
        catch (Exception e)
        {
            late = e;
            result = FailureRules.FromException(e, attempt);
        }

        await DisposeScopeAsync(attempt);
        if (attempt.TryComplete(OutcomeOf(attempt, result))) return;
        EndOrphan();
        LogOrphanEnded(attempt.InvocationId, attempt.Step, attempt.Attempt, late);
    }

    private async ValueTask DisposeScopeAsync(RunningAttempt attempt)
    {
        if (attempt.Scope is not { } scope) return;
        try
        {
            await scope.DisposeAsync();
        }
        catch (Exception e)
        {
            LogScopeNotDisposed(attempt.InvocationId, attempt.Step, attempt.Attempt, e);
        }
    }
}
