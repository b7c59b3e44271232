using Actors.Core.Import;
using Actors.Grains.Tests.Hosting.Rig;
using Shouldly;

namespace Actors.Grains.Tests.Engine;

public sealed class ImportedWorkflowTests
{
    [Fact]
    public async Task A_recorded_task_of_more_than_a_minute_ends_in_its_own_time()
    {
        const string Recorded = """
            {
              "name": "long", "schemaVersion": "1.5",
              "workflow": {
                "specification": { "tasks": [ { "id": "a" } ] },
                "execution": { "tasks": [ { "id": "a", "runtimeInSeconds": 90 } ] }
              }
            }
            """;
        await using var world = new EngineWorld();
        await world.StartAsync(o => o.AddProcess(WfCommonsImport.Read(Recorded, "long.json").MapOrThrow()));
        var idle = world.Time.ArmedTimers;
        var id = await world.BeginAsync("long");
        await world.Time.WhenArmedAsync(idle + 1).Soon();

        // Less than the timeout altogether: the clock must not run away from what it sets going.
        var seconds = 200;
        var view = await world.UntilAsync(id, seen =>
        {
            if (!seen.HasEnded && seconds-- > 0) world.Time.Advance(TimeSpan.FromSeconds(1));
            return seen.HasEnded;
        });

        view.Status.ShouldBe(InvocationStatus.Completed);
    }
}
