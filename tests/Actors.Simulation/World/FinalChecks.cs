using System.Text.Json;
using Actors.Grains.Audit;
using Actors.Journal;
using Actors.Simulation.Storage;

namespace Actors.Simulation.World;

/// <summary>What must hold in every world when it has come to rest.</summary>
internal static class FinalChecks
{
    /// <summary>The auditor's findings.</summary>
    public static IEnumerable<string> Audit(RecoveredStore store)
    {
        var audit = StoreAuditor.RunAsync(new SimulatedInspection(store));
        if (!audit.IsCompleted) throw new InvalidOperationException("the audit waits for something");
        return audit.GetAwaiter().GetResult().Findings.Select(finding => $"audit: {finding}");
    }

    /// <summary>What the lists show of each invocation, for people.</summary>
    public static string Shown(RecoveredStore store) => string.Join(", ", store.Data.Journals.Values
        .Where(journal => journal.Key.Kind == GrainKind.Invocation)
        .Select(journal => $"{journal.Key.Type}/{journal.Key.Id} {journal.Projection?.Status}"));

    /// <summary>What each live invocation says is what its journal, and the list, say.</summary>
    public static async Task LiveIsStoredAsync(WorldContext context)
    {
        await using var store = context.Inspect();
        await foreach (var key in store.KeysAsync())
        {
            if (key.Kind != GrainKind.Invocation) continue;
            var id = new InvocationId(key.Tenant, key.Type, key.Id);
            if (context.IsDamaged(key))
            {
                await RefusesAsync(context, id);
                continue;
            }

            var view = await context.EventuallyAsync(client => client.GetAsync(id));
            var head = (await store.ReadAsync(key)).HeadSequence;
            var row = await store.FindAsync(key);
            if (view.Sequence != head) context.Violation($"'{id}' is at {view.Sequence}, its journal at {head}");
            if (row?.Projection.Status != view.Status.ToString())
                context.Violation($"'{id}' is {view.Status}, and listed as {row?.Projection.Status}");
        }
    }

    /// <summary>What a silo reads from the journals is, in every field, what another had in memory.</summary>
    public static async Task RestartedIsLiveAsync(WorldContext context)
    {
        var before = await ViewsAsync(context);
        for (var i = 0; i < context.Silos; i++) context.KillSilo(i, TimeSpan.FromMilliseconds(10));
        var after = await ViewsAsync(context);
        foreach (var (id, view) in before.Where(v => after.GetValueOrDefault(v.Key) != v.Value))
            context.Violation($"[fold] '{id}' was {view}, and is {after.GetValueOrDefault(id)} behind a restart");
    }

    private static async Task<Dictionary<InvocationId, string>> ViewsAsync(WorldContext context)
    {
        var views = new Dictionary<InvocationId, string>();
        await using var store = context.Inspect();
        await foreach (var key in store.KeysAsync())
        {
            if (key.Kind != GrainKind.Invocation || context.IsDamaged(key)) continue;
            var id = new InvocationId(key.Tenant, key.Type, key.Id);
            var view = await context.EventuallyAsync(client => client.GetAsync(id));
            if (view.HasEnded) views[id] = JsonSerializer.Serialize(view);
        }

        return views;
    }

    /// <summary>What is damaged is said to be, and nothing else is told of it.</summary>
    private static async Task RefusesAsync(WorldContext context, InvocationId id)
    {
        try
        {
            var view = await context.EventuallyAsync(client => client.GetAsync(id));
            context.Violation($"'{id}' is damaged, and told as {view.Status}");
        }
        catch (StoreCorruptException)
        {
            // Just so.
        }
    }
}
