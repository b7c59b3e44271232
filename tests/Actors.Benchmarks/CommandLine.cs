using System.Collections.Immutable;
using System.CommandLine;
using Actors.Benchmarks.Workloads;

namespace Actors.Benchmarks;

/// <summary>What can be said on the command line, and what it says.</summary>
internal static class CommandLine
{
    public static readonly Option<string> Chosen = new("--workload")
    {
        Description = "Which workload: " + string.Join(", ", Workload.All.Select(w => w.Id)),
        DefaultValueFactory = _ => "W2",
    };

    public static readonly Option<string> Store = new("--store")
    {
        Description = "sqlite, memory or postgres",
        DefaultValueFactory = _ => "sqlite",
    };

    public static readonly Option<string> Host = new("--host")
    {
        Description = "embedded, or orleans where it was built with -p:Orleans=true",
        DefaultValueFactory = _ => "embedded",
    };

    public static readonly Option<int> Silos = new("--silos")
    {
        Description = "With --host orleans: silos in this process",
        DefaultValueFactory = _ => 1,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "One JSON object per workload on standard output",
    };

    private static readonly Option<bool> All = new("--all")
    {
        Description = "Run every workload, each with its own clients",
    };

    private static readonly Option<string?> Connection = new("--connection")
    {
        Description = "PostgreSQL to use, postgres://...; default: a server of its own",
    };

    private static readonly Option<int?> Clients = new("--clients")
    {
        Description = "Concurrent callers; default: the workload's",
    };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "Length of the measured part",
        DefaultValueFactory = _ => 10,
    };

    private static readonly Option<int?> Count = new("--count")
    {
        Description = "Size, for workloads that have one (W3: steps, W4: items, W10: invocations)",
    };

    private static readonly Option<int?> Partitions = new("--partitions")
    {
        Description = "With --host orleans: parts of the work stream",
    };

    private static readonly Option<double?> Patience = new("--patience")
    {
        Description = "With --host orleans: milliseconds that agents wait at an empty part of the work stream",
    };

    private static readonly Option<int?> Workers = new("--workers")
    {
        Description = "Attempts at once per silo",
    };

    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "Where the store is made",
        DefaultValueFactory = _ => Path.Combine("artifacts", "benchmarks"),
    };

    public static RootCommand Root { get; } = new(
        "Workloads of docs/performance.md: what completed, beside the limit of the store measured in the same run.")
    {
        Chosen, All, Store, Connection, Clients, Seconds, Count,
        Host, Silos, Partitions, Patience, Workers, Folder, Json,
    };

    public static ImmutableArray<Workload> WorkloadsOf(ParseResult parsed)
    {
        if (parsed.GetValue(All)) return Workload.All;
        var chosen = parsed.GetValue(Chosen);
        return [.. Workload.All.Where(w => string.Equals(w.Id, chosen, StringComparison.OrdinalIgnoreCase))];
    }

    public static BenchmarkSettings SettingsOf(ParseResult parsed, Workload workload, bool isCluster) => new(
        parsed.GetValue(Store)!,
        parsed.GetValue(Clients) ?? workload.ClientsDefault,
        TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
        parsed.GetValue(Count),
        parsed.GetValue(Folder)!,
        parsed.GetValue(Connection))
    {
        Silos = isCluster ? parsed.GetValue(Silos) : 0,
        Partitions = parsed.GetValue(Partitions),
        Patience = parsed.GetValue(Patience) is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        Workers = parsed.GetValue(Workers),
    };
}
