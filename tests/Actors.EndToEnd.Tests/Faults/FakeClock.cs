namespace Actors.EndToEnd.Tests.Faults;

/// <summary>
/// A wall clock of a child process that can be set while it runs: libfaketime. The clock that nobody sets is left
/// alone, as when a real one is set.
/// </summary>
internal static class FakeClock
{
    /// <summary>
    /// The one for threads. The other one tells the true time now and then when several ask at once, and timers that
    /// are set in such a moment wait for the hour that lies between.
    /// </summary>
    private static readonly string? Library =
        new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib" }
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists);

    /// <summary>Why there is none here; null: there is one.</summary>
    public static string? Obstacle { get; } = Library is null ? "libfaketime is not installed" : null;

    /// <summary>The variables of a child whose clock is off by what a file says: <c>+0</c>, <c>-1h</c>.</summary>
    public static IReadOnlyDictionary<string, string> Environment(string file) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LD_PRELOAD"] = Library!,
            ["FAKETIME_TIMESTAMP_FILE"] = file,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["DONT_FAKE_MONOTONIC"] = "1",
            // Else version 0.9.10, with that clock left alone, lets waits with a time limit end at once: threads spin.
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        };
}

/// <summary>A test that sets clocks; skipped, with the reason, where it can't.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FakeClockFactAttribute : FactAttribute
{
    public FakeClockFactAttribute() => Skip = FakeClock.Obstacle;
}
