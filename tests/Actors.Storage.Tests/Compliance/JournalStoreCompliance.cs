using System.Collections.Immutable;
using System.Text;
using Actors.Journal;
using Shouldly;

namespace Actors.Storage.Tests.Compliance;

/// <summary>
/// What every journal store must do. A store's test class inherits it and says how its store is opened.
/// </summary>
public abstract partial class JournalStoreCompliance : IAsyncLifetime
{
    protected static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private long _keys;
    private int _batches;

    protected IJournalStore Store { get; private set; } = null!;

    /// <summary>Opens the store of this test: empty at first, later with what is in it, under a new owner.</summary>
    protected abstract Task<IJournalStore> OpenAsync();

    public virtual async Task InitializeAsync() => Store = await OpenAsync();

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync();
    }

    protected GrainKey NewKey(
        string type = "order", string tenant = "default", GrainKind kind = GrainKind.Invocation) =>
        new(kind, tenant, type, $"key-{++_keys}");

    protected static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Every second one may be carried out on the caller's thread: which must make no difference.</summary>
    protected JournalAppend Batch(
        GrainKey key, long expected, int count = 1, long? epoch = null, string? text = null)
    {
        var events = Json(text ?? $"[{expected}]");
        return new JournalAppend(
            key, epoch ?? Store.OwnerEpoch, expected, events, count, Noon.AddMilliseconds(expected),
            MayBlock: ++_batches % 2 == 0);
    }

    protected async Task AppendedAsync(JournalAppend append) =>
        (await Store.AppendAsync(append)).ShouldBe(AppendResult.Appended);

    /// <summary>A journal with one event and a projection.</summary>
    protected async Task<GrainKey> ProjectedAsync(Projection projection, GrainKey? key = null)
    {
        var target = key ?? NewKey();
        await AppendedAsync(Batch(target, 0) with { Projection = projection });
        return target;
    }

    protected async Task<List<JournalRecord>> ReadAllAsync(GrainKey key, int bytesMax = 4 * 1024 * 1024)
    {
        List<JournalRecord> records = [];
        long after = 0;
        while (true)
        {
            var page = await Store.ReadAsync(key, after, bytesMax);
            records.AddRange(page.Records);
            if (!page.More) return records;
            after = page.Records[^1].LastSequence;
        }
    }

    protected static PayloadBlob Blob(string text)
    {
        var bytes = Json(text);
        return new PayloadBlob(PayloadHash.Of(bytes), bytes);
    }

    protected static Projection Running(DateTimeOffset? startedAt = null) => new("Running", startedAt ?? Noon);

    protected static ImmutableArray<T> Only<T>(T item) => [item];
}
