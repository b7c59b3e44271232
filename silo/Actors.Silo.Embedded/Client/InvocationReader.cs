using Actors.Core.Invocations;
using Actors.Core.Processes;
using Actors.Grains.Registry;
using Actors.Journal;

namespace Actors.Silo.Embedded.Client;

/// <summary>Reads the state of an invocation straight from its journal: what is durable, without its grain.</summary>
internal sealed class InvocationReader(IJournalStore store, DefinitionCatalog catalog)
{
    /// <exception cref="NotFoundException">No such invocation.</exception>
    public async Task<InvocationState> ReadAsync(InvocationId id, CancellationToken cancellationToken)
    {
        InvocationMachine? machine = null;
        var page = await store.ReadAsync(id.Key, cancellationToken: cancellationToken);
        if (page.HeadSequence == 0) throw new NotFoundException($"there is no invocation '{id}' in this store");
        if (page.Snapshot is { } snapshot)
        {
            foreach (var hash in InvocationSnapshot.Definitions(snapshot.State))
                await catalog.GetAsync(hash, cancellationToken);
            machine = new InvocationMachine(InvocationSnapshot.Read(id, snapshot.State, Known), Known);
        }

        machine ??= new InvocationMachine(id, Known);
        while (true)
        {
            foreach (var record in page.Records) await ReplayAsync(machine, record, cancellationToken);
            if (!page.More) return machine.State;
            var last = page.Records.Count > 0 ? page.Records[^1].LastSequence : page.Snapshot!.Sequence;
            page = await store.ReadAsync(id.Key, last, cancellationToken: cancellationToken);
        }

        CompiledProcess Known(string hash) => catalog.TryGet(hash, out var definition)
            ? definition
            : throw new StoreCorruptException(
                $"invocation '{id}' is pinned to definition {hash}, which is not in the store");
    }

    private async Task ReplayAsync(InvocationMachine machine, JournalRecord record, CancellationToken cancellationToken)
    {
        var payloads = new Dictionary<PayloadHash, Payload>();
        foreach (var hash in InvocationEventCodec.References(record.Events))
            payloads[hash] = Payload.FromTrustedUtf8(await store.ReadPayloadAsync(hash, cancellationToken));
        foreach (var e in InvocationEventCodec.Read(record.Events, hash => payloads[hash]))
        {
            if (DefinitionOf(e) is { } hash) await catalog.GetAsync(hash, cancellationToken);
            machine.Replay(e);
        }
    }

    private static string? DefinitionOf(InvocationEvent e) => e switch
    {
        InvocationEvent.Started started => started.Definition,
        InvocationEvent.ReplacementQueued queued => queued.Definition,
        _ => null,
    };
}
