using System.Diagnostics;
using System.Globalization;
using Actors.Simulation.Faults;
using Actors.Simulation.Programs.Written;
using Actors.Simulation.World;

namespace Actors.Simulation.CrashPoints;

/// <summary>The command <c>crash</c>: explores all written programs, or runs one world of one of them again.</summary>
internal static class CrashCommand
{
    private const int Clean = 0;
    private const int Violated = 1;
    private const int Misused = 2;

    private static readonly (FaultKind First, FaultKind? Second)[] Plans =
    [
        (FaultKind.Kill, null), (FaultKind.Kill, FaultKind.Kill), (FaultKind.FlushFails, FaultKind.Kill),
        (FaultKind.AppendUncertain, FaultKind.Kill), (FaultKind.AppendLost, FaultKind.Kill),
    ];

    private static readonly string Help = $"""
        Breaks small programs at every place where they can break, and their recovery at every place where that can.

        usage: dotnet run -c Release --project tests/Actors.Simulation -- crash [PROGRAM --silos N PLACES]

          (nothing)           all places of all programs, on one silo and on two
          PROGRAM             one of: {string.Join(", ", WrittenPrograms.AllAndLarge.Select(p => p.Name))}
          --silos N           how many silos there are (1 to 16)
          --plan Kill@3,...   one world with its trace: each fault at a place, counted from the one before it
          --seed N            one world with its trace: with the faults that the seed draws

        faults of a plan: {string.Join(", ", Plans.Select(plan => plan.First).Distinct())}
        exit codes: 0 nothing was found; 1 a world shows something that must not be; 2 the arguments are wrong
        """;

    public static int Run(IReadOnlyList<string> args, TextWriter output)
    {
        if (args.Count == 0) return Explore(output);
        if (args.Contains("--help"))
        {
            output.WriteLine(Help);
            return Clean;
        }

        if (Read(args) is not { } run)
        {
            output.WriteLine($"can't make sense of 'crash {string.Join(' ', args)}'");
            output.WriteLine(Help);
            return Misused;
        }

        var result = run();
        foreach (var line in result.Trace.Concat(result.Violations)) output.WriteLine(line);
        return result.IsClean ? Clean : Violated;
    }

    private static int Explore(TextWriter output)
    {
        var all = Stopwatch.StartNew();
        var (places, worlds, failures) = (0, 0, 0);
        foreach (var program in WrittenPrograms.All)
        {
            foreach (var silos in (int[])[1, 2])
            {
                foreach (var (first, second) in Plans)
                {
                    var watch = Stopwatch.StartNew();
                    var report = CrashPointExplorer.Explore(program, first, second, silos);
                    var plan = second is null ? $"{first}" : $"{first}, then {second} at every place behind";
                    output.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{program.Name}, {Silos(silos)}, {plan}: {report.Points} places, {report.Runs} worlds, " +
                        $"{watch.ElapsedMilliseconds} ms"));
                    worlds += report.Runs;
                    if (second is not null) places += report.Points;
                    if (report.Failure is null) continue;
                    output.WriteLine(report.Failure);
                    failures++;
                }
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{places} places, {worlds} worlds, {failures} of them show something that must not be; " +
            $"{all.Elapsed.TotalSeconds:F0} s"));
        return failures == 0 ? Clean : Violated;
    }

    private static string Silos(int count) => count == 1 ? "1 silo" : $"{count} silos";

    private static Func<SimulationResult>? Read(IReadOnlyList<string> args)
    {
        if (args is not [var name, "--silos", var count, var how, var where]) return null;
        if (WrittenPrograms.AllAndLarge.FirstOrDefault(p => p.Name == name) is not { } program) return null;
        if (!int.TryParse(count, CultureInfo.InvariantCulture, out var silos) || silos is < 1 or > 16) return null;
        if (how == "--seed" && ulong.TryParse(where, CultureInfo.InvariantCulture, out var seed))
            return () => WrittenPrograms.Swarm(program, silos, seed, keepTrace: true);
        if (how != "--plan") return null;
        var plan = where.Split(',').Select(Parse).ToList();
        if (plan.Contains(null)) return null;
        return () => CrashPointExplorer.Run(program, [.. plan.Select(fault => fault!.Value)], silos, keepTrace: true);
    }

    private static PlannedFault? Parse(string text) =>
        text.Split('@') is [var word, var place] &&
        Array.Find(Plans, plan => $"{plan.First}" == word).First is var kind && $"{kind}" == word &&
        int.TryParse(place, CultureInfo.InvariantCulture, out var at) && at >= 0
            ? new PlannedFault(kind, at)
            : null;
}
