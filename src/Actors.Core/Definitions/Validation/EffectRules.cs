using Actors.Definitions;

namespace Actors.Core.Definitions.Validation;

/// <summary>What a step itself says of retries, beside the defaults of its process.</summary>
/// <param name="Attempts">Whether it says how many attempts there are.</param>
/// <param name="On">Whether it says which failures are retried.</param>
internal readonly record struct StatedRetry(bool Attempts, bool On);

/// <summary>
/// What a step says has an effect on it. A delay, a wait and a child are no work: no worker takes them, and they are
/// never tried again; what is said of attempts is then said of their undo, if they have one.
/// </summary>
internal static class EffectRules
{
    public static void Check(MapCheck check, int i)
    {
        var step = check.Map.Steps[i];
        if (step is { Detached: true, Action: StepAction.Wait })
        {
            check.Add("detached-wait", i, ["detached"],
                "waits for a signal, but is detached: when the process has completed no signal reaches it, and " +
                "what comes after it never runs; remove 'detached', or wait in a process of its own, started by " +
                "a detached 'child'");
        }

        if (NoWork(step.Action) is not { } kind) return;
        if (step.Limit is not null)
        {
            check.Add("limit-without-effect", i, ["limit"],
                $"has a limit, but {kind} takes no worker, and as many run as begin; remove it" + OtherLimit(step));
        }

        if (step is { Permanent.IsEmpty: false, Undo: null })
        {
            check.Add("permanent-without-effect", i, ["permanent"],
                $"says which failures are permanent, but {kind} is never tried again, whatever they are; " +
                "remove 'permanent'");
        }

        CheckTimeout(check, i, step, kind);
    }

    /// <summary>
    /// Checks what steps say of retries. Apart from the other rules because a map does not keep who said it: the step,
    /// or the defaults of the process, which are for all steps that they mean something to.
    /// </summary>
    public static void CheckRetries(MapCheck check, Func<int, StatedRetry?> stated)
    {
        for (var i = 0; i < check.Map.Steps.Length; i++)
        {
            var step = check.Map.Steps[i];
            // One attempt is what there is.
            if (step.Retry.AttemptsMax == 1 || NoWork(step.Action) is not { } kind) continue;
            if (stated(i) is not { } said) continue;
            if (step.Undo is null)
            {
                check.Add("retry-without-effect", i, ["retry"],
                    $"has a retry, but {kind} is never tried again; remove it" + OtherRetry(step.Action));
            }
            else if (said.Attempts || said.On)
            {
                check.Add("retry-without-effect", i, ["retry", said.Attempts ? "attempts" : "on"],
                    $"says how often it is tried, but {kind} is never tried again, and its undo is until it gets a " +
                    "definite answer; leave out 'attempts' and 'on'" + OtherRetry(step.Action));
            }
        }
    }

    private static void CheckTimeout(MapCheck check, int i, Step step, string kind)
    {
        if (step.Action is StepAction.Delay)
        {
            if (step.Timeout is { Attempt: null, Step: null }) return;
            check.Add("timeout-without-effect", i, ["timeout"],
                "has a timeout, but a delay ends when its time is over; remove it, or shorten the delay");
        }
        else if (step is { Timeout: { Attempt: not null, Step: { } whole }, Undo: null })
        {
            check.Add("timeout-without-effect", i, ["timeout", "attempt"],
                $"has a timeout for an attempt beside one for the step, but {kind} has one attempt, and the step's " +
                "is the one that counts; write that alone",
                MapRules.IsDuration(whole) ? Durations.Format(whole) : null);
        }
    }

    // Null: workers do it.
    private static string? NoWork(StepAction action) => action switch
    {
        StepAction.Delay => "a delay",
        StepAction.Wait => "a wait",
        StepAction.Child => "a child",
        _ => null,
    };

    private static string OtherLimit(Step step)
    {
        if (step.Action is not StepAction.Child child) return "";
        var items = step.Each is null ? "" : ", say with 'parallel' how many items run at once";
        return $"{items}, or limit the steps of process '{child.Process}'";
    }

    private static string OtherRetry(StepAction action) => action switch
    {
        StepAction.Child child => $", and retry the steps of process '{child.Process}'",
        StepAction.Wait => ", or raise its 'timeout'",
        _ => "",
    };
}
