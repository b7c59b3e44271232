using Actors.Definitions;
using Shouldly;
using static Actors.Grains.Tests.Engine.EngineWorld;

namespace Actors.Grains.Tests.Engine;

public sealed class ChildTests
{
    private static readonly InvocationId ChildId = new("c", "p~k~1~child");

    [Fact]
    public async Task A_child_that_ends_after_a_restart_gives_its_output_to_its_parent()
    {
        await using var world = await MakeAsync();
        var parent = await world.BeginAsync("p");
        await world.UntilAsync(ChildId, c => c.Status == InvocationStatus.Waiting);
        await world.RestartAsync();
        await world.Client.SignalAsync(ChildId, "go", Payload.FromJson("42"));
        var ended = await world.EndAsync(parent);
        ended.Status.ShouldBe(InvocationStatus.Completed);
        ended.Output.ToString().ShouldBe("""{"child":{"wait":42}}""");
    }

    [Fact]
    public async Task A_child_that_ended_while_its_parent_was_not_there_is_found_at_the_start()
    {
        await using var world = await MakeAsync();
        var parent = await world.BeginAsync("p");
        await world.UntilAsync(ChildId, c => c.Status == InvocationStatus.Waiting);
        await world.Client.PauseAsync(parent);
        await world.Client.SignalAsync(ChildId, "go", Payload.FromJson("42"));
        await world.EndAsync(ChildId);
        await world.RestartAsync();
        await world.Client.ResumeAsync(parent);
        (await world.EndAsync(parent)).Output.ToString().ShouldBe("""{"child":{"wait":42}}""");
    }

    [Fact]
    public async Task A_child_is_cancelled_with_its_parent_also_after_a_restart()
    {
        await using var world = await MakeAsync();
        var parent = await world.BeginAsync("p");
        await world.UntilAsync(ChildId, c => c.Status == InvocationStatus.Waiting);
        await world.RestartAsync();
        await world.Client.CancelAsync(parent);
        (await world.EndAsync(ChildId)).Status.ShouldBe(InvocationStatus.Cancelled);
        (await world.EndAsync(parent)).Status.ShouldBe(InvocationStatus.Cancelled);
    }

    [Theory]
    [InlineData("p", "p", 1)]
    [InlineData("q", "p", 2)]
    public async Task A_child_that_its_parent_waits_for_is_not_started(string first, string second, int depth)
    {
        static StepMap Starts(string process, string other) =>
            Map(process, Child("child", "") with { Action = new StepAction.Child(other, "k") });
        await using var world = new EngineWorld();
        await world.StartAsync(o =>
        {
            o.AddProcess(Starts("p", first));
            if (first != second) o.AddProcess(Starts("q", second));
        });

        var ended = await world.EndAsync(await world.BeginAsync("p"));

        var failure = ended.Failure;
        for (var i = 1; i < depth; i++) failure = failure!.Cause;
        failure!.Type.ShouldBe("child-cycle");
    }

    [Fact]
    public async Task A_child_that_fails_fails_its_parent_with_its_reason()
    {
        await using var world = await MakeAsync();
        var parent = await world.BeginAsync("p");
        await world.UntilAsync(ChildId, c => c.Status == InvocationStatus.Waiting);
        await world.RestartAsync();
        await world.Client.CancelAsync(ChildId, "nobody wants it");
        var ended = await world.EndAsync(parent);
        ended.Status.ShouldBe(InvocationStatus.Failed);
        ended.Failure!.Type.ShouldBe("child");
        ended.Failure.Cause!.Message.ShouldBe("nobody wants it");
    }

    [Theory]
    [InlineData("nowhere", "not-found", "which is not registered")]
    [InlineData("strict", "invalid-payload", "does not fit its schema")]
    public async Task A_child_that_can_t_be_started_fails_its_step_with_the_type_of_the_reason(
        string process, string type, string says)
    {
        await using var world = new EngineWorld();
        var strict = Map("strict", Echo("a")) with { InputSchema = """{"required":["x"],"type":"object"}""" };
        await world.StartAsync(o => o.AddProcess(Map("p", Child("child", process))).AddProcess(strict));
        var ended = await world.EndAsync(await world.BeginAsync("p"));
        ended.Status.ShouldBe(InvocationStatus.Failed);
        (ended.Failure!.Type, ended.Steps[0].Failure!.Type).ShouldBe((type, type));
        ended.Failure.Message.ShouldContain(says);
    }

    [Fact]
    public async Task A_child_whose_id_finds_nothing_fails_its_step_as_a_mapping()
    {
        await using var world = new EngineWorld();
        var child = Child("child", "c") with { Action = new StepAction.Child("c", "{$.input.none}") };
        await world.StartAsync(o => o.AddProcess(Map("p", child)).AddProcess(Map("c", Echo("a"))));
        (await world.EndAsync(await world.BeginAsync("p"))).Failure!.Type.ShouldBe("mapping");
    }

    [Fact]
    public async Task A_parent_leaves_memory_while_it_waits_and_asks_after_its_child_all_the_same()
    {
        await using var world = await MakeAsync();
        var parent = await world.BeginAsync("p");
        await world.UntilAsync(ChildId, c => c.Status == InvocationStatus.Waiting);
        (await world.Engine.Host.Store.FindAsync(parent.Key))!.Projection.WakeAt.ShouldNotBeNull();
        await LeftAsync(world);
        var activations = world.Engine.Host.ActivationsTotal;
        for (var i = 0; i < 3; i++)
        {
            // Nothing else reads or wakes it: the check does, by the due index.
            await CheckedAsync(world, parent);
            await LeftAsync(world);
        }

        world.Engine.Host.ActivationsTotal.ShouldBeGreaterThanOrEqualTo(activations + 3);
        await world.Client.SignalAsync(ChildId, "go", Payload.FromJson("42"));
        (await world.EndAsync(parent)).Output.ToString().ShouldBe("""{"child":{"wait":42}}""");
    }

    /// <summary>Lets time pass until the parent has asked once more, or several times.</summary>
    private static async Task CheckedAsync(EngineWorld world, InvocationId parent)
    {
        var before = await AskedAsync();
        using var patience = new CancellationTokenSource(Hosting.Rig.Patience.Long);
        while (await AskedAsync() == before)
        {
            patience.Token.ThrowIfCancellationRequested();
            world.Time.Advance(TimeSpan.FromSeconds(5));
        }

        async Task<int> AskedAsync() => (await world.HistoryAsync(parent)).Count(e => e == "ChildrenAsked");
    }

    private static async Task LeftAsync(EngineWorld world)
    {
        for (var i = 0; i < 4; i++) world.Time.Advance(TimeSpan.FromSeconds(7));
        await Hosting.TestHost.UntilAsync(() =>
        {
            world.Time.Advance(TimeSpan.FromMilliseconds(250));
            return world.Engine.Host.Activations.All(a => a.Key.Kind != GrainKind.Invocation);
        });
    }

    private static async Task<EngineWorld> MakeAsync()
    {
        var world = new EngineWorld();
        await world.StartAsync(o =>
        {
            o.Host = o.Host with { IdleTimeout = TimeSpan.FromSeconds(5) };
            o.AddProcess(Map("p", Child("child", "c")));
            o.AddProcess(Map("c", Wait("wait", "go")));
        });
        return world;
    }
}
