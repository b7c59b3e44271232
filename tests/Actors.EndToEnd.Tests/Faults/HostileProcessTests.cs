using System.Text.Json;
using Actors.Faults;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.EndToEnd.Tests.Faults;

/// <summary>What is hostile to a whole process: memory that runs out, a clock that is set back.</summary>
public sealed class HostileProcessTests(ITestOutputHelper output)
{
    private const int StartsMax = 10;
    private const int Healthy = 200;
    private const int Paced = 100;

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

    [FaketimeFact]
    public async Task A_clock_that_is_set_back_by_an_hour_keeps_nothing_that_has_no_timer_of_before()
    {
        using var folder = new DirectoryHolder();
        var clock = Path.Combine(folder.Path, "clock");
        await File.WriteAllTextAsync(clock, "+0");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LD_PRELOAD"] = FaketimeFactAttribute.Library!,
            ["FAKETIME_TIMESTAMP_FILE"] = clock,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };
        var (_, ends) = await RunAsync(environment, store => ["clock", store, clock]);

        output.WriteLine(string.Join(", ", ends));
        ends["paced Completed"].ShouldBe(2 * Paced);
        ends["timed Completed"].ShouldBe(Paced);
    }

    /// <summary>Runs the program, again after each time that it died, until it has said how all ended.</summary>
    private async Task<(int Starts, SortedDictionary<string, int> Ends)> RunAsync(
        IReadOnlyDictionary<string, string> environment, Func<string, string[]> arguments)
    {
        using var folder = new DirectoryHolder();
        using var patience = new CancellationTokenSource(Patience);
        for (var start = 1; start <= StartsMax; start++)
        {
            await using var program = ChildProgram.Start(
                "Actors.Faults", environment, arguments(Path.Combine(folder.Path, "store.db")));
            if (await program.HearAsync(patience.Token) is { } line)
                return (start, JsonSerializer.Deserialize<HostileAnswer>(line, JsonSerializerOptions.Web)!.Ends);
            output.WriteLine($"start {start} ended: {program.Errors}");
        }

        throw new TimeoutException($"it died {StartsMax} times");
    }

    private sealed class DirectoryHolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("actors-hostile-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

/// <summary>A test that gives a process a clock of its own; skipped where libfaketime is not installed.</summary>
public sealed class FaketimeFactAttribute : FactAttribute
{
    /// <summary>Says why it is skipped.</summary>
    public FaketimeFactAttribute()
    {
        if (Library is null) Skip = "needs libfaketime (Debian: faketime)";
    }

    /// <summary>The library; null: it is not there.</summary>
    public static string? Library { get; } = Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists)
        : null;
}
