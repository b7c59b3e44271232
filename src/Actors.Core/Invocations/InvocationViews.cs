using System.Collections.Immutable;
using Actors.Core.Processes;

namespace Actors.Core.Invocations;

/// <summary>An invocation's state as people and programs outside see it.</summary>
public static class InvocationViews
{
    /// <summary>Items of a mapped step that a view lists one by one; of larger maps it has the counts only.</summary>
    public const int ItemsListedMax = 1000;

    /// <summary>The view.</summary>
    /// <param name="state">An invocation that was started.</param>
    /// <param name="now">For durations that go on.</param>
    public static InvocationView Of(InvocationState state, DateTimeOffset now)
    {
        var endedAt = Absolute(state, state.EndedAt);
        return new InvocationView
        {
            InvocationId = state.Id.Id,
            Tenant = state.Id.Tenant,
            Process = state.Id.Process,
            Version = state.Process.Map.Version,
            Definition = state.Process.Hash,
            Status = state.Status,
            Run = state.Run,
            CorrelationId = state.CorrelationId,
            Input = state.Input,
            Output = state.Output,
            Failure = state.Failure,
            StartedAt = state.StartedAt,
            EndedAt = endedAt,
            DurationMs = Math.Max(0, ((endedAt ?? now) - state.StartedAt).TotalMilliseconds),
            Sequence = state.Sequence,
            Steps = StepsOf(state),
        };
    }

    private static ImmutableArray<StepView> StepsOf(InvocationState state)
    {
        var views = ImmutableArray.CreateBuilder<StepView>(state.Steps.Length);
        for (var i = 0; i < state.Steps.Length; i++)
        {
            var compiled = state.Process.Steps[i];
            var step = state.Steps[i];
            views.Add(StepOf(state, compiled, step, compiled.Name));
            if (step.Map is not { Items.Length: <= ItemsListedMax } map) continue;
            for (var k = 0; k < map.Items.Length; k++)
                views.Add(StepOf(state, compiled, map.Items[k], new StepRef(compiled.Name, k)));
        }

        return views.ToImmutable();
    }

    private static StepView StepOf(
        InvocationState state, CompiledStep compiled, StepState step, StepRef reference)
    {
        var isOver = state.Phase == InvocationPhase.Ended && !state.IsCompleted;
        var tally = step.Map is { } map ? new MapTally(step, map, isOver) : null;
        var end = tally is null ? step.EndedAt : tally.EndedAt;
        return new StepView
        {
            Name = reference.ToString(),
            Status = tally?.Status ?? StatusOf(state, compiled, step),
            Attempts = tally?.Attempts ?? step.Attempts,
            StartedAt = Absolute(state, step.ScheduledAt),
            EndedAt = Absolute(state, end),
            DurationMs = (end - step.ScheduledAt) / 1000.0,
            Result = step.Status == StepStatus.Succeeded && tally is null ? step.Result : null,
            Failure = tally is null ? step.UndoFailure ?? step.Failure : tally.Failure,
            Items = tally?.Counts,
        };
    }

    private static StepStatus StatusOf(InvocationState state, CompiledStep compiled, StepState step) => step.Undo switch
    {
        StepStatus.Running or StepStatus.Waiting => StepStatus.Undoing,
        StepStatus.Succeeded => StepStatus.Undone,
        StepStatus.Failed => StepStatus.UndoFailed,
        _ when step.IsUndoQueued => StepStatus.Undoing,
        // Of a run that has ended, only detached steps of a completed one can still begin.
        _ when step.Status == StepStatus.Pending && state.Phase == InvocationPhase.Ended &&
            !(compiled.Step.Detached && state.IsCompleted) => StepStatus.Cancelled,
        _ => step.Status,
    };

    private static DateTimeOffset? Absolute(InvocationState state, long? micros) =>
        micros is { } m ? state.StartedAt + Micros.ToSpan(m) : null;
}
