using System.Runtime.CompilerServices;
using Actors.Journal;

namespace Actors.Simulation.Storage;

/// <summary>A recovered log as the auditor wants it. Everything is there at once: nothing is waited for.</summary>
internal sealed class SimulatedInspection(RecoveredStore store) : IStoreInspection
{
    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken = default) => new([]);

    public async IAsyncEnumerable<GrainKey> KeysAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ValueTask.CompletedTask;
        foreach (var journal in store.Data.Journals.Values.OrderBy(j => j.Position)) yield return journal.Key;
        foreach (var key in store.Damaged.Where(key => !store.Data.Journals.ContainsKey(key))) yield return key;
    }

    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default)
    {
        store.Check(key);
        return new(store.Data.Journals.GetValueOrDefault(key)?.Read(afterSequence, bytesMax)
            ?? new JournalPage(0, 0, null, []));
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        store.Data.Payloads.TryGetValue(hash, out var bytes)
            ? new(bytes)
            : throw new StoreCorruptException($"the payload {hash} is missing in the simulated store");

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        new(store.Data.Journals.GetValueOrDefault(key)?.Row);

    public ValueTask DisposeAsync() => default;
}
