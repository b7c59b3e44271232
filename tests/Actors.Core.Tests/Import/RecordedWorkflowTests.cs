using Actors.Core.Analysis;
using Actors.Core.Definitions;
using Actors.Core.Import;
using Actors.Core.Invocations;
using Actors.Core.Processes;
using Actors.Definitions;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Core.Tests.Import;

/// <summary>Recorded scientific workflows, run by the real machine in virtual time.</summary>
public sealed class RecordedWorkflowTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Files => TestData.Folder is null
        ? []
        : [.. Directory.GetFiles(TestData.PathOf("dags"), "*.json")
            .Where(f => Path.GetFileName(f) != "index.json").Select(f => Path.GetFileName(f))];

    [DataTheory]
    [MemberData(nameof(Files))]
    public void With_unlimited_workers_the_makespan_is_the_critical_path(string file)
    {
        var map = Read(file);
        Makespan(map, int.MaxValue).ShouldBe(CriticalPath.Of(map).Length, TimeSpan.FromMilliseconds(1));
    }

    [DataTheory]
    [MemberData(nameof(Files))]
    public void With_few_workers_the_makespan_lies_within_Grahams_bounds(string file)
    {
        var map = Read(file);
        var path = CriticalPath.Of(map);
        foreach (var workers in new[] { 1, 2, 4, 16 })
        {
            var share = path.Work / workers;
            var makespan = Makespan(map, workers);
            var longer = share > path.Length ? share : path.Length;
            makespan.ShouldBeGreaterThanOrEqualTo(longer - TimeSpan.FromMilliseconds(1));
            makespan.ShouldBeLessThanOrEqualTo(share + path.Length + TimeSpan.FromMilliseconds(1));
        }
    }

    private static StepMap Read(string file) =>
        WfCommonsImport.Read(File.ReadAllText(TestData.PathOf("dags", file)), file).MapOrThrow();

    /// <summary>
    /// Workers that take attempts in the order they were scheduled, each for the declared duration of its step.
    /// </summary>
    private static TimeSpan Makespan(StepMap map, int workers)
    {
        var process = CompiledProcess.Compile(map, ContentHash.Of(map));
        var machine = new InvocationMachine(new InvocationId(map.Process, "1"), _ => process);
        var events = new List<InvocationEvent>();
        var queue = new Queue<StepRef>();
        var running = new PriorityQueue<StepRef, DateTimeOffset>();
        var now = Noon;
        machine.Handle(new InvocationCommand.Start(now, process.Hash, Payload.Null, "c", StartPolicy.Attach), events);
        while (machine.State.Phase == InvocationPhase.Running)
        {
            foreach (var e in events.OfType<InvocationEvent.StepScheduled>()) queue.Enqueue(e.Step);
            events.Clear();
            while (running.Count < workers && queue.TryDequeue(out var step))
                running.Enqueue(step, now + DurationOf(process, step));
            running.TryDequeue(out var done, out now).ShouldBeTrue();
            machine.Handle(new InvocationCommand.Finish(now, 1, done, 1, false, Payload.Null, null), events);
        }

        machine.State.IsCompleted.ShouldBeTrue();
        return now - Noon;
    }

    private static TimeSpan DurationOf(CompiledProcess process, StepRef step)
    {
        process.TryFind(step.Name, out var position).ShouldBeTrue();
        return ((StepAction.Simulate)process.Steps[position].Action.Declared).Duration;
    }
}
