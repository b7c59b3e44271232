using System.Globalization;
using Actors.Definitions;

namespace Actors.Simulation.Programs;

/// <summary>Random processes as definitions, by the public builder.</summary>
internal static class ProgramMaps
{
    /// <summary>Most items a step is mapped over.</summary>
    public const int ItemsMax = 4;

    /// <summary>More attempts than any fault can use up.</summary>
    private const int AttemptsEndless = 1_000_000;

    private static readonly TimeSpan JoinDeadline = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(2);

    public static StepMap Build(ProgramProcess process)
    {
        var builder = Process.Define(process.Name).Version(process.Version);
        if (process.Form == ProcessForm.DirectPipeline) builder.Pipeline();
        if (process.Form == ProcessForm.QueuedPipeline) builder.Pipeline(PipelineMode.Queued, capacity: 2);
        if (process.FinishSiblings) builder.OnFailure(SiblingPolicy.Finish);
        if (process.HasDeadline) builder.Deadline(Deadline);
        foreach (var step in process.Steps) builder.Step(step.Name, s => Write(s, step, process.Form));
        builder.Output(process.Steps.Where(ProgramResults.IsShown).Select(s => $"$.steps.{s.Name}.result").ToArray());
        return builder.Build();
    }

    /// <summary>What invocations are started with, and their children.</summary>
    public static Payload Input { get; } = Payload.From(new Dictionary<string, object>
    {
        ["yes"] = true,
        ["lists"] = Enumerable.Range(0, ItemsMax + 1).ToDictionary(n => $"of{n}", n => Enumerable.Range(0, n)),
    });

    private static void Write(
        StepBuilder<System.Text.Json.JsonElement> builder, ProgramStep step, ProcessForm form)
    {
        if (form == ProcessForm.Graph) builder.After([.. step.After]);
        WriteJoin(builder, step);
        WriteAction(builder, step);
        if (step.When is { } when) builder.When($"$.input.yes == {(when ? "true" : "false")}");
        if (step.Items is { } items) builder.Each($"$.input.lists.of{items}");
        if (step.Parallel is { } parallel) builder.Parallel(parallel);
        if (step.Detached) builder.Detached();
        if (step.Limit is { } limit) builder.Limit(limit);
        // What is detached is never undone, and may not say so.
        if (step is { Undo: not Undoing.None, Detached: false })
            builder.Undo(undo => _ = step.Kind == StepKind.Entity
                ? undo.Entity("counter", step.Target, "GiveBack")
                : undo.Call("undo"));
        WriteBounds(builder, step);
    }

    private static void WriteJoin(StepBuilder<System.Text.Json.JsonElement> builder, ProgramStep step)
    {
        if (step.Join == JoinKind.Any) builder.JoinAny();
        if (step.Join == JoinKind.Quorum) builder.JoinQuorum(step.Needed);
        if (step.Join == JoinKind.Deadline) builder.JoinDeadline(JoinDeadline, step.Needed);
    }

    private static void WriteAction(StepBuilder<System.Text.Json.JsonElement> builder, ProgramStep step)
    {
        switch (step.Kind)
        {
            case StepKind.Work:
                builder.Call("work");
                if (step.Uses.Length > 0) builder.Input(step.Uses.Select(u => $"$.steps.{u}.result").ToArray());
                break;
            case StepKind.Pure:
                builder.Call("work").Pure();
                break;
            case StepKind.Entity:
                var item = step.Items is null ? "" : "[{$.item}]";
                builder.Entity("counter", step.Target, step.Ending == Ending.Refuses ? "Refuse" : "Take").Input(new
                {
                    token = "{$.context.invocation}/{$.context.run}/" + step.Name + item,
                    amount = step.Amount,
                });
                break;
            case StepKind.Emit: builder.Emit("told"); break;
            case StepKind.Delay: builder.Delay(TimeSpan.FromMilliseconds(step.Milliseconds)); break;
            case StepKind.Wait: builder.Wait(step.Target); break;
            case StepKind.Child: builder.Child(step.Target); break;
            case StepKind.Simulate: builder.Simulate(TimeSpan.FromMilliseconds(step.Milliseconds)); break;
            default: throw new InvalidOperationException(step.Kind.ToString());
        }
    }

    private static void WriteBounds(StepBuilder<System.Text.Json.JsonElement> builder, ProgramStep step)
    {
        if (step.Kind == StepKind.Wait && step.GivesUp) builder.Timeout(step: GiveUp);
        if (step.Kind is StepKind.Delay or StepKind.Wait or StepKind.Child) return;
        if (step.Ending == Ending.Hangs) builder.Timeout(attempt: TimeSpan.FromSeconds(2));
        if (step.Ending == Ending.RunsOutOfTime)
            builder.Timeout(attempt: TimeSpan.FromSeconds(5), step: TimeSpan.FromSeconds(20));
        var attempts = step.Ending is Ending.Exhausts or Ending.Hangs ? 2 : AttemptsEndless;
        builder.Retry(attempts, TimeSpan.FromMilliseconds(20), 2, TimeSpan.FromSeconds(3));
    }
}

/// <summary>What steps of random programs yield.</summary>
internal static class ProgramResults
{
    /// <summary>Whether a step yields a number that does not depend on the schedule.</summary>
    public static bool IsNumber(ProgramStep step) => step.Items is null &&
        step.Kind is StepKind.Work or StepKind.Pure or StepKind.Entity or StepKind.Wait;

    /// <summary>Whether the output of the process shows it.</summary>
    public static bool IsShown(ProgramStep step) => IsNumber(step) && !step.Detached;

    /// <summary>Id of the child that a step starts in its first round.</summary>
    public static string ChildOf(string process, string parent, int run, string step) =>
        string.Create(CultureInfo.InvariantCulture, $"{process}~{parent}~{run}~{step}");
}
