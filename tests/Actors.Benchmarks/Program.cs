using System.Text.Json;
using Actors.Benchmarks;
using Actors.Benchmarks.Measuring;
using Actors.Benchmarks.Workloads;

var root = CommandLine.Root;
root.SetAction(async (parsed, cancellationToken) =>
{
    var chosen = CommandLine.WorkloadsOf(parsed);
    if (chosen.Length == 0)
    {
        var known = string.Join(", ", Workload.All.Select(w => w.Id));
        await Console.Error.WriteLineAsync(
            $"there is no workload '{parsed.GetValue(CommandLine.Chosen)}'; there are {known}");
        return 2;
    }

    var isCluster = parsed.GetValue(CommandLine.Host) == "orleans";
    var (silos, store) = (parsed.GetValue(CommandLine.Silos), parsed.GetValue(CommandLine.Store)!);
    if (isCluster && ClusterEngines.Obstacle(silos, store) is { } obstacle)
    {
        await Console.Error.WriteLineAsync(obstacle);
        return 2;
    }

    var ok = true;
    foreach (var w in chosen)
    {
        var result = await w.RunAsync(CommandLine.SettingsOf(parsed, w, isCluster), cancellationToken);
        Console.WriteLine(parsed.GetValue(CommandLine.Json)
            ? JsonSerializer.Serialize(result, BenchmarkResult.JsonOptions)
            : result.ToText());
        ok &= result.Audit is "clean" or Auditor.NothingToRead;
    }

    return ok ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
