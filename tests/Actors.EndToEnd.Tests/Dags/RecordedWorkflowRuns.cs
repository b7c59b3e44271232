using Actors.Core.Analysis;
using Actors.Core.Import;
using Actors.Grains.Steps;
using Actors.Silo.Embedded;
using Actors.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace Actors.EndToEnd.Tests.Dags;

/// <summary>All recorded workflows at once on the embedded engine, five thousand times faster than they were.</summary>
public sealed class RecordedWorkflowRuns
{
    private const double Scale = 0.0002;

    [DataFact]
    public async Task Every_recorded_workflow_runs_to_its_end_and_never_faster_than_its_critical_path()
    {
        var maps = Directory.GetFiles(TestData.PathOf("dags"), "*.json").Where(f => Path.GetFileName(f) != "index.json")
            // Two recordings of one workflow have one name.
            .Select((f, i) =>
                WfCommonsImport.Read(File.ReadAllText(f), f).MapOrThrow() with { Process = $"recorded-{i}" })
            .ToArray();
        var options = new ActorsOptions
        {
            Host = new EmbeddedHostOptions { WorkersMax = 10_000 },
            Worker = new StepWorkerOptions { SimulatedTimeScale = Scale },
        }.UseMemory();
        foreach (var map in maps) options.AddProcess(map);
        await using var engine = new ActorsEngine(
            options, new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance, TimeProvider.System);
        await engine.StartAsync(default);
        await Task.WhenAll(maps.Select(async map =>
        {
            var started = await engine.Client.StartAsync(new StartRequest(map.Process));
            var ended = await engine.Client.WaitAsync(started.Id);
            ended.Status.ShouldBe(InvocationStatus.Completed);
            ended.Steps.Count.ShouldBe(map.Steps.Length);
            // Each wait may round by less than a millisecond.
            ended.DurationMs.ShouldBeGreaterThanOrEqualTo(CriticalPath.Of(map).Length.TotalMilliseconds * Scale - 1);
        }));
        maps.Length.ShouldBe(12);
    }
}
