using Actors.Core.Invocations;
using Actors.Core.Processes;
using Actors.Grains.Registry;
using Actors.Journal;

namespace Actors.Benchmarks.Measuring;

/// <summary>
/// Reads a store back after a load: every invocation that a list shows must have a gap-free journal that folds to the
/// status that the list shows, and have ended if it had to.
/// </summary>
internal static class Auditor
{
    private const int InvocationsMax = 20_000;

    public static async Task<string> CheckAsync(IJournalStore store, bool allMustHaveEnded)
    {
        var catalog = new DefinitionCatalog(store);
        string? cursor = null;
        var seen = 0;
        do
        {
            var page = await store.ListAsync(new ProjectionFilter(GrainKind.Invocation, Names.DefaultTenant, Cursor: cursor, CountMax: 1000));
            foreach (var row in page.Rows)
            {
                if (await CheckOneAsync(store, catalog, row, allMustHaveEnded) is { } trouble) return trouble;
            }

            seen += page.Rows.Count;
            cursor = page.Cursor;
        }
        while (cursor is not null && seen < InvocationsMax);
        return "clean";
    }

    private static async Task<string?> CheckOneAsync(IJournalStore store, DefinitionCatalog catalog, ProjectionRow row, bool mustHaveEnded)
    {
        var machine = new InvocationMachine(new InvocationId(row.Key.Tenant, row.Key.Type, row.Key.Id), hash => Find(catalog, hash));
        long after = 0;
        JournalPage page;
        do
        {
            page = await store.ReadAsync(row.Key, after);
            foreach (var record in page.Records)
            {
                if (record.FirstSequence != after + 1) return $"{row.Key} has a gap behind {after}";
                foreach (var e in InvocationEventCodec.Read(record.Events, _ => throw new InvalidOperationException("no large payloads here")))
                {
                    if (e is InvocationEvent.Started started) await catalog.GetAsync(started.Definition, default);
                    machine.Replay(e);
                }

                after = record.LastSequence;
            }
        }
        while (page.More);
        if (machine.State.Status.ToString() != row.Projection.Status)
            return $"{row.Key} folds to {machine.State.Status} but is listed as {row.Projection.Status}";
        return mustHaveEnded && machine.State.Phase != InvocationPhase.Ended ? $"{row.Key} has not ended" : null;
    }

    private static CompiledProcess Find(DefinitionCatalog catalog, string hash) =>
        catalog.TryGet(hash, out var definition) ? definition : throw new InvalidOperationException($"definition {hash} is not registered");
}
