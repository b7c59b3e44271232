using System.Diagnostics;
using System.Globalization;
using Actors.Simulation.Faults;
using Actors.Simulation.Programs.Written;
using Actors.Simulation.World;

namespace Actors.Simulation;

/// <summary>Runs seeds one after the other, each twice, until one shows something that must not be.</summary>
internal static class Seeds
{
    /// <param name="args">How many seeds, how many silos, the first seed; what is left out is 100, 1, 0.</param>
    public static int Run(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100;
        var silos = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        var first = args.Length > 2 ? ulong.Parse(args[2], CultureInfo.InvariantCulture) : 0;
        var watch = Stopwatch.StartNew();
        for (var seed = first; seed < first + (ulong)count; seed++)
        {
            var result = One(seed, silos, keepTrace: count == 1);
            var again = One(seed, silos, keepTrace: false);
            foreach (var line in result.Trace) Console.WriteLine(line);
            if (result.TraceHash == again.TraceHash && result.IsClean) continue;
            Console.WriteLine($"seed {seed}: trace {result.TraceHash:x} and {again.TraceHash:x}, {result.VirtualTime}");
            foreach (var violation in result.Violations) Console.WriteLine("  " + violation);
            Console.WriteLine($"again: dotnet run -c Release --project tests/Actors.Simulation -- 1 {silos} {seed}");
            if (args.Length < 4) return 1;
        }

        Console.WriteLine($"{count / watch.Elapsed.TotalSeconds:F1} seeds per second");
        return 0;
    }

    private static SimulationResult One(ulong seed, int silos, bool keepTrace)
    {
        var program = OrderProgram.Of(3);
        var options = new SimulationOptions
        {
            Configure = program.Configure, Silos = silos, Faults = FaultOptions.Swarm(seed), KeepTrace = keepTrace,
        };
        return SimulatedWorld.Run(seed, options, program.RunAsync);
    }
}
