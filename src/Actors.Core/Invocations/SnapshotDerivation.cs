using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>
/// Rebuilds what a snapshot leaves out: queues, timers, counts of items. Looking at a step twice changes nothing.
/// </summary>
internal static class SnapshotDerivation
{
    public static void Derive(InvocationState state)
    {
        state.IsSweepDue = state.Phase == InvocationPhase.Stopping && state.StopsSiblings;
        for (var i = 0; i < state.Steps.Length; i++)
        {
            var compiled = state.Process.Steps[i];
            var step = state.Steps[i];
            if (step is { Status: StepStatus.Pending, JoinDue: { } due })
                InvocationFold.Arm(state, TimerKind.Join, i, -1, due);
            DeriveOne(state, compiled, step, -1);
            if (step.Map is { } map) DeriveMap(state, compiled, step, map);
            if (!step.IsSettled) state.Frontier.Enqueue(i);
        }
    }

    private static void DeriveMap(InvocationState state, CompiledStep compiled, StepState step, MapState map)
    {
        for (var i = 0; i < map.Items.Length; i++)
        {
            if (map.Items[i].Status == StepStatus.Succeeded) map.Succeeded++;
            else if (map.Items[i].IsSettled) map.Failed++;
            DeriveOne(state, compiled, map.Items[i], i);
        }

        if (map.IsDone) step.Result = StepFold.ResultOf(map);
    }

    private static void DeriveOne(InvocationState state, CompiledStep compiled, StepState step, int item)
    {
        var reference = new StepRef(compiled.Name, item);
        if (step.Status == StepStatus.Waiting)
        {
            InvocationFold.Arm(state, TimerKind.Step, compiled.Position, item, step.Due);
            if (compiled.Action.Declared is StepAction.Wait wait) StepFold.Wait(state, wait.Signal, reference);
        }

        if (step.Undo == StepStatus.Waiting)
            InvocationFold.Arm(state, TimerKind.Undo, compiled.Position, item, step.Due);
        if (step is { IsUndoQueued: true, Undo: StepStatus.Pending }) state.UndoReady.Enqueue(reference);
    }
}
