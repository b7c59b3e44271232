using Actors.Journal;
using Actors.Storage.Sqlite;

namespace Actors.Faults;

/// <summary>A SQLite store with a boundary between an append's return and what follows from it.</summary>
internal sealed class FaultStore : IJournalStore
{
    private readonly FaultPoint _fault;
    private readonly StepOrder _order;
    private readonly SqliteJournalStore _inner;

    private FaultStore(SqliteJournalStore inner, FaultPoint fault, StepOrder order) =>
        (_inner, _fault, _order) = (inner, fault, order);

    public long OwnerEpoch => _inner.OwnerEpoch;

    public StoreHealth Health => _inner.Health;

    public static async ValueTask<IJournalStore> OpenAsync(
        string path, FaultPoint fault, StepOrder order, CancellationToken cancellationToken)
    {
        var options = new SqliteJournalOptions
        {
            Path = path,
            OnBoundary = reached => fault.Cross(reached switch
            {
                JournalBoundary.BeforeWrite => Boundary.BeforeWrite,
                JournalBoundary.AfterWriteBeforeFlush => Boundary.AfterWriteBeforeFlush,
                JournalBoundary.AfterFlush => Boundary.AfterFlushBeforeAcknowledgement,
                _ => throw new ArgumentOutOfRangeException(nameof(reached), reached, "not a boundary"),
            }),
        };
        var store = await SqliteJournalStore.OpenAsync(
            options, TimeProvider.System, cancellationToken: cancellationToken);
        return new FaultStore(store, fault, order);
    }

    public async ValueTask<AppendResult> AppendAsync(
        JournalAppend append, CancellationToken cancellationToken = default)
    {
        var result = await _inner.AppendAsync(append, cancellationToken);
        _fault.Cross(Boundary.AfterAcknowledgementBeforeEffect);
        _order.Appended();
        return result;
    }

    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default) =>
        _inner.ReadAsync(key, afterSequence, bytesMax, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        _inner.ReadPayloadAsync(hash, cancellationToken);

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        _inner.FindAsync(key, cancellationToken);

    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        _inner.ListAsync(filter, cancellationToken);

    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        _inner.DueAsync(until, countMax, cancellationToken);

    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        _inner.ResumableAsync(after, countMax, cancellationToken);

    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) =>
        _inner.PurgeAsync(endedBefore, countMax, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
