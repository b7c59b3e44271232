using System.Globalization;
using Actors.Journal;

namespace Actors.Storage.Memory;

/// <summary>What the stores of one lineage of owners share. Used under <see cref="Gate"/> only.</summary>
internal sealed class MemoryData
{
    private long _positions;

    public object Gate { get; } = new();

    public long OwnerEpoch { get; set; }

    public Dictionary<GrainKey, MemoryJournal> Journals { get; } = [];

    public Dictionary<PayloadHash, ReadOnlyMemory<byte>> Payloads { get; } = [];

    public AppendResult Judge(JournalAppend append)
    {
        var journal = Journals.GetValueOrDefault(append.Key);
        if (append.Epoch < (journal?.HeadEpoch ?? 0)) return AppendResult.StaleEpoch;
        return append.ExpectedSequence == (journal?.HeadSequence ?? 0)
            ? AppendResult.Appended
            : AppendResult.StaleSequence;
    }

    public void Append(JournalAppend append)
    {
        if (!Journals.TryGetValue(append.Key, out var journal))
            Journals.Add(append.Key, journal = new MemoryJournal(append.Key, ++_positions));
        if (!append.Payloads.IsDefaultOrEmpty)
        {
            foreach (var payload in append.Payloads)
            {
                Payloads.TryAdd(payload.Hash, payload.Bytes.ToArray());
                journal.Payloads.Add(payload.Hash);
            }
        }

        journal.Append(append);
    }

    public ProjectionPage List(ProjectionFilter filter)
    {
        var (startedAt, position) = ReadCursor(filter.Cursor);
        var matches = Journals.Values
            .Where(journal => journal.Projection is { } projection && Matches(filter, journal.Key, projection))
            .Where(journal => Order(journal).CompareTo((startedAt, position)) < 0)
            .OrderByDescending(Order)
            .Take(filter.CountMax + 1)
            .ToList();
        if (matches.Count <= filter.CountMax)
            return new ProjectionPage([.. matches.Select(journal => journal.Row!)], null);
        matches.RemoveAt(filter.CountMax);
        var last = Order(matches[^1]);
        var cursor = string.Create(CultureInfo.InvariantCulture, $"{last.StartedAt}.{last.Position}");
        return new ProjectionPage([.. matches.Select(journal => journal.Row!)], cursor);
    }

    public List<DueKey> Due(DateTimeOffset until, int countMax) =>
    [
        .. Journals.Values
            .Where(journal => journal.Projection?.WakeAt <= until)
            .OrderBy(journal => journal.Projection!.WakeAt)
            .ThenBy(journal => journal.Position)
            .Take(countMax)
            .Select(journal => new DueKey(journal.Key, journal.Projection!.WakeAt!.Value)),
    ];

    public List<ResumableKey> Resumable(ResumableKey? after, int countMax)
    {
        var (startedAt, position) = after is null
            ? (long.MinValue, 0)
            : (after.StartedAt.ToUnixTimeMilliseconds(), after.Position);
        return
        [
            .. Journals.Values
                .Where(journal => journal.Projection is { Resume: true })
                .Where(journal => Order(journal).CompareTo((startedAt, position)) > 0)
                .OrderBy(Order)
                .Take(countMax)
                .Select(journal => new ResumableKey(journal.Key, journal.Projection!.StartedAt, journal.Position)),
        ];
    }

    public int Purge(DateTimeOffset endedBefore, int countMax)
    {
        var ended = Journals.Values
            .Where(journal => journal.Projection is { Resume: false, WakeAt: null } projection &&
                projection.EndedAt < endedBefore)
            .OrderBy(journal => journal.Projection!.EndedAt)
            .ThenBy(journal => journal.Position)
            .Take(countMax)
            .ToList();
        foreach (var journal in ended) Journals.Remove(journal.Key);
        var referred = Journals.Values.SelectMany(journal => journal.Payloads).ToHashSet();
        foreach (var hash in Payloads.Keys.Where(hash => !referred.Contains(hash)).ToList()) Payloads.Remove(hash);
        return ended.Count;
    }

    private static (long StartedAt, long Position) Order(MemoryJournal journal) =>
        (journal.Projection!.StartedAt.ToUnixTimeMilliseconds(), journal.Position);

    private static bool Matches(ProjectionFilter filter, GrainKey key, Projection projection) =>
        key.Kind == filter.Kind
        && string.Equals(key.Tenant, filter.Tenant, StringComparison.Ordinal)
        && (filter.Type is null || string.Equals(key.Type, filter.Type, StringComparison.Ordinal))
        && (filter.Status is null || string.Equals(projection.Status, filter.Status, StringComparison.Ordinal))
        && (filter.CorrelationId is null
            || string.Equals(projection.CorrelationId, filter.CorrelationId, StringComparison.Ordinal))
        && (filter.StartedFrom is not { } from || projection.StartedAt >= from)
        && (filter.StartedBefore is not { } before || projection.StartedAt < before);

    private static (long StartedAt, long Position) ReadCursor(string? cursor)
    {
        if (cursor is null) return (long.MaxValue, long.MaxValue);
        var parts = cursor.Split('.');
        if (parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var startedAt)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            return (startedAt, position);
        throw new ArgumentException(
            $"'{cursor}' is not a cursor that a list gave. Start again without one.", nameof(cursor));
    }
}
