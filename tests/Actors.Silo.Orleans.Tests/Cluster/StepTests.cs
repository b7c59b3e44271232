using Actors.Core.Definitions;
using Actors.Definitions;
using Actors.Silo.Embedded;
using Actors.Tests;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>What a step says of its time and its response holds on whatever silo its attempts are.</summary>
public sealed class StepTests
{
    private const int Silos = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Responses_are_mapped_on_all_silos_and_what_can_not_be_taken_is_undone()
    {
        await using var server = await TestServer.StartAsync(context =>
        {
            context.Response.Headers.Location = "/payments/7";
            return context.Response.WriteAsync("""{"id":7}""");
        });
        await using var cluster = await RunningCluster.StartAsync(Silos, options =>
        {
            Add(options, $$"""
                process: maps
                services: { shop: { url: '{{server.Url}}' } }
                steps:
                  pay:
                    post: shop/payments
                    response: '{$.response.status} {$.response.headers.location} {$.response.body.id}'
                output: $.steps.pay.result
                """);
            Add(options, $$"""
                process: fails
                services: { shop: { url: '{{server.Url}}' } }
                steps:
                  pay: { post: shop/payments, responseMax: 1, undo: { post: shop/refunds } }
                """);
        });
        for (var i = 0; i < 8; i++)
        {
            var ended = await RunAsync(cluster, i % Silos, "maps", $"{i}");
            ended.Output.ShouldBe(Payload.From("200 /payments/7 7"));
            ended = await RunAsync(cluster, i % Silos, "fails", $"{i}");
            ended.Failure!.MayHaveHappened.ShouldBeTrue();
            ended.Steps[0].Status.ShouldBe(StepStatus.Undone);
        }

        server.Seen.Count(s => s.Target == "/refunds").ShouldBe(8);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_waits_for_a_place_when_its_time_is_up_has_failed_then_and_is_never_begun(bool forLimit)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new SemaphoreSlim(0);
        await using var cluster = await RunningCluster.StartAsync(forLimit ? Silos : 1, options =>
        {
            if (!forLimit) options.Host = options.Host with { WorkersMax = 1 };
            options
                .AddHandler<Payload, string>("work", async (_, context) =>
                {
                    begun.Release();
                    await end.Task.WaitAsync(context.CancellationToken);
                    return "done";
                })
                .AddProcess(Of("holds", null, forLimit)).AddProcess(Of("waits", TimeSpan.FromSeconds(1), forLimit));
        });
        var holds = (await cluster.Client.StartAsync(new StartRequest("holds"))).Id;
        (await begun.WaitAsync(Patience)).ShouldBeTrue();

        var ended = await RunAsync(cluster, 0, "waits", "first");
        (ended.Failure!.Type, ended.Steps[0].Attempts).ShouldBe(("timeout", 1));
        ended.Failure.Message.ShouldContain("was not begun");
        // One that waits for a limit is answered in time; one in the stream when somebody looks at it.
        ended.DurationMs.ShouldBeInRange(1_000, forLimit ? 4_000 : 15_000);

        end.SetResult();
        (await cluster.Client.WaitAsync(holds).WaitAsync(Patience)).Status.ShouldBe(InvocationStatus.Completed);
        begun.CurrentCount.ShouldBe(0);
        (await RunAsync(cluster, 0, "waits", "second")).Status.ShouldBe(InvocationStatus.Completed);
    }

    private static StepMap Of(string process, TimeSpan? time, bool hasLimit) => new()
    {
        Process = process,
        Steps =
        [
            new Step
            {
                Name = "work",
                Action = new StepAction.Handler("work"),
                Limit = hasLimit ? new StepLimit("one", 1, null) : null,
                Timeout = new StepTimeouts(null, time),
            },
        ],
    };

    private static void Add(ActorsOptions options, string process) =>
        options.AddProcess(ProcessFile.Read(process, "p.yaml").MapOrThrow());

    private static async Task<InvocationView> RunAsync(RunningCluster cluster, int silo, string process, string key)
    {
        using var late = new CancellationTokenSource(Patience);
        var client = cluster.ClientOf(silo);
        var id = (await client.StartAsync(new StartRequest(process) { Key = key }, late.Token)).Id;
        return await client.WaitAsync(id, cancellationToken: late.Token);
    }
}
