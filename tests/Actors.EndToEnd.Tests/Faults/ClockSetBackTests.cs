using System.Text.Json;
using Actors.Faults;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>The wall clock of a process that works is set back by an hour, and right again.</summary>
public sealed class ClockSetBackTests(ITestOutputHelper output)
{
    private const int Each = 100;

    /// <summary>
    /// One of each paced invocation; of each timed one a try, its retry, and what comes behind the delay.
    /// </summary>
    private const int Attempts = 2 * Each + 2 * Each * 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [FakeClockFact]
    public async Task A_clock_that_is_set_back_makes_nothing_early_twice_or_lost()
    {
        using var folder = new TemporaryFolder();
        using var patience = new CancellationTokenSource(Patience);
        var (store, clock) = (folder.At("store.db"), folder.At("clock"));
        await File.WriteAllTextAsync(clock, "+0", patience.Token);
        await using var program =
            ChildProgram.Start("Actors.Faults", FakeClock.Environment(clock), "clock", store, clock);
        var line = await program.HearAsync(patience.Token);

        (await program.EndedAsync(patience.Token)).ShouldBe(0, program.Errors);
        output.WriteLine(line);
        var answer = JsonSerializer.Deserialize<ClockAnswer>(line!, JsonSerializerOptions.Web)!;
        answer.Ends["paced Completed"].ShouldBe(2 * Each);
        answer.Ends["timed Completed"].ShouldBe(2 * Each);
        answer.Held.ShouldBeGreaterThan(0);
        answer.Attempts.ShouldBe(Attempts);
        answer.Repeated.ShouldBe(0);
        answer.Early.ShouldBe(0);
        await FaultFolder.AuditAsync(store);
    }
}
