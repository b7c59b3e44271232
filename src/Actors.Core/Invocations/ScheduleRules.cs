using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>How the first attempt of a step or an item is scheduled, by what it does.</summary>
internal static class ScheduleRules
{
    /// <exception cref="TerminalException">A path or placeholder it needs now gives nothing.</exception>
    public static void Add(
        InvocationState state, CompiledStep compiled, int item, long at, List<InvocationEvent> events)
    {
        var step = new StepRef(compiled.Name, item);
        var whole = state.Steps[compiled.Position];
        var attempt = (item < 0 ? whole : whole.Map!.Items[item]).Attempts + 1;
        switch (compiled.Action.Declared)
        {
            case StepAction.Delay:
                var due = at + DelayOf(state, compiled, item);
                events.Add(new InvocationEvent.StepScheduled(step, at, attempt, Due: due));
                break;
            case StepAction.Wait wait:
                events.Add(new InvocationEvent.StepScheduled(step, at, attempt, Due: GiveUp(compiled, at)));
                if (state.Signals.Any(s => s.Signal == wait.Signal))
                    events.Add(new InvocationEvent.SignalTaken(step, at, wait.Signal));
                break;
            case StepAction.Child:
                events.Add(new InvocationEvent.StepScheduled(step, at, attempt, Due: GiveUp(compiled, at)));
                break;
            default:
                events.Add(new InvocationEvent.StepScheduled(step, at, attempt));
                break;
        }
    }

    private static long? GiveUp(CompiledStep compiled, long at) =>
        (compiled.Step.Timeout.Step ?? compiled.Step.Timeout.Attempt) is { } timeout ? at + Micros.Of(timeout) : null;

    private static long DelayOf(InvocationState state, CompiledStep compiled, int item)
    {
        var text = compiled.Action.Id!.Evaluate(InvocationDocument.OfStep(state, compiled, item), null);
        return Durations.TryParse(text, out var delay) && delay >= TimeSpan.Zero
            ? Micros.Of(delay)
            : throw new TerminalException($"'{text}' is not a duration; write it as '10s', '2h' or 'PT10S'", "mapping");
    }
}
