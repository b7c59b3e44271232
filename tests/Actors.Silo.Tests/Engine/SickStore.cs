using Actors.Journal;
using Actors.Storage.Memory;
using Actors.Tests.Shared;

namespace Actors.Silo.Tests.Engine;

/// <summary>A store in memory that a test can make full or stop.</summary>
internal sealed class SickStore() : DelegatingStore(new MemoryJournalStore())
{
    /// <summary>How it is; unless it is ready every append fails accordingly.</summary>
    public StoreHealth Is { get; set; } = StoreHealth.Ready;

    public override StoreHealth Health => Is;

    /// <summary>The first call to <see cref="PurgeAsync"/>: what ended before this time has to go.</summary>
    public TaskCompletionSource<DateTimeOffset> Purged { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ValueTask<AppendResult> AppendAsync(
        JournalAppend append, CancellationToken cancellationToken = default) => Health switch
    {
        StoreHealth.Ready => base.AppendAsync(append, cancellationToken),
        StoreHealth.Full => throw new StoreFullException("the disk is full"),
        _ => throw new StoreStoppedException("the store has stopped after a failed flush"),
    };

    public override ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default)
    {
        Purged.TrySetResult(endedBefore);
        return base.PurgeAsync(endedBefore, countMax, cancellationToken);
    }
}
