using Actors.Grains.Audit;
using Actors.Journal;

namespace Actors.Benchmarks.Measuring;

/// <summary>Reads a store back after a load.</summary>
internal static class Auditor
{
    /// <summary>Of a store that went with its process.</summary>
    public const string NothingToRead = "none: the store was in memory";

    /// <returns>"clean", or what is wrong.</returns>
    public static async Task<string> CheckAsync(IStoreInspection inspection)
    {
        var report = await StoreAuditor.RunAsync(inspection);
        return report.IsClean ? "clean" : $"{report.FindingsTotal} findings, the first: {report.Findings[0]}";
    }

    /// <returns>"clean", or what has not ended.</returns>
    public static async Task<string> CheckEndedAsync(IJournalStore store)
    {
        var unfinished = await store.ResumableAsync(null, 1);
        return unfinished.Count == 0 ? "clean" : $"'{unfinished[0].Key}' has not ended";
    }
}
