using Actors.Journal;
using Actors.Storage.Sqlite;
using Shouldly;

namespace Actors.Storage.Tests.Sqlite;

public sealed class SqliteWriterTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly StoreFolder _folder = new();
    private readonly ManualResetEventSlim _mayWrite = new(initialState: true);
    private readonly SemaphoreSlim _writing = new(0);
    private SqliteJournalStore _store = null!;
    private int _transactions;

    public async Task InitializeAsync()
    {
        var options = _folder.Options;
        options.QueueCountMax = 4;
        options.TransactionCountMax = 2;
        options.HeadCacheCountMax = 16;
        options.OnBoundary = boundary =>
        {
            if (boundary != JournalBoundary.BeforeWrite) return;
            _transactions++;
            _writing.Release();
            _mayWrite.Wait();
        };
        _store = await SqliteJournalStore.OpenAsync(options, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        _mayWrite.Set();
        await _store.DisposeAsync();
        _folder.Dispose();
        _mayWrite.Dispose();
        _writing.Dispose();
    }

    [Fact]
    public async Task Appends_that_wait_share_transactions_up_to_their_bound()
    {
        var first = await BlockWriterAsync();
        var others = Enumerable.Range(1, 4).Select(i => AppendAsync(i)).ToList();
        _mayWrite.Set();

        await Task.WhenAll([first, .. others]);

        _transactions.ShouldBe(3);
    }

    [Fact]
    public async Task A_full_queue_makes_callers_wait_for_room()
    {
        var first = await BlockWriterAsync();
        var others = Enumerable.Range(1, 50).Select(i => AppendAsync(i)).ToList();
        others.ShouldAllBe(append => !append.IsCompleted);
        _mayWrite.Set();

        (await Task.WhenAll([first, .. others])).ShouldAllBe(result => result == AppendResult.Appended);
        _transactions.ShouldBeGreaterThanOrEqualTo(26);
    }

    [Fact]
    public async Task Waiting_for_room_can_be_cancelled_and_then_nothing_is_appended()
    {
        var first = await BlockWriterAsync();
        var queued = Enumerable.Range(1, 4).Select(i => AppendAsync(i)).ToList();
        using var impatience = new CancellationTokenSource();
        var waiting = Enumerable.Range(5, 10).Select(i => AppendAsync(i, impatience.Token)).ToList();
        var patient = AppendAsync(100);
        await impatience.CancelAsync();
        foreach (var append in waiting)
            await Should.ThrowAsync<OperationCanceledException>(() => append.WaitAsync(Patience));
        _mayWrite.Set();

        await Task.WhenAll([first, .. queued, patient]);
        for (var i = 5; i < 15; i++) (await _store.ReadAsync(KeyOf(i))).HeadSequence.ShouldBe(0);
        (await _store.ReadAsync(KeyOf(100))).HeadSequence.ShouldBe(1);
    }

    [Fact]
    public async Task An_append_in_the_queue_is_carried_out_even_if_its_caller_gives_up()
    {
        var first = await BlockWriterAsync();
        using var impatience = new CancellationTokenSource();
        var queued = AppendAsync(1, impatience.Token);
        await impatience.CancelAsync();
        _mayWrite.Set();

        (await queued).ShouldBe(AppendResult.Appended);
        await first;
    }

    [Fact]
    public async Task Closing_carries_out_what_is_queued_and_refuses_what_waits_for_room()
    {
        var first = await BlockWriterAsync();
        var queued = Enumerable.Range(1, 4).Select(i => AppendAsync(i)).ToList();
        var waiting = AppendAsync(5);
        var closing = _store.DisposeAsync().AsTask();
        await Should.ThrowAsync<StoreStoppedException>(() => waiting.WaitAsync(Patience));
        _mayWrite.Set();

        (await Task.WhenAll([first, .. queued])).ShouldAllBe(result => result == AppendResult.Appended);
        await closing;
        await Should.ThrowAsync<StoreStoppedException>(async () => await _store.ReadAsync(KeyOf(1)));
    }

    [Fact]
    public async Task Heads_that_left_memory_are_read_again()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 40; i++)
            {
                var append = Batch(i) with { ExpectedSequence = round };
                (await _store.AppendAsync(append)).ShouldBe(AppendResult.Appended);
                (await _store.AppendAsync(append)).ShouldBe(AppendResult.StaleSequence);
            }
        }

        (await _store.ReadAsync(KeyOf(7))).Records.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_append_above_the_largest_size_is_a_mistake_of_the_caller()
    {
        var options = new SqliteJournalOptions { Path = _folder.File + "2", AppendBytesMax = 64 << 10 };
        await using var store = await SqliteJournalStore.OpenAsync(options, TimeProvider.System);
        var append = Batch(1) with { Events = new byte[65_537] };
        var error = await Should.ThrowAsync<ArgumentException>(async () => await store.AppendAsync(append));
        error.Message.ShouldContain("65537 bytes");
    }

    private static GrainKey KeyOf(int number) => new(GrainKind.Entity, "default", "counter", $"{number}");

    /// <summary>Starts an append that holds the writer until it may write.</summary>
    private async Task<Task<AppendResult>> BlockWriterAsync()
    {
        _mayWrite.Reset();
        var append = AppendAsync(0);
        await _writing.WaitAsync();
        return append;
    }

    private JournalAppend Batch(int key) =>
        new(KeyOf(key), _store.OwnerEpoch, 0, "[1]"u8.ToArray(), 1, DateTimeOffset.UnixEpoch);

    private Task<AppendResult> AppendAsync(int key, CancellationToken cancellationToken = default) =>
        _store.AppendAsync(Batch(key), cancellationToken).AsTask();
}
