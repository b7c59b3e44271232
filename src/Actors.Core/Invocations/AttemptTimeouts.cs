using Actors.Core.Processes;

namespace Actors.Core.Invocations;

/// <summary>How long a worker may take for one attempt.</summary>
public static class AttemptTimeouts
{
    /// <summary>
    /// The step's own timeout of an attempt, else that of the service it calls, else 1 minute; never more than the step
    /// has as a whole, which its compensation is not bound by.
    /// </summary>
    public static TimeSpan Of(CompiledProcess process, CompiledStep compiled, bool isUndo)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(compiled);
        var action = isUndo ? compiled.Undo! : compiled.Action;
        var service = action.Service is { } name ? process.Map.Services.GetValueOrDefault(name)?.Timeout : null;
        var attempt = compiled.Step.Timeout.Attempt ?? service ?? StepDefaults.AttemptTimeout;
        return !isUndo && compiled.Step.Timeout.Step is { } whole && whole < attempt ? whole : attempt;
    }
}
