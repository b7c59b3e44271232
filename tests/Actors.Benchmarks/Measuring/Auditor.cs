using Actors.Grains.Audit;
using Actors.Storage.Sqlite;

namespace Actors.Benchmarks.Measuring;

/// <summary>Reads a store back after a load.</summary>
internal static class Auditor
{
    /// <returns>"clean", or what is wrong.</returns>
    public static async Task<string> CheckAsync(string file, bool allMustHaveEnded)
    {
        await using (var inspection = SqliteStoreInspection.Open(file))
        {
            var report = await StoreAuditor.RunAsync(inspection);
            if (!report.IsClean) return $"{report.FindingsTotal} findings, the first: {report.Findings[0]}";
        }

        if (!allMustHaveEnded) return "clean";
        var options = new SqliteJournalOptions { Path = file };
        await using var store = await SqliteJournalStore.OpenAsync(options, TimeProvider.System);
        var unfinished = await store.ResumableAsync(null, 1);
        return unfinished.Count == 0 ? "clean" : $"'{unfinished[0].Key}' has not ended";
    }
}
