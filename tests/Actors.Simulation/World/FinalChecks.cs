using Actors.Grains.Audit;
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

    /// <summary>What each live invocation says is what its journal, and the list, say.</summary>
    public static async Task LiveIsStoredAsync(WorldContext context)
    {
        await using var store = context.Inspect();
        await foreach (var key in store.KeysAsync())
        {
            if (key.Kind != GrainKind.Invocation) continue;
            var id = new InvocationId(key.Tenant, key.Type, key.Id);
            var view = await context.EventuallyAsync(client => client.GetAsync(id));
            var head = (await store.ReadAsync(key)).HeadSequence;
            var row = await store.FindAsync(key);
            if (view.Sequence != head) context.Violation($"'{id}' is at {view.Sequence}, its journal at {head}");
            if (row?.Projection.Status != view.Status.ToString())
                context.Violation($"'{id}' is {view.Status}, and listed as {row?.Projection.Status}");
        }
    }
}
