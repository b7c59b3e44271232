using System.CommandLine;
using System.Text.Json;
using Actors.Benchmarks;
using Actors.Benchmarks.Measuring;
using Actors.Benchmarks.Workloads;

var workload = new Option<string>("--workload") { Description = "Which workload: " + string.Join(", ", Workload.All.Select(w => w.Id)), DefaultValueFactory = _ => "W2" };
var all = new Option<bool>("--all") { Description = "Run every workload, each with its own clients" };
var store = new Option<string>("--store")
{
    Description = "sqlite, memory or postgres", DefaultValueFactory = _ => "sqlite",
};
var connection = new Option<string?>("--connection")
{
    Description = "PostgreSQL to use, postgres://...; default: a server of its own",
};
var clients = new Option<int?>("--clients") { Description = "Concurrent callers; default: the workload's" };
var seconds = new Option<double>("--seconds") { Description = "Length of the measured part", DefaultValueFactory = _ => 10 };
var count = new Option<int?>("--count") { Description = "Size, for workloads that have one (W3: steps, W4: items, W10: invocations)" };
var host = new Option<string>("--host")
{
    Description = "embedded, or orleans where it was built with -p:Orleans=true", DefaultValueFactory = _ => "embedded",
};
var silos = new Option<int>("--silos")
{
    Description = "With --host orleans: silos in this process", DefaultValueFactory = _ => 1,
};
var partitions = new Option<int?>("--partitions") { Description = "With --host orleans: parts of the work stream" };
var patience = new Option<double?>("--patience")
{
    Description = "With --host orleans: milliseconds that agents wait at an empty part of the work stream",
};
var workers = new Option<int?>("--workers") { Description = "Attempts at once per silo" };
var folder = new Option<string>("--folder") { Description = "Where the store is made", DefaultValueFactory = _ => Path.Combine("artifacts", "benchmarks") };
var json = new Option<bool>("--json") { Description = "One JSON object per workload on standard output" };
var root = new RootCommand("Workloads of docs/performance.md: what completed, beside the limit of the store measured in the same run.")
{
    workload, all, store, connection, clients, seconds, count, host, silos, partitions, patience, workers, folder, json,
};
root.SetAction(async (parsed, cancellationToken) =>
{
    var chosen = parsed.GetValue(all) ? Workload.All : [.. Workload.All.Where(w => string.Equals(w.Id, parsed.GetValue(workload), StringComparison.OrdinalIgnoreCase))];
    if (chosen.Length == 0)
    {
        await Console.Error.WriteLineAsync($"there is no workload '{parsed.GetValue(workload)}'; there are {string.Join(", ", Workload.All.Select(w => w.Id))}");
        return 2;
    }

    var isCluster = parsed.GetValue(host) == "orleans";
    if (isCluster && ClusterEngines.Obstacle(parsed.GetValue(silos), parsed.GetValue(store)!) is { } obstacle)
    {
        await Console.Error.WriteLineAsync(obstacle);
        return 2;
    }

    var ok = true;
    foreach (var w in chosen)
    {
        var settings = new BenchmarkSettings(
            parsed.GetValue(store)!, parsed.GetValue(clients) ?? w.ClientsDefault, TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            parsed.GetValue(count), parsed.GetValue(folder)!, parsed.GetValue(connection))
        {
            Silos = isCluster ? parsed.GetValue(silos) : 0,
            Partitions = parsed.GetValue(partitions),
            Patience = parsed.GetValue(patience) is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            Workers = parsed.GetValue(workers),
        };
        var result = await w.RunAsync(settings, cancellationToken);
        Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(result, BenchmarkResult.JsonOptions) : result.ToText());
        ok &= result.Audit is "clean" or Auditor.NothingToRead;
    }

    return ok ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
