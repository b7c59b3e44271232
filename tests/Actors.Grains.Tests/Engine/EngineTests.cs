using Actors.Definitions;
using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace Actors.Grains.Tests.Engine;

public sealed class EngineTests
{
    private static Step Work(string name, params string[] after) =>
        new() { Name = name, Action = new StepAction.Handler("echo"), After = [.. after] };

    private static ActorsEngine Make(Action<ActorsOptions> configure)
    {
        var options = new ActorsOptions().UseMemory();
        options.AddHandler<Payload, Payload>("echo", (input, _) => new ValueTask<Payload>(input));
        configure(options);
        var services = new ServiceCollection().BuildServiceProvider();
        return new ActorsEngine(options, services, NullLoggerFactory.Instance, TimeProvider.System);
    }

    [Fact]
    public async Task The_store_that_is_named_last_is_used()
    {
        await using var engine = Make(o => o.UsePostgres("postgres://nobody@127.0.0.1:1/nowhere").UseMemory());
        await engine.StartAsync(default);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("data source=/var/lib/actors.db")]
    public void A_store_that_is_no_file_is_refused_at_once(string? path) =>
        Should.Throw<ArgumentException>(() => new ActorsOptions().UseSqlite(path!));

    [Fact]
    public async Task What_is_added_later_is_hosted_by_the_same_engine()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddActors(o => o.UseMemory().AddProcess(new StepMap { Process = "a", Steps = [Work("x")] }));
        services.AddActors(o => o
            .AddHandler<Payload, Payload>("echo", (input, _) => new ValueTask<Payload>(input))
            .AddProcess(new StepMap { Process = "b", Steps = [Work("y")] }));
        await using var provider = services.BuildServiceProvider();
        var service = provider.GetServices<Microsoft.Extensions.Hosting.IHostedService>().ShouldHaveSingleItem();
        await service.StartAsync(default);
        var client = provider.GetRequiredService<IActorsClient>();
        foreach (var process in new[] { "a", "b" })
        {
            var started = await client.StartAsync(new StartRequest(process));
            (await client.WaitAsync(started.Id)).Status.ShouldBe(InvocationStatus.Completed);
        }

        await service.StopAsync(default);
    }

    [Fact]
    public async Task A_process_runs_from_start_to_output()
    {
        var map = new StepMap { Process = "p", Steps = [Work("a"), Work("b", "a")] };
        await using var engine = Make(o => o.AddProcess(map));
        await engine.StartAsync(default);
        var started = await engine.Client.StartAsync(new StartRequest("p", Payload.FromJson("""{"n":1}""")));
        var ended = await engine.Client.WaitAsync(started.Id);
        ended.Status.ShouldBe(InvocationStatus.Completed);
        ended.Output.ToString().ShouldBe("""{"b":{"n":1}}""");
        var history = await engine.Client.HistoryAsync(started.Id);
        history.Events.Select(e => e.Type).ShouldBe(
            ["Started", "StepScheduled", "StepSucceeded", "StepScheduled", "StepSucceeded", "Completed"]);
    }

    [Fact]
    public async Task Hundreds_run_at_once_on_sqlite_and_are_there_after_a_restart()
    {
        var file = Path.Combine(Path.GetTempPath(), $"engine-{Guid.NewGuid():N}.db");
        try
        {
            var map = new StepMap { Process = "p", Steps = [Work("a"), Work("b", "a")] };
            void Configure(ActorsOptions o) => o.UseSqlite(file).AddProcess(map);
            await using (var engine = Make(Configure))
            {
                await engine.StartAsync(default);
                await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
                {
                    var id = (await engine.Client.StartAsync(new StartRequest("p") { Key = $"k{i}" })).Id;
                    (await engine.Client.WaitAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
                }));
            }

            await using (var engine = Make(Configure))
            {
                await engine.StartAsync(default);
                (await engine.Client.StartAsync(new StartRequest("p") { Key = "k7" })).Created.ShouldBeFalse();
                (await engine.Client.GetAsync(new InvocationId("p", "k7"))).Status.ShouldBe(InvocationStatus.Completed);
            }
        }
        finally
        {
            foreach (var f in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(file) + "*")) File.Delete(f);
        }
    }
}
