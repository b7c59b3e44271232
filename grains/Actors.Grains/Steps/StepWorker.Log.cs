using Actors.Grains.Work;
using Microsoft.Extensions.Logging;

namespace Actors.Grains.Steps;

/// <summary>What the worker logs.</summary>
public sealed partial class StepWorker
{
    internal void OnAbandoned(RunningAttempt attempt) =>
        LogAbandoned(attempt.InvocationId, attempt.Step, attempt.Attempt, attempt.Reason, Options.StopGrace, Orphans);

    /// <summary>Awaits the signalling of a token: what its callbacks throw is the handler's, and ends here.</summary>
    internal async Task ObserveAsync(Task signalling, WorkItem item)
    {
        try
        {
            await signalling;
        }
        catch (Exception e)
        {
            LogCallbackFailed(item.Key.Invocation, item.Key.Step, item.Key.Attempt, e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Step {Step} of {Invocation}, attempt {Attempt}, was told to stop ({Reason}) and did not within {Grace}; it " +
        "is abandoned, {Orphans} such attempts still run. Its code must observe StepContext.CancellationToken.")]
    private partial void LogAbandoned(
        InvocationId invocation, string step, int attempt, StopReason reason, TimeSpan grace, int orphans);

    [LoggerMessage(2, LogLevel.Warning,
        "Step {Step} of {Invocation}, attempt {Attempt}, ended after it had been abandoned; its answer is dropped.")]
    private partial void LogOrphanEnded(InvocationId invocation, string step, int attempt, Exception? exception);

    [LoggerMessage(3, LogLevel.Warning,
        "Step {Step} of {Invocation}, attempt {Attempt}: its service scope failed to dispose; the outcome stands.")]
    private partial void LogScopeNotDisposed(InvocationId invocation, string step, int attempt, Exception exception);

    [LoggerMessage(4, LogLevel.Warning,
        "Step {Step} of {Invocation}, attempt {Attempt}: a callback on its cancellation token threw.")]
    private partial void LogCallbackFailed(InvocationId invocation, string step, int attempt, Exception exception);
}
