using System.Diagnostics;
using System.Globalization;
using Actors.Simulation.Faults;
using Actors.Simulation.Programs.Written;

namespace Actors.Simulation.CrashPoints;

/// <summary>
/// <c>crash</c>: explores all written programs; <c>crash PROGRAM --silos N --plan Kill@3,Kill@7</c>: one run again,
/// with its trace; <c>crash PROGRAM --silos N --seed S</c>: one under the random faults of a seed.
/// </summary>
internal static class CrashCommand
{
    private static readonly (FaultKind First, FaultKind? Second)[] Plans =
    [
        (FaultKind.Kill, null), (FaultKind.Kill, FaultKind.Kill), (FaultKind.FlushFails, FaultKind.Kill),
        (FaultKind.AppendUncertain, FaultKind.Kill), (FaultKind.AppendLost, FaultKind.Kill),
    ];

    public static int Run(string[] args)
    {
        if (args.Length == 0) return Explore();
        var silos = int.Parse(args[2], CultureInfo.InvariantCulture);
        var program = WrittenPrograms.Named(args[0]);
        var result = args[3] == "--seed"
            ? WrittenPrograms.Swarm(program, silos, ulong.Parse(args[4], CultureInfo.InvariantCulture), keepTrace: true)
            : CrashPointExplorer.Run(program, [.. args[4].Split(',').Select(Parse)], silos, keepTrace: true);
        foreach (var line in result.Trace.Concat(result.Violations)) Console.WriteLine(line);
        return result.IsClean ? 0 : 1;
    }

    private static int Explore()
    {
        var failures = 0;
        foreach (var program in WrittenPrograms.All)
        {
            foreach (var silos in (int[])[1, 2])
            {
                foreach (var (first, second) in Plans)
                {
                    var watch = Stopwatch.StartNew();
                    var report = CrashPointExplorer.Explore(program, first, second, silos);
                    Console.WriteLine(
                        $"{program.Name}, {silos} silos, {first} {second}: {report.Points} points, " +
                        $"{report.Runs} runs, {watch.ElapsedMilliseconds} ms");
                    if (report.Failure is null) continue;
                    Console.WriteLine(report.Failure);
                    failures++;
                }
            }
        }

        return failures == 0 ? 0 : 1;
    }

    private static PlannedFault Parse(string text)
    {
        var parts = text.Split('@');
        var at = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return new PlannedFault(Enum.Parse<FaultKind>(parts[0]), at);
    }
}
