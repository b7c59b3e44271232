using Actors.Definitions;

namespace Actors.Core.Definitions.Validation;

/// <summary>What holds for pipelines only, and what only pipelines may say.</summary>
internal static class PipelineRules
{
    private const int CapacityMax = 100_000;

    public static void Check(MapCheck check)
    {
        if (check.Map.Model != ProcessModel.Pipeline)
        {
            if (check.Map.Pipeline is not null)
            {
                check.Add("pipeline", ["pipeline"],
                    "has settings of a pipeline, but is none; write 'model: pipeline', or remove them");
            }

            for (var i = 0; i < check.Map.Steps.Length; i++)
            {
                if (check.Map.Steps[i].Pure)
                {
                    check.Add("pure", i, ["pure"],
                        "is declared pure, which has a meaning in pipelines only; remove it");
                }
            }

            return;
        }

        if (check.Map.Pipeline is { } options && options.Capacity is < 1 or > CapacityMax)
        {
            check.Add("pipeline", ["pipeline", "capacity"],
                $"has queues of {check.Map.Pipeline.Capacity} between its stages; from 1 to {CapacityMax:N0}");
        }

        for (var i = 0; i < check.Map.Steps.Length; i++) CheckStage(check, i);
    }

    private static void CheckStage(MapCheck check, int i)
    {
        var step = check.Map.Steps[i];
        var before = i == 0 ? null : check.Map.Steps[i - 1].Name;
        var isInOrder = i == 0 ? step.After.IsEmpty : step.After is [var only] && only == before;
        if (!isInOrder)
        {
            check.Add("stage-order", i, ["after"], i == 0
                ? "is the first stage of a pipeline and can't come after another; move it, or use 'model: graph'"
                : $"can only come after '{before}', the stage before it; remove 'after', move the step, or use " +
                    "'model: graph'");
        }

        if (step.Join is not JoinPolicy.All)
        {
            check.Add("stage-join", i, ["join"],
                "joins, but a stage of a pipeline has one stage before it; remove 'join', or use 'model: graph'");
        }

        if (step.Detached)
        {
            check.Add("stage-detached", i, ["detached"],
                "is detached, but the stages of a pipeline wait for each other; use 'model: graph'");
        }

        if (!step.Pure) return;
        if (step.Action is not StepAction.Handler)
        {
            check.Add("pure", i, ["pure"],
                "is declared pure, but only handlers can be: all else has effects; remove 'pure'");
        }

        if (step.Undo is not null)
        {
            check.Add("pure", i, ["undo"],
                "is declared pure and has an undo; what is pure has no effect to undo: remove one of them");
        }
    }
}
