using System.Collections.Immutable;
using System.Text.Json;
using Actors.Client;
using Actors.Faults;
using Shouldly;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>A handler that ends its process does so at each start, until its invocation is cancelled.</summary>
public sealed class FatalHandlerTests
{
    private const int Healthy = 20;
    private const int Starts = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_silo_without_workers_takes_the_cancel_of_what_ends_every_process_and_the_others_go_on()
    {
        using var folder = new TemporaryFolder();
        using var patience = new CancellationTokenSource(Patience);
        var store = folder.At("store.db");
        for (var start = 0; start < Starts; start++) (await RunAsync("fatal", store, patience.Token)).ShouldBeNull();

        await using (var silo = FaultServer.Silo(store, "--workers", "0"))
        {
            await silo.StartAsync(patience.Token);
            using var client = new HttpActorsClient(silo.Address);
            var running = new InvocationFilter { Status = InvocationStatus.Running };
            (await client.ListAsync(running, patience.Token)).Items.Count.ShouldBe(Healthy + 1);
            await client.CancelAsync(new InvocationId("fatal", "0"), cancellationToken: patience.Token);
            (await client.WaitAsync(new InvocationId("fatal", "0"), null, patience.Token))
                .Status.ShouldBe(InvocationStatus.Cancelled);
            silo.Send(Signal.Terminate);
            (await silo.EndedAsync(patience.Token)).ShouldBe(0, silo.Errors);
        }

        var answer = await RunAsync("calm", store, patience.Token);
        answer.ShouldNotBeNull();
        answer.Ends["fatal Cancelled"].ShouldBe(1);
        answer.Ends["healthy Completed"].ShouldBe(Healthy);
        // What was under way when the process died, time and again, has used up no retry.
        answer.AttemptsMost.ShouldBe(1);
        await FaultFolder.AuditAsync(store);
    }

    /// <returns>What it said; null: it died first.</returns>
    private static async Task<FatalAnswer?> RunAsync(string mode, string store, CancellationToken cancellationToken)
    {
        await using var program = ChildProgram.Start(
            "Actors.Faults", ImmutableDictionary<string, string>.Empty, mode, store);
        var line = await program.HearAsync(cancellationToken);
        var code = await program.EndedAsync(cancellationToken);
        (code == 0).ShouldBe(line is not null, program.Errors);
        return line is null ? null : JsonSerializer.Deserialize<FatalAnswer>(line, JsonSerializerOptions.Web);
    }
}
