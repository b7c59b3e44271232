using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>What a join says of a step that is still pending.</summary>
internal enum JoinVerdict
{
    Wait = 1,
    Go = 2,
    Skip = 3,
    Fail = 4,
}

/// <summary>
/// When the dependencies of a step count as met. Where a step has one dependency only, and that is mapped, joins
/// other than <c>all</c> count its items.
/// </summary>
internal static class JoinRules
{
    public static JoinVerdict Judge(InvocationState state, CompiledStep compiled, StepState step)
    {
        if (compiled.Dependencies.IsEmpty) return JoinVerdict.Go;
        if (IsUncounted(state, compiled)) return JoinVerdict.Wait;
        var (succeeded, skipped, failed, total) = Count(state, compiled, step);
        var open = total - succeeded - skipped - failed;
        return compiled.Step.Join switch
        {
            JoinPolicy.All => open > 0 ? JoinVerdict.Wait : failed > 0 ? JoinVerdict.Skip : JoinVerdict.Go,
            JoinPolicy.Any => AtLeast(1, succeeded, failed, open),
            JoinPolicy.Quorum quorum => AtLeast(quorum.Count, succeeded, failed, open),
            JoinPolicy.Deadline deadline => Deadline(deadline, step, succeeded, failed, open),
            _ => throw new InvalidOperationException($"unknown join {compiled.Step.Join}"),
        };
    }

    /// <summary>How many of how many it counts have succeeded.</summary>
    public static (int Succeeded, int Total) Progress(InvocationState state, CompiledStep compiled, StepState step)
    {
        var (succeeded, _, _, total) = Count(state, compiled, step);
        return (succeeded, total);
    }

    /// <summary>Whether it counts the items of a dependency of which nobody knows yet how many it has.</summary>
    private static bool IsUncounted(InvocationState state, CompiledStep compiled) =>
        CountsItems(state, compiled) && state.Steps[compiled.Dependencies[0]] is { Map: null, IsSettled: false };

    private static bool CountsItems(InvocationState state, CompiledStep compiled) =>
        compiled.Dependencies.Length == 1 && compiled.Step.Join is not JoinPolicy.All &&
        state.Process.Steps[compiled.Dependencies[0]].Each is not null;

    private static JoinVerdict AtLeast(int needed, int succeeded, int failed, int open)
    {
        if (succeeded >= needed) return JoinVerdict.Go;
        if (succeeded + open >= needed) return JoinVerdict.Wait;
        return failed > 0 ? JoinVerdict.Fail : JoinVerdict.Skip;
    }

    private static JoinVerdict Deadline(JoinPolicy.Deadline join, StepState step, int succeeded, int failed, int open)
    {
        if (succeeded + open < join.AtLeast) return failed > 0 ? JoinVerdict.Fail : JoinVerdict.Skip;
        if (open > 0 && !step.IsJoinReleased) return JoinVerdict.Wait;
        return succeeded >= join.AtLeast ? JoinVerdict.Go : JoinVerdict.Fail;
    }

    private static (int Succeeded, int Skipped, int Failed, int Total) Count(
        InvocationState state, CompiledStep compiled, StepState step)
    {
        if (CountsItems(state, compiled) && state.Steps[compiled.Dependencies[0]].Map is { } map)
            return (map.Succeeded, 0, map.Failed, map.Items.Length);
        return (step.DependenciesSucceeded, step.DependenciesSkipped, step.DependenciesFailed,
            compiled.Dependencies.Length);
    }
}
