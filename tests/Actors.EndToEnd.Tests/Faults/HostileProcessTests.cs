using System.Text.Json;
using Actors.Faults;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>What is hostile to a whole process: memory that runs out.</summary>
public sealed class HostileProcessTests(ITestOutputHelper output)
{
    private const int StartsMax = 10;
    private const int Healthy = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Handlers_that_allocate_for_ever_fail_by_their_policy_and_the_others_end()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // 192 MB.
            ["DOTNET_GCHeapHardLimit"] = "0xC000000",
        };
        var (starts, ends) = await RunAsync(environment, store => ["memory", store]);

        output.WriteLine($"{starts} starts: {string.Join(", ", ends)}");
        ends["healthy Completed"].ShouldBe(Healthy);
        ends["allocates Failed OutOfMemoryException"].ShouldBe(2);
    }

    /// <summary>Runs the program, again after each time that it died, until it has said how all ended.</summary>
    private async Task<(int Starts, SortedDictionary<string, int> Ends)> RunAsync(
        IReadOnlyDictionary<string, string> environment, Func<string, string[]> arguments)
    {
        using var folder = new TemporaryFolder();
        var store = folder.At("store.db");
        using var patience = new CancellationTokenSource(Patience);
        for (var start = 1; start <= StartsMax; start++)
        {
            await using var program = ChildProgram.Start("Actors.Faults", environment, arguments(store));
            if (await program.HearAsync(patience.Token) is { } line)
            {
                await program.EndedAsync(patience.Token);
                await FaultFolder.AuditAsync(store);
                return (start, JsonSerializer.Deserialize<HostileAnswer>(line, JsonSerializerOptions.Web)!.Ends);
            }

            output.WriteLine($"start {start} ended: {program.Errors}");
        }

        throw new TimeoutException($"it died {StartsMax} times");
    }
}
