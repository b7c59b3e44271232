using Shouldly;

namespace Actors.Silo.Tests.Compliance;

/// <summary>What every transport of the client SDK promises of processes that are deployed over it.</summary>
public abstract class DeploymentCompliance : ClientCompliance
{
    private static int s_number;

    [Fact]
    public async Task A_deployed_process_is_listed_and_runs()
    {
        var name = Fresh();
        var view = await Client.DeployAsync(Definition(name, 1));
        view.Name.ShouldBe(name);
        view.Steps.ShouldBe(["only"]);
        (await Client.ListProcessesAsync()).ShouldContain(p => p.Name == name && p.Definition == view.Definition);
        var started = await Client.StartAsync(new StartRequest(name));
        var ended = await Client.WaitAsync(started.Id, TimeSpan.FromSeconds(20));
        ended.Status.ShouldBe(InvocationStatus.Completed);
        ended.Output!.ToString().ShouldBe("""{"version":1}""");
    }

    [Fact]
    public async Task The_latest_deployment_is_for_new_invocations_and_an_older_one_can_be_deployed_again()
    {
        var name = Fresh();
        foreach (var version in new[] { 1, 1, 2, 1 })
        {
            await Client.DeployAsync(Definition(name, version));
            var started = await Client.StartAsync(new StartRequest(name));
            var ended = await Client.WaitAsync(started.Id, TimeSpan.FromSeconds(20));
            ended.Output!.ToString().ShouldBe($$"""{"version":{{version}}}""");
        }
    }

    [Fact]
    public async Task An_invocation_that_runs_stays_on_the_definition_it_began_with()
    {
        var name = Fresh();
        await Client.DeployAsync(Waiting(name, 1));
        var started = await Client.StartAsync(new StartRequest(name));
        await Client.DeployAsync(Waiting(name, 2));
        await Client.SignalAsync(started.Id, "go");
        var ended = await Client.WaitAsync(started.Id, TimeSpan.FromSeconds(20));
        ended.Output!.ToString().ShouldBe("""{"version":1}""");
    }

    [Fact]
    public async Task A_definition_with_mistakes_is_refused_with_all_of_them()
    {
        var wrong = Payload.FromJson(
            """{"process":"wrong","steps":{"a":{"delay":"1ms","after":["b"]},"c":{"dely":"1ms"}}}""");
        var refused = await Should.ThrowAsync<DefinitionException>(() => Client.DeployAsync(wrong));
        refused.Errors.Length.ShouldBeGreaterThan(1);
        refused.Errors.ShouldAllBe(e => e.Rule != "" && e.Message != "");
    }

    [Fact]
    public async Task A_process_of_the_silos_own_is_not_replaced()
    {
        var refused = await Should.ThrowAsync<ConflictException>(() => Client.DeployAsync(Definition("greet", 1)));
        refused.Message.ShouldContain("'greet'");
    }

    private static Payload Definition(string name, int version) => Payload.FromJson(
        $$$"""{"process":"{{{name}}}","steps":{"only":{"delay":"1ms"}},"output":{"version":{{{version}}}}}""");

    private static Payload Waiting(string name, int version) => Payload.FromJson(
        $$$"""{"process":"{{{name}}}","steps":{"only":{"wait":"go"}},"output":{"version":{{{version}}}}}""");

    private static string Fresh() => $"deployed-{Interlocked.Increment(ref s_number)}";
}
