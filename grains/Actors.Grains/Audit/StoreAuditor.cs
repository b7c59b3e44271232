using System.Collections.Immutable;
using System.Text.Json;
using Actors.Core.Invocations;
using Actors.Core.Processes;
using Actors.Grains.Entities;
using Actors.Grains.Registry;
using Actors.Journal;

namespace Actors.Grains.Audit;

/// <summary>
/// Checks a store from its first page to the meaning of its last event, without changing it. What is damaged is
/// reported and passed over, so that one damaged journal does not hide another. Reads everything once, one journal at
/// a time, in bounded memory.
/// </summary>
public sealed class StoreAuditor
{
    /// <summary>Findings that a report lists; more are only counted.</summary>
    public const int FindingsMax = 1_000;

    // As deep as a payload may be, inside of an event, inside of the array of a record.
    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = Payload.DepthMax + 8 };

    private readonly IStoreInspection _store;
    private readonly ImmutableArray<AuditFinding>.Builder _findings = ImmutableArray.CreateBuilder<AuditFinding>();
    private readonly Dictionary<string, CompiledProcess?> _definitions = new(StringComparer.Ordinal);
    private long _total;
    private long _invocations;
    private long _entities;
    private long _others;
    private long _events;

    private StoreAuditor(IStoreInspection store) => _store = store;

    /// <summary>Audits a store.</summary>
    /// <param name="store">The store, not disposed of.</param>
    /// <param name="cancellationToken">Ends the audit.</param>
    public static Task<AuditReport> RunAsync(IStoreInspection store, CancellationToken cancellationToken = default) =>
        new StoreAuditor(store).RunAsync(cancellationToken);

    private async Task<AuditReport> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var finding in await _store.CheckAsync(cancellationToken)) Report(AuditRule.Store, null, 0, finding);
        try
        {
            await foreach (var key in _store.KeysAsync(cancellationToken)) await CheckAsync(key, cancellationToken);
        }
        catch (Exception e) when (e is StoreException or StoreCorruptException)
        {
            Report(AuditRule.Store, null, 0, $"the list of journals can't be read to its end: {e.Message}");
        }

        return new AuditReport(_invocations, _entities, _others, _events, _total, _findings.ToImmutable());
    }

    private async Task CheckAsync(GrainKey key, CancellationToken cancellationToken)
    {
        switch (key.Kind)
        {
            case GrainKind.Invocation:
                _invocations++;
                await CheckInvocationAsync(key, cancellationToken);
                break;
            case GrainKind.Entity:
                _entities++;
                await CheckOtherAsync(key, EntityHistory.Check, cancellationToken);
                break;
            default:
                _others++;
                await CheckOtherAsync(key, static _ => null, cancellationToken);
                break;
        }
    }

    private async Task CheckInvocationAsync(GrainKey key, CancellationToken cancellationToken)
    {
        var audit = new InvocationAudit(
            key, hash => _definitions[hash]!, (rule, sequence, message) => Report(rule, key, sequence, message));
        string? trouble = null;
        try
        {
            audit.Snapshot = (await _store.ReadAsync(key, null, 1, cancellationToken)).Snapshot;
        }
        catch (Exception e) when (e is StoreException or StoreCorruptException)
        {
            trouble = e.Message;
        }

        var isWhole = await ForEachRecordAsync(
            key,
            async record =>
            {
                var payloads = await PayloadsAsync(key, record, cancellationToken);
                if (payloads is null) return false;
                var events = InvocationEventCodec.Read(record.Events, hash => payloads[hash]);
                foreach (var e in events)
                {
                    if (!await DefinitionsKnownAsync(key, record.FirstSequence, e, cancellationToken)) return false;
                }

                return audit.Fold(record, events);
            },
            cancellationToken);
        if (!isWhole) return;
        // The records are sound, so it is the snapshot that is not.
        if (trouble is not null) Report(AuditRule.Snapshot, key, 0, trouble);
        audit.End(await FindAsync(key, cancellationToken));
    }

    private Task CheckOtherAsync(GrainKey key, Func<JsonElement, string?> check, CancellationToken cancellationToken) =>
        ForEachRecordAsync(
            key,
            async record =>
            {
                if (await PayloadsAsync(key, record, cancellationToken) is null) return false;
                using var events = JsonDocument.Parse(record.Events, ReadOptions);
                if (events.RootElement.GetArrayLength() != record.EventCount)
                    Report(AuditRule.Journal, key, record.FirstSequence, "the record holds another number of events");
                var sequence = record.FirstSequence;
                foreach (var e in events.RootElement.EnumerateArray())
                {
                    if (check(e) is { } trouble) Report(AuditRule.Journal, key, sequence, trouble);
                    sequence++;
                }

                return true;
            },
            cancellationToken);

    /// <returns>Whether all of the journal was read and made sense.</returns>
    private async Task<bool> ForEachRecordAsync(
        GrainKey key, Func<JournalRecord, Task<bool>> check, CancellationToken cancellationToken)
    {
        long after = 0;
        long epoch = 0;
        try
        {
            while (true)
            {
                var page = await _store.ReadAsync(key, after, cancellationToken: cancellationToken);
                foreach (var record in page.Records)
                {
                    if (record.FirstSequence != after + 1)
                        Report(AuditRule.Journal, key, after + 1, $"the next record begins at {record.FirstSequence}");
                    if (record.Epoch < epoch)
                        Report(AuditRule.Journal, key, record.FirstSequence, $"epoch {record.Epoch} follows {epoch}");
                    (after, epoch) = (record.LastSequence, record.Epoch);
                    _events += record.EventCount;
                    if (!await check(record)) return false;
                }

                if (!page.More) return true;
            }
        }
        catch (Exception e) when (e is StoreException or StoreCorruptException or JsonException)
        {
            Report(AuditRule.Journal, key, after + 1, e.Message);
            return false;
        }
    }

    /// <returns>Null: one of them is missing or damaged, which was reported.</returns>
    private async Task<Dictionary<PayloadHash, Payload>?> PayloadsAsync(
        GrainKey key, JournalRecord record, CancellationToken cancellationToken)
    {
        var payloads = new Dictionary<PayloadHash, Payload>();
        foreach (var hash in InvocationEventCodec.References(record.Events))
        {
            try
            {
                var bytes = await _store.ReadPayloadAsync(hash, cancellationToken);
                payloads[hash] = Payload.FromTrustedUtf8(bytes);
            }
            catch (Exception e) when (e is StoreException or StoreCorruptException)
            {
                Report(AuditRule.Payload, key, record.FirstSequence, e.Message);
                return null;
            }
        }

        return payloads;
    }

    private async Task<bool> DefinitionsKnownAsync(
        GrainKey key, long sequence, InvocationEvent e, CancellationToken cancellationToken)
    {
        var hash = e switch
        {
            InvocationEvent.Started started => started.Definition,
            InvocationEvent.ReplacementQueued queued => queued.Definition,
            _ => null,
        };
        if (hash is null) return true;
        if (!_definitions.TryGetValue(hash, out var definition))
        {
            try
            {
                var bytes = await _store.ReadPayloadAsync(new PayloadHash(hash), cancellationToken);
                definition = DefinitionCatalog.Compile(hash, bytes);
            }
            catch (Exception trouble) when (trouble is StoreException or StoreCorruptException)
            {
                Report(AuditRule.Definition, key, sequence, trouble.Message);
            }

            _definitions[hash] = definition;
        }

        return definition is not null;
    }

    private async Task<Projection?> FindAsync(GrainKey key, CancellationToken cancellationToken)
    {
        try
        {
            return (await _store.FindAsync(key, cancellationToken))?.Projection;
        }
        catch (Exception e) when (e is StoreException or StoreCorruptException)
        {
            Report(AuditRule.Projection, key, 0, e.Message);
            return null;
        }
    }

    private void Report(AuditRule rule, GrainKey? key, long sequence, string message)
    {
        if (_total++ < FindingsMax) _findings.Add(new AuditFinding(rule, key, sequence, message));
    }
}
