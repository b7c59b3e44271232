using Actors.Journal;
using Actors.Storage.Sqlite;
using Actors.Tests.Shared;

namespace Actors.Faults;

/// <summary>A SQLite store with a boundary between an append's return and what follows from it.</summary>
internal sealed class FaultStore : DelegatingStore
{
    private readonly FaultPoint _fault;
    private readonly StepOrder _order;

    private FaultStore(SqliteJournalStore inner, FaultPoint fault, StepOrder order) : base(inner) =>
        (_fault, _order) = (fault, order);

    public static async ValueTask<IJournalStore> OpenAsync(
        OrderRequest request, FaultPoint fault, StepOrder order, CancellationToken cancellationToken)
    {
        var options = new SqliteJournalOptions
        {
            Path = request.Store,
            OnBoundary = reached => fault.Cross(reached switch
            {
                JournalBoundary.BeforeWrite => Boundary.BeforeWrite,
                JournalBoundary.AfterWriteBeforeFlush => Boundary.AfterWriteBeforeFlush,
                JournalBoundary.AfterFlush => Boundary.AfterFlushBeforeAcknowledgement,
                _ => throw new ArgumentOutOfRangeException(nameof(reached), reached, "not a boundary"),
            }),
        };
        if (request.FlushesOnlyCommits) options.IdleCheckpointAfter = TimeSpan.FromHours(1);
        var store = await SqliteJournalStore.OpenAsync(
            options, TimeProvider.System, cancellationToken: cancellationToken);
        return new FaultStore(store, fault, order);
    }

    public override async ValueTask<AppendResult> AppendAsync(
        JournalAppend append, CancellationToken cancellationToken = default)
    {
        var result = await Inner.AppendAsync(append, cancellationToken);
        _fault.Cross(Boundary.AfterAcknowledgementBeforeEffect);
        _order.Appended();
        return result;
    }
}
