using System.Collections.Concurrent;

namespace Actors.Silo.Orleans.Hosting;

/// <summary>
/// Processes that were asked for on this silo and that it does not know. While a new version is rolled out another silo
/// may know them, so for a while nothing fails for want of one: it is asked for again, here or where its grain is then.
/// </summary>
internal sealed class UnknownProcesses(TimeProvider time)
{
    private const int NamesMax = 1_000;

    /// <summary>How long a rollout may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, long> _firstAsked = new(StringComparer.Ordinal);

    /// <summary>Whether it is too early to say that nobody knows a process.</summary>
    public bool MayStillCome(string process)
    {
        if (_firstAsked.TryGetValue(process, out var first)) return time.GetElapsedTime(first) < Patience;
        return _firstAsked.Count < NamesMax &&
            time.GetElapsedTime(_firstAsked.GetOrAdd(process, time.GetTimestamp())) < Patience;
    }
}
