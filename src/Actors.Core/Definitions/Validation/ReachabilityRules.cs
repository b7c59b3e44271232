using Actors.Definitions;

namespace Actors.Core.Definitions.Validation;

/// <summary>
/// Steps that can never run, by the rules of skipping: a condition that looks at nothing and is false; the result of
/// a step that never runs; a join for which too many dependencies never run.
/// </summary>
internal static class ReachabilityRules
{
    public static void Check(MapCheck check)
    {
        var steps = check.Map.Steps;
        var never = new bool[steps.Length];
        var any = false;
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].When is not { } when || !Expressions.IsAlwaysFalse(when)) continue;
            any = never[i] = true;
            check.Add("unreachable-step", i, ["when"],
                $"can never run: its condition '{when}' looks at nothing and is false; correct it, or remove the step");
        }

        if (!any) return;
        foreach (var i in check.Order)
        {
            if (never[i] || Reason(check, i, never) is not { } reason) continue;
            never[i] = true;
            check.Add("unreachable-step", i, ["after"], $"can never run: {reason}; correct that, or remove the step");
        }
    }

    private static string? Reason(MapCheck check, int i, bool[] never)
    {
        var step = check.Map.Steps[i];
        foreach (var name in StepReferences.ResultsUsed(step))
        {
            if (check.Index.TryGetValue(name, out var used) && never[used])
                return $"it needs the result of '{name}', which never runs";
        }

        var needed = step.Join switch
        {
            JoinPolicy.Any => 1,
            JoinPolicy.Quorum quorum => quorum.Count,
            JoinPolicy.Deadline deadline => deadline.AtLeast,
            _ => 0,
        };
        if (needed == 0) return null;
        var left = check.Dependencies[i].Count(d => !never[d]);
        var isJoinOfItems = check.Dependencies[i] is [var only] && check.Map.Steps[only].Each is not null;
        // Items are not counted yet; and a join that asks for more than there is breaks a rule of its own.
        if (isJoinOfItems ? left > 0 : needed > check.Dependencies[i].Length) return null;
        return left < needed ? $"it waits for {needed} of its dependencies, of which only {left} ever run" : null;
    }
}
