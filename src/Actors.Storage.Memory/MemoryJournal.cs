using Actors.Journal;

namespace Actors.Storage.Memory;

/// <summary>The journal of one key.</summary>
/// <param name="key">Which.</param>
/// <param name="position">Where it stands among all, in the order of creation.</param>
internal sealed class MemoryJournal(GrainKey key, long position)
{
    private readonly List<JournalRecord> _records = [];
    private JournalSnapshot? _snapshot;

    public long Position => position;

    public long HeadSequence => _records.Count > 0 ? _records[^1].LastSequence : 0;

    public long HeadEpoch => _records.Count > 0 ? _records[^1].Epoch : 0;

    /// <summary>With its times as they are stored.</summary>
    public Projection? Projection { get; private set; }

    public ProjectionRow? Row => Projection is { } projection ? new ProjectionRow(key, projection) : null;

    public GrainKey Key => key;

    public HashSet<PayloadHash> Payloads { get; } = [];

    public void Append(JournalAppend append)
    {
        // Copies: the caller may use its buffers again.
        _records.Add(new JournalRecord(
            HeadSequence + 1, append.EventCount, append.Epoch, Floor(append.At), append.Events.ToArray()));
        if (append.Snapshot is { } state) _snapshot = new JournalSnapshot(HeadSequence, state.ToArray());
        if (append.Projection is { } projection)
        {
            Projection = projection with
            {
                StartedAt = Floor(projection.StartedAt),
                EndedAt = projection.EndedAt is { } endedAt ? Floor(endedAt) : null,
                WakeAt = projection.WakeAt is { } wakeAt ? Ceiling(wakeAt) : null,
            };
        }
    }

    public JournalPage Read(long? afterSequence, int bytesMax)
    {
        var snapshot = afterSequence is null ? _snapshot : null;
        var after = afterSequence ?? snapshot?.Sequence ?? 0;
        List<JournalRecord> records = [];
        long bytes = 0;
        for (var i = FirstBehind(after); i < _records.Count && (records.Count == 0 || bytes < bytesMax); i++)
        {
            records.Add(_records[i]);
            bytes += _records[i].Events.Length;
        }

        return new JournalPage(HeadSequence, HeadEpoch, snapshot, records);
    }

    private static DateTimeOffset Floor(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private static DateTimeOffset Ceiling(DateTimeOffset time)
    {
        var floor = Floor(time);
        return floor == time ? floor : floor.AddMilliseconds(1);
    }

    private int FirstBehind(long sequence)
    {
        var (low, high) = (0, _records.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_records[middle].LastSequence > sequence) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
