using System.Collections.Concurrent;
using Actors.Journal;
using Actors.Storage.Memory;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

/// <summary>A store in memory whose appends and reads the test can hold back, see and spoil.</summary>
internal sealed class GatedStore(MemoryJournalStore inner) : IJournalStore
{
    private readonly SemaphoreSlim _appending = new(0);
    private volatile TaskCompletionSource? _gate;

    public GatedStore() : this(new MemoryJournalStore())
    {
    }

    public MemoryJournalStore Inner => inner;

    public ConcurrentQueue<JournalAppend> Appends { get; } = new();

    public Func<JournalAppend, Exception?> SpoilAppend { get; set; } = _ => null;

    public Func<GrainKey, Exception?> SpoilRead { get; set; } = _ => null;

    public Func<Exception?> SpoilResumable { get; set; } = () => null;

    public ConcurrentQueue<GrainKey> Reads { get; } = new();

    public int DueScans;

    public long OwnerEpoch => inner.OwnerEpoch;

    /// <summary>What the store says of itself; null: what it is.</summary>
    public StoreHealth? SaidHealth { get; set; }

    public StoreHealth Health => SaidHealth ?? inner.Health;

    /// <summary>From now on appends wait for <see cref="Open"/>.</summary>
    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open()
    {
        var gate = _gate;
        _gate = null;
        gate?.SetResult();
    }

    /// <summary>The next append that has reached the store.</summary>
    public async Task AppendingAsync(
        ) => (await _appending.WaitAsync(TestHost.Patience)).ShouldBeTrue("no append came");

    public async ValueTask<AppendResult> AppendAsync(
        JournalAppend append, CancellationToken cancellationToken = default)
    {
        Appends.Enqueue(append);
        _appending.Release();
        if (_gate is { } gate) await gate.Task;
        if (SpoilAppend(append) is { } trouble) throw trouble;
        return await inner.AppendAsync(append, cancellationToken);
    }

    public ValueTask<JournalPage> ReadAsync(
        GrainKey key, long? afterSequence = null, int bytesMax = 4 * 1024 * 1024,
        CancellationToken cancellationToken = default)
    {
        Reads.Enqueue(key);
        return SpoilRead(key) is { } trouble
            ? ValueTask.FromException<JournalPage>(trouble)
            : inner.ReadAsync(key, afterSequence, bytesMax, cancellationToken);
    }

    public ValueTask<IReadOnlyList<DueKey>> DueAsync(
        DateTimeOffset until, int countMax, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref DueScans);
        return inner.DueAsync(until, countMax, cancellationToken);
    }

    public ValueTask<IReadOnlyList<ResumableKey>> ResumableAsync(
        ResumableKey? after, int countMax, CancellationToken cancellationToken = default) =>
        SpoilResumable() is { } trouble
            ? ValueTask.FromException<IReadOnlyList<ResumableKey>>(trouble)
            : inner.ResumableAsync(after, countMax, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(
        PayloadHash hash, CancellationToken cancellationToken = default) =>
        inner.ReadPayloadAsync(hash, cancellationToken);

    public ValueTask<ProjectionRow?> FindAsync(GrainKey key, CancellationToken cancellationToken = default) =>
        inner.FindAsync(key, cancellationToken);

    public ValueTask<ProjectionPage> ListAsync(
        ProjectionFilter filter, CancellationToken cancellationToken = default) =>
        inner.ListAsync(filter, cancellationToken);

    public ValueTask<int> PurgeAsync(
        DateTimeOffset endedBefore, int countMax, CancellationToken cancellationToken = default) =>
        inner.PurgeAsync(endedBefore, countMax, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
