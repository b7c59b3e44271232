using System.Diagnostics;
using Shouldly;
using Xunit.Abstractions;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

/// <summary>A silo was away while the timers of a hundred thousand invocations fell due.</summary>
public sealed class ManyDueTests(ITestOutputHelper output)
{
    private const int Count = 100_000;
    private const int Starters = 64;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task All_that_fell_due_while_nothing_ran_goes_on_after_the_start()
    {
        await using var world = new EngineWorld();
        await world.StartAsync(options => options.AddProcess(Map("late", Delay("delay", "1h"))));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = Starters },
            async (i, token) => await world.Client.StartAsync(new StartRequest("late") { Key = $"k{i}" }, token));
        var watch = new Stopwatch();
        await world.RestartAsync(options =>
        {
            world.Time.Advance(TimeSpan.FromHours(2));
            options.AddProcess(Map("late", Delay("delay", "1h")));
            watch.Start();
        });
        var opened = watch.Elapsed;

        while (await AnyWaitsAsync(world))
        {
            watch.Elapsed.ShouldBeLessThan(Longest);
            // Timers and scans are due by this clock; how much is done meanwhile is the machine's business.
            world.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        output.WriteLine($"opened in {opened}, all done {watch.Elapsed - opened} later");
        foreach (var i in new[] { 0, Count / 2, Count - 1 })
        {
            (await world.Client.GetAsync(Id(i))).Status.ShouldBe(InvocationStatus.Completed);
            (await world.HistoryAsync(Id(i))).ShouldBeUnique();
        }
    }

    private static InvocationId Id(int i) => new(Names.DefaultTenant, "late", $"k{i}");

    private static async Task<bool> AnyWaitsAsync(EngineWorld world)
    {
        var filter = new InvocationFilter { Process = "late", Status = InvocationStatus.Waiting, CountMax = 1 };
        return (await world.Client.ListAsync(filter)).Items.Count > 0;
    }
}
