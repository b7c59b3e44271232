using Actors.Core.Invocations;
using Actors.Journal;

namespace Actors.Silo.Embedded.Client;

/// <summary>Reads histories straight from the journal, without waking the grain.</summary>
internal sealed class HistoryReader(IJournalStore store)
{
    /// <exception cref="NotFoundException">No such invocation.</exception>
    public async Task<HistoryPage> ReadAsync(
        InvocationId id, long after, int countMax, CancellationToken cancellationToken)
    {
        var events = new List<HistoryEvent>();
        while (true)
        {
            var page = await store.ReadAsync(id.Key, after, cancellationToken: cancellationToken);
            if (page.HeadSequence == 0) throw new NotFoundException($"there is no invocation '{id}'");
            foreach (var record in page.Records)
            {
                await AddAsync(record, after, events, cancellationToken);
                if (events.Count >= countMax) return new HistoryPage(events.GetRange(0, countMax), page.HeadSequence);
            }

            if (!page.More) return new HistoryPage(events, page.HeadSequence);
            after = page.Records[^1].LastSequence;
        }
    }

    private async Task AddAsync(
        JournalRecord record, long after, List<HistoryEvent> events, CancellationToken cancellationToken)
    {
        var payloads = new Dictionary<PayloadHash, Payload>();
        foreach (var hash in InvocationEventCodec.References(record.Events))
            payloads[hash] = Payload.FromTrustedUtf8(await store.ReadPayloadAsync(hash, cancellationToken));
        var sequence = record.FirstSequence;
        foreach (var e in InvocationEventCodec.Read(record.Events, hash => payloads[hash]))
        {
            if (sequence > after) events.Add(InvocationHistory.Describe(sequence, record.At, e));
            sequence++;
        }
    }
}
