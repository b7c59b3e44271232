using Actors.Journal;
using Actors.Storage.Memory;
using Actors.Tests.Shared;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>One store for all silos of a test: it outlives each of them.</summary>
internal sealed class SharedStore() : DelegatingStore(new MemoryJournalStore())
{
    /// <summary>What is due besides what is: asked with the time up to which.</summary>
    public Func<DateTimeOffset, DueKey?>? AlsoDue { get; set; }

    public override ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default) =>
        AlsoDue?.Invoke(until) is { } also ? new([also]) : base.DueAsync(until, countMax, cancellationToken);

    public override ValueTask DisposeAsync() => default;
}
