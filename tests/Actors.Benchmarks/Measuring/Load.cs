using System.Diagnostics;
using System.Runtime;

namespace Actors.Benchmarks.Measuring;

/// <summary>A closed loop: each client does one operation after the other until the time is up.</summary>
internal static class Load
{
    private const double CompilingShareMax = 0.02;
    private static readonly TimeSpan WarmUpPart = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarmUpMax = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Warms up: until the runtime compiles for less than two percent of the time, for two seconds at least, for a
    /// minute at most. (Its compiler takes a third of a busy two-core machine for the first seconds.)
    /// </summary>
    /// <returns>Operations that completed meanwhile.</returns>
    public static async Task<int> WarmUpAsync(int clients, Func<int, int, Task> operation)
    {
        var completed = 0;
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var compiling = JitInfo.GetCompilationTime();
            var part = await RunAsync(clients, WarmUpPart, operation);
            completed += part.Completed;
            var isQuiet = JitInfo.GetCompilationTime() - compiling < CompilingShareMax * part.Elapsed;
            if (isQuiet || Stopwatch.GetElapsedTime(begun) >= WarmUpMax) return completed;
        }
    }

    /// <param name="clients">How many clients.</param>
    /// <param name="duration">How long operations are begun.</param>
    /// <param name="operation">One operation; gets the number of the client and of its operation.</param>
    /// <param name="stopOnCancel">A client whose operation is cancelled is done.</param>
    public static async Task<LoadResult> RunAsync(
        int clients, TimeSpan duration, Func<int, int, Task> operation, bool stopOnCancel = false)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var begun = Stopwatch.GetTimestamp();
        var end = begun + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var latencies = await Task.WhenAll(Enumerable.Range(0, clients)
            .Select(c => Task.Run(() => ClientAsync(c, end, operation, stopOnCancel))));
        var elapsed = Stopwatch.GetElapsedTime(begun);
        process.Refresh();
        var all = latencies.SelectMany(l => l).ToArray();
        Array.Sort(all);
        return new LoadResult(all, elapsed, process.TotalProcessorTime - cpu, process.WorkingSet64)
        {
            Allocated = GC.GetTotalAllocatedBytes() - allocated,
        };
    }

    private static async Task<List<long>> ClientAsync(
        int client, long end, Func<int, int, Task> operation, bool stopOnCancel)
    {
        var latencies = new List<long>(65_536);
        for (var i = 0; Stopwatch.GetTimestamp() < end; i++)
        {
            var from = Stopwatch.GetTimestamp();
            try
            {
                await operation(client, i);
            }
            catch (OperationCanceledException) when (stopOnCancel)
            {
                break;
            }

            latencies.Add(Stopwatch.GetTimestamp() - from);
        }

        return latencies;
    }
}

/// <summary>What a load did.</summary>
/// <param name="Latencies">Sorted, in stopwatch ticks.</param>
/// <param name="Elapsed">From the first operation to the end of the last.</param>
/// <param name="Cpu">CPU time of the process meanwhile.</param>
/// <param name="WorkingSet">Resident bytes at the end.</param>
internal sealed record LoadResult(long[] Latencies, TimeSpan Elapsed, TimeSpan Cpu, long WorkingSet)
{
    /// <summary>Operations before it, to warm up: they count for what is on disk.</summary>
    public int WarmUp { get; init; }

    /// <summary>CPU time of the database server, of <see cref="Cpu"/>.</summary>
    public TimeSpan ServerCpu { get; init; }

    /// <summary>Managed bytes allocated meanwhile, by the whole process.</summary>
    public long Allocated { get; init; }

    /// <summary>Commits meanwhile.</summary>
    public long Commits { get; init; }

    /// <summary>Appends meanwhile.</summary>
    public long Appends { get; init; }

    /// <summary>Time of these appends, from call to result, if it was taken.</summary>
    public TimeSpan AppendTime { get; init; }

    public int Completed => Latencies.Length;

    /// <summary>Mean time of an operation less that of its appends, of one client: what the engine adds.</summary>
    public double MicrosBesideAppends =>
        (Stopwatch.GetElapsedTime(0, Latencies.Sum()) - AppendTime).TotalMicroseconds / Math.Max(1, Completed);

    public double PerSecond => Completed / Elapsed.TotalSeconds;

    public double PercentileMs(double p)
    {
        if (Latencies.Length == 0) return 0;
        var at = Math.Min(Latencies.Length - 1, (int)(Latencies.Length * p));
        return Stopwatch.GetElapsedTime(0, Latencies[at]).TotalMilliseconds;
    }
}
