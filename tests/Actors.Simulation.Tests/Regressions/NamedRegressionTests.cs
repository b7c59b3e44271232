using System.Collections.Immutable;
using Actors.Simulation.Faults;
using Actors.Simulation.Programs;
using Shouldly;

namespace Actors.Simulation.Tests.Regressions;

/// <summary>
/// Bugs that other engines had, each as the program that would show it in a world that provokes it. What must come out
/// is said by the oracle, and by what holds in every world.
/// </summary>
public sealed class NamedRegressionTests
{
    private const int SeedsEach = 30;

    private static readonly ImmutableArray<ProgramStep> TwoSteps =
    [
        new("a", StepKind.Work) { Milliseconds = 400, Undo = Undoing.Works },
        new("b", StepKind.Work) { After = ["a"], Outages = 1, EffectFirst = true },
    ];

    [Fact]
    public void A_status_is_not_stuck_on_running_after_a_split_brain() => Holds(
        Program(TwoSteps, new(Act.Start, 0), new(Act.Await, 0)),
        silos: 3, (FaultKind.WrongOwner, 0.5), (FaultKind.Partition, 0.3), (FaultKind.Zombie, 0.1));

    [Fact]
    public void A_result_a_signal_and_a_restart_may_arrive_together() => Holds(
        Program(
            [
                new("work", StepKind.Work) { Milliseconds = 500 },
                new("wait", StepKind.Wait) { Target = "s" },
                new("both", StepKind.Work) { After = ["work", "wait"], Uses = ["work", "wait"] },
            ],
            new(Act.Start, 0), new(Act.Signal, 500, "s", "once"), new(Act.Signal, 0, "s", "once"), new(Act.Await, 0)),
        silos: 1, (FaultKind.Kill, 1.5), (FaultKind.SlowFlush, 0.2));

    [Fact]
    public void A_completion_is_recorded_once_however_often_it_is_reported() => Holds(
        Program(TwoSteps, new(Act.Start, 0), new(Act.Await, 0)),
        silos: 3, (FaultKind.Duplicate, 0.8), (FaultKind.Delay, 0.3), (FaultKind.Kill, 0.2));

    [Fact]
    public void An_entity_that_moves_loses_no_operation() => Holds(
        Program(
            [
                .. Enumerable.Range(0, 6).Select(i => new ProgramStep($"add{i}", StepKind.Entity)
                {
                    Target = "c0", Amount = i + 1,
                }),
            ],
            new(Act.Start, 0), new(Act.CallCounter, 0, "c0", "direct"), new(Act.Await, 0)),
        silos: 3, (FaultKind.WrongOwner, 0.5), (FaultKind.Kill, 0.4), (FaultKind.AppendUncertain, 0.2));

    [Fact]
    public void A_delayed_commit_or_outcome_is_not_applied_to_a_later_run() => Holds(
        Program(TwoSteps, new(Act.Start, 0), new(Act.Await, 0), new(Act.Replace, 0), new(Act.Await, 0)),
        silos: 3, (FaultKind.Delay, 0.4), (FaultKind.Duplicate, 0.5), (FaultKind.AppendUncertain, 0.2),
        (FaultKind.SlowFlush, 0.2));

    [Fact]
    public void A_delayed_outcome_is_not_applied_behind_a_retry() => Holds(
        Program(
            [.. TwoSteps, new("c", StepKind.Work) { After = ["b"], Ending = Ending.RefusesAtFirst }],
            new(Act.Start, 0), new(Act.RetryUntilCompleted, 0)),
        silos: 3, (FaultKind.Delay, 0.4), (FaultKind.Duplicate, 0.6), (FaultKind.Kill, 0.2));

    [Fact]
    public void A_message_is_not_taken_for_its_own_copy_and_dropped() => Holds(
        Program(
            [
                new("first", StepKind.Wait) { Target = "s" },
                new("second", StepKind.Wait) { Target = "t", After = ["first"] },
            ],
            new(Act.Start, 0), new(Act.Signal, 0, "t", "2"), new(Act.Signal, 0, "s", "1"), new(Act.Await, 0)),
        silos: 3, (FaultKind.Duplicate, 0.6), (FaultKind.Drop, 0.3), (FaultKind.AppendUncertain, 0.3));

    [Fact]
    public void A_parent_goes_on_when_its_child_has_ended()
    {
        var child = new ProgramProcess("child", 1, [new("c", StepKind.Work) { Milliseconds = 300 }]);
        var parent = new ProgramProcess("p", 1,
            [new("down", StepKind.Child) { Target = "child" }, new("up", StepKind.Work) { After = ["down"] }]);
        var lane = new Lane("k", "p", [new(Act.Start, 0), new(Act.Await, 0)]);
        Holds(
            new RandomProgram([child, parent], [lane], null),
            silos: 3, (FaultKind.Drop, 0.4), (FaultKind.Kill, 0.4), (FaultKind.Delay, 0.2));
    }

    private static RandomProgram Program(ImmutableArray<ProgramStep> steps, params Command[] commands) =>
        new([new ProgramProcess("p", 1, steps)], [new Lane("k", "p", [.. commands])], null);

    private static void Holds(RandomProgram program, int silos, params (FaultKind Kind, double Rate)[] rates)
    {
        ProgramRules.IsSound(program).ShouldBeTrue();
        var faults = new FaultOptions { For = TimeSpan.FromSeconds(10) };
        foreach (var (kind, rate) in rates) faults = faults with { Rates = faults.Rates.Add(kind, rate) };
        for (ulong seed = 0; seed < SeedsEach; seed++)
        {
            var result = new SeedRun(seed, program, silos, faults).Run();
            result.Violations.ShouldBeEmpty($"seed {seed}");
        }
    }
}
