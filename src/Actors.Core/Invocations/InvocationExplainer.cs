namespace Actors.Core.Invocations;

/// <summary>Says in words why an invocation stands where it stands.</summary>
public static class InvocationExplainer
{
    /// <summary>Most steps and items whose reasons are listed. Those of the invocation itself come on top.</summary>
    public const int ReasonsMax = 100;

    private const int NamesMax = 5;

    /// <summary>The explanation.</summary>
    /// <param name="state">An invocation that was started.</param>
    public static Explanation Explain(InvocationState state)
    {
        var (steps, total, names) = OfSteps(state);
        return new Explanation(
            state.Status,
            Summary(state, steps, total) + Appendix(state, names),
            [.. OfPause(state), .. OfReplacement(state), .. steps, .. OfDeadline(state)]);
    }

    private static (List<WaitReason> Steps, int Total, List<string> Names) OfSteps(InvocationState state)
    {
        var (reasons, total, names) = (new List<WaitReason>(), 0, new List<string>());
        for (var i = 0; i < state.Steps.Length; i++)
        {
            var compiled = state.Process.Steps[i];
            var before = total;
            Look(state.Steps[i], compiled.Name);
            var items = state.Steps[i].Map?.Items ?? [];
            for (var k = 0; k < items.Length; k++) Look(items[k], new StepRef(compiled.Name, k));
            if (total > before) names.Add(compiled.Name);

            void Look(StepState step, StepRef reference)
            {
                if (!StepReasons.Has(state, step)) return;
                total++;
                if (reasons.Count < ReasonsMax) reasons.Add(StepReasons.Of(state, compiled, step, reference));
            }
        }

        return (reasons, total, names);
    }

    private static string Summary(InvocationState state, List<WaitReason> steps, int total) => state.Phase switch
    {
        InvocationPhase.Ended when state.IsCompleted => "It has completed.",
        InvocationPhase.Ended when state.IsCancellation => $"It was cancelled: {Why(state)}.",
        InvocationPhase.Ended => $"It has failed: {Why(state)}.",
        InvocationPhase.Stopping when state.IsPaused =>
            $"It is paused while it stops ({Why(state)}): nothing is undone until it is resumed.",
        InvocationPhase.Stopping =>
            $"It is stopping ({Why(state)}): what still runs is awaited before compensation begins.",
        InvocationPhase.Compensating when state.IsPaused =>
            $"It is paused while it compensates ({Why(state)}): nothing more is undone until it is resumed.",
        InvocationPhase.Compensating => $"It is compensating ({Why(state)}).",
        _ when state.IsPaused => "It is paused: no further step is started until it is resumed.",
        _ when state.AttemptsOut == 1 => "It is running: 1 attempt is handed out to the workers.",
        _ when state.AttemptsOut > 1 => $"It is running: {state.AttemptsOut} attempts are handed out to the workers.",
        _ => total == 1 ? $"It waits for {steps[0].For}." : $"It waits for {total} things.",
    };

    /// <summary>What goes on besides, or comes next.</summary>
    private static string Appendix(InvocationState state, List<string> names)
    {
        if (state.Replacement is not null) return " A new run begins at its end.";
        if (state.Phase != InvocationPhase.Ended || names.Count == 0) return "";
        var more = names.Count > NamesMax ? $" and {names.Count - NamesMax} more" : "";
        return $" Detached steps go on: {string.Join(", ", names.Take(NamesMax))}{more}.";
    }

    private static string? Why(InvocationState state) => state.Failure?.Message.TrimEnd('.');

    private static IEnumerable<WaitReason> OfPause(InvocationState state)
    {
        if (!state.IsPaused) yield break;
        var since = StepReasons.At(state, state.PausedAt ?? 0);
        yield return new WaitReason(null, "a person to resume it", since, null, $"actors resume {state.Id}");
    }

    private static IEnumerable<WaitReason> OfReplacement(InvocationState state)
    {
        if (state.Replacement is not { } next) yield break;
        yield return new WaitReason(
            null, "its end, at which a new run begins", StepReasons.At(state, next.At), null,
            "the end of what still runs and is undone");
    }

    private static IEnumerable<WaitReason> OfDeadline(InvocationState state)
    {
        if (!state.CanBeStopped || state.DeadlineAt is not { } at) yield break;
        var length = state.Process.Map.Deadline!.Value;
        var due = StepReasons.At(state, at);
        yield return new WaitReason(
            null, "its end before the deadline", due - length, due, state.Phase == InvocationPhase.Running
                ? "its last step; at the deadline it fails and is compensated"
                : "the end of what still runs; at the deadline that is told to stop");
    }
}
