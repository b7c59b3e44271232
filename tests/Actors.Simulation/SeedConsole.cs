using System.Globalization;
using Actors.Simulation.Mutants;
using Actors.Simulation.Programs;

namespace Actors.Simulation;

/// <summary>The command line of the simulator.</summary>
internal static class SeedConsole
{
    private const int Clean = 0;
    private const int Violated = 1;
    private const int Misused = 2;

    private static readonly string Help = $"""
        Runs random programs on the real engine in simulated worlds, each decided by a seed.

        usage: dotnet run -c Release --project tests/Actors.Simulation -- [options]

          --seeds N     how many seeds (1000)
          --first N     the first of them (0)
          --seed N      this one only; prints its program and what happened
          --jobs N      worlds side by side, each on a thread of its own (one per processor)
          --once        runs each seed once; otherwise twice, and both must go the same way
          --no-faults   nothing goes wrong but what programs themselves bring along
          --only-stops  silos are told to end, and started again; nothing else goes wrong
          --bare        nobody watches, and no silo is told to end
          --no-shrink   prints a failing program as it is
          --mutant M    breaks the engine on purpose, to see that it is found (see below)
          --trace       prints everything that happens (with --seed)
          --help        this text
          crash ...     small programs broken at every place instead (crash --help)

        mutants: {string.Join(", ", Enum.GetNames<Mutant>().Skip(1))}
        exit codes: 0 all seeds are clean; 1 a seed shows something that must not be; 2 the options are wrong
        """;

    public static int Run(IReadOnlyList<string> args, TextWriter output)
    {
        if (args.Contains("--help"))
        {
            output.WriteLine(Help);
            return Clean;
        }

        if (Read(args, out var wrong) is not { } options)
        {
            output.WriteLine($"can't make sense of '{wrong}'");
            output.WriteLine(Help);
            return Misused;
        }

        return new SeedSweep(options, output).Run() ? Clean : Violated;
    }

    private static SweepOptions? Read(IReadOnlyList<string> args, out string wrong)
    {
        wrong = "";
        var options = new SweepOptions();
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--once": options = options with { Twice = false }; continue;
                case "--no-faults": options = options with { Mode = FaultMode.None }; continue;
                case "--only-stops": options = options with { Mode = FaultMode.Stops }; continue;
                case "--bare": options = options with { IsBare = true }; continue;
                case "--no-shrink": options = options with { Shrinks = false }; continue;
                case "--trace": options = options with { PrintsTrace = true }; continue;
            }

            wrong = string.Join(' ', args.Skip(i).Take(2));
            if (i + 1 == args.Count) return null;
            if (args[i] == "--mutant")
            {
                if (!Enum.GetNames<Mutant>().Contains(args[i + 1], StringComparer.Ordinal)) return null;
                options = options with { Mutant = Enum.Parse<Mutant>(args[++i]) };
                continue;
            }

            if (!ulong.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var number)) return null;
            switch (args[i++])
            {
                case "--seeds" when number > 0: options = options with { Count = number }; break;
                case "--first": options = options with { First = number }; break;
                case "--seed": options = options with { First = number, Count = 1, PrintsProgram = true }; break;
                case "--jobs" when number is > 0 and <= 256: options = options with { Jobs = (int)number }; break;
                default: return null;
            }
        }

        return options;
    }
}

/// <summary>Which seeds to run, and how.</summary>
internal sealed record SweepOptions
{
    public ulong First { get; init; }

    public ulong Count { get; init; } = 1000;

    public int Jobs { get; init; } = Environment.ProcessorCount;

    /// <summary>Each seed runs twice and must go the same way.</summary>
    public bool Twice { get; init; } = true;

    public FaultMode Mode { get; init; } = FaultMode.All;

    /// <summary>What is broken on purpose.</summary>
    public Mutant Mutant { get; init; }

    /// <summary>Nobody watches, and no silo is told to end.</summary>
    public bool IsBare { get; init; }

    public bool Shrinks { get; init; } = true;

    public bool PrintsProgram { get; init; }

    public bool PrintsTrace { get; init; }
}
