using Actors.Simulation.CrashPoints;
using Actors.Simulation.Faults;
using Actors.Simulation.Programs.Written;
using Shouldly;

namespace Actors.Simulation.Tests;

/// <summary>Every place where a program can break, and every place where its recovery can.</summary>
public abstract class CrashPointTests(int silos)
{
    private static readonly FaultKind[] Kinds =
        [FaultKind.Kill, FaultKind.FlushFails, FaultKind.AppendUncertain, FaultKind.AppendLost];

    public static IEnumerable<object[]> All =>
        WrittenPrograms.All.SelectMany(_ => Kinds, (program, kind) => new object[] { program.Name, kind });

    [Theory]
    [MemberData(nameof(All))]
    public void Wherever_a_program_breaks_and_its_recovery_breaks_it_ends_as_it_should(string name, FaultKind first)
    {
        var program = WrittenPrograms.All.Single(p => p.Name == name);

        var report = CrashPointExplorer.Explore(program, first, FaultKind.Kill, silos);

        report.Failure.ShouldBeNull();
        report.Points.ShouldBeGreaterThan(4);
    }
}

public sealed class CrashPointsOfOneSiloTests() : CrashPointTests(silos: 1);

public sealed class CrashPointsOfTwoSilosTests() : CrashPointTests(silos: 2);
