using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Actors.Simulation.Faults;
using Actors.Simulation.Mutants;
using Actors.Simulation.Programs;
using Actors.Simulation.World;

namespace Actors.Simulation;

/// <summary>Runs seeds until one shows something that must not be, and tells of it.</summary>
internal sealed class SeedSweep(SweepOptions options, TextWriter output)
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly SweepFigures _figures = new();
    private readonly ConcurrentQueue<(SeedRun Run, IReadOnlyList<string> Violations)> _failures = new();
    private ulong _next;
    private TimeSpan _reportAt = ReportPeriod;

    /// <summary>What was counted so far.</summary>
    public SweepFigures Figures => _figures;

    /// <returns>Whether all seeds are clean.</returns>
    public bool Run()
    {
        var jobs = (int)Math.Min((ulong)options.Jobs, options.Count);
        // Each on a thread of its own: a world notices whatever leaves the one it was made on.
        var threads = Enumerable.Range(0, jobs).Select(_ => new Thread(RunSome)).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        lock (_lock) output.WriteLine(_figures.Text(_watch.Elapsed));
        if (_failures.IsEmpty) return true;
        Tell(_failures.MinBy(f => f.Run.Seed));
        return false;
    }

    private void RunSome()
    {
        while (_failures.IsEmpty)
        {
            ulong seed;
            lock (_lock)
            {
                if (_next == options.Count) return;
                seed = options.First + _next++;
            }

            var run = SeedRun.Of(seed, options.Mode, options.IsBare) with { Mutant = options.Mutant };
            if (options.PrintsProgram) output.WriteLine(ProgramText.Of(run));
            var violations = Judge(run, count: true);
            if (violations.Count > 0) _failures.Enqueue((run, violations));
            Report();
        }
    }

    /// <summary>Runs one, and gives what must not be.</summary>
    private IReadOnlyList<string> Judge(SeedRun run, bool count)
    {
        try
        {
            var result = run.Run(count && options.PrintsTrace);
            foreach (var line in result.Trace) output.WriteLine(line);
            if (count)
            {
                lock (_lock) _figures.Add(run, result);
            }

            if (!result.IsClean || !options.Twice) return result.Violations;
            var again = run.Run();
            return again.TraceHash == result.TraceHash
                ? []
                : [$"[trace] the same seed went another way: {result.TraceHash:x} and {again.TraceHash:x}"];
        }
        catch (Exception e)
        {
            return [$"[thrown] {e}"];
        }
    }

    private void Report()
    {
        lock (_lock)
        {
            if (_watch.Elapsed < _reportAt) return;
            _reportAt = _watch.Elapsed + ReportPeriod;
            output.WriteLine(_figures.Line(_watch.Elapsed));
        }
    }

    private void Tell((SeedRun Run, IReadOnlyList<string> Violations) failure)
    {
        var (run, violations) = failure;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"seed {run.Seed}, commit {Reproduction.Commit}:"));
        if (options.Shrinks)
        {
            run = Shrinker.Shrink(run, violations, r => Judge(r, count: false));
            violations = Judge(run, count: false);
            output.WriteLine("made smaller, it still shows:");
        }

        foreach (var violation in violations) output.WriteLine("  " + violation);
        output.WriteLine(ProgramText.Of(run));
        var mode = options.Mode switch
        {
            FaultMode.None => " --no-faults",
            FaultMode.Stops => " --only-stops",
            _ => "",
        };
        if (options.IsBare) mode += " --bare";
        if (options.Mutant != Mutant.None) mode += $" --mutant {options.Mutant}";
        output.WriteLine(Reproduction.Of(
            string.Create(CultureInfo.InvariantCulture, $"--seed {failure.Run.Seed}{mode}")));
    }
}

/// <summary>What a sweep has counted.</summary>
internal sealed class SweepFigures
{
    private readonly int[] _faults = new int[Enum.GetValues<FaultKind>().Length];
    private readonly Dictionary<string, int> _programs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _crashPoints = new(StringComparer.Ordinal);
    private TimeSpan _virtual;
    private long _callbacks;
    private long _effects;
    private long _crossings;

    public long Seeds { get; private set; }

    public void Add(SeedRun run, SimulationResult result)
    {
        Seeds++;
        _virtual += result.VirtualTime;
        _callbacks += result.Steps;
        _effects += result.Effects.Count;
        _crossings += result.Crossings;
        _crashPoints.UnionWith(result.CrashPoints);
        for (var i = 0; i < _faults.Length; i++) _faults[i] += result.FaultCounts[i];
        foreach (var (name, used) in Coverage.Of([run.Program]))
            _programs[name] = _programs.GetValueOrDefault(name) + used;
    }

    public string Line(TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture,
        $"seeds {Seeds}, per second {Seeds / elapsed.TotalSeconds:F1}, simulated hours {_virtual.TotalHours:F1}, ") +
        string.Create(
            CultureInfo.InvariantCulture,
            $"distinct crash points {_crashPoints.Count}");

    public string Text(TimeSpan elapsed) => string.Join(Environment.NewLine,
        Line(elapsed),
        string.Create(
            CultureInfo.InvariantCulture,
            $"callbacks {_callbacks}, effects {_effects}, boundaries crossed {_crossings}"),
        "faults: " + List(Enum.GetValues<FaultKind>().Select(k => ($"{k}", _faults[(int)k]))),
        "programs with: " + List(_programs.Select(p => (p.Key, p.Value))));

    /// <summary>What is missing here did not happen.</summary>
    private static string List(IEnumerable<(string Name, int Count)> counts)
    {
        var seen = counts.Where(c => c.Count > 0)
            .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Name} {c.Count}")).ToList();
        return seen.Count == 0 ? "none" : string.Join(", ", seen);
    }
}
