using System.Diagnostics;
using System.Text;
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
    private int _thread;
    private int _warmUps = 1_000;

    public async Task InitializeAsync()
    {
        await OpenAsync(idleCheckpointAfter: TimeSpan.FromHours(1));
    }

    private async Task OpenAsync(TimeSpan idleCheckpointAfter, int queueMax = 4, int transactionMax = 2)
    {
        var options = _folder.Options;
        options.QueueCountMax = queueMax;
        options.TransactionCountMax = transactionMax;
        options.HeadCacheCountMax = 16;
        options.IdleCheckpointAfter = idleCheckpointAfter;
        options.OnBoundary = boundary =>
        {
            if (boundary != JournalBoundary.BeforeWrite) return;
            _transactions++;
            _thread = Environment.CurrentManagedThreadId;
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
    public async Task A_lone_append_that_may_block_is_carried_out_on_the_thread_of_its_caller()
    {
        await LetWriterSleepAsync();

        for (var i = 0; i < 10; i++)
        {
            var append = AppendHere(i);
            append.IsCompletedSuccessfully.ShouldBeTrue();
            _thread.ShouldBe(Environment.CurrentManagedThreadId);
            (await append).ShouldBe(AppendResult.Appended);
        }

        (await AppendHere(3)).ShouldBe(AppendResult.StaleSequence);
        (await _store.ReadAsync(KeyOf(3))).HeadSequence.ShouldBe(1);
    }

    [Fact]
    public async Task Who_comes_while_a_caller_writes_for_itself_waits_for_the_writer()
    {
        await LetWriterSleepAsync();
        _mayWrite.Reset();
        var here = Task.Run(async () => await AppendHere(1));
        await _writing.WaitAsync(Patience);
        var others = Enumerable.Range(2, 2).Select(i => AppendHere(i).AsTask()).ToList();
        var (before, caller) = (_transactions, _thread);
        _mayWrite.Set();

        (await Task.WhenAll([here, .. others]).WaitAsync(Patience)).ShouldAllBe(r => r == AppendResult.Appended);
        _transactions.ShouldBe(before + 1);
        _thread.ShouldNotBe(caller);
    }

    [Fact]
    public async Task Who_may_block_queues_while_the_writer_is_at_it()
    {
        var first = await BlockWriterAsync();
        var second = AppendHere(1);
        second.IsCompleted.ShouldBeFalse();
        _mayWrite.Set();

        (await Task.WhenAll(first, second.AsTask())).ShouldAllBe(result => result == AppendResult.Appended);
    }

    [Fact]
    public async Task Closing_waits_for_a_caller_that_writes_for_itself()
    {
        await LetWriterSleepAsync();
        _mayWrite.Reset();
        var here = Task.Run(async () => await AppendHere(1));
        await _writing.WaitAsync(Patience);
        var closing = _store.DisposeAsync().AsTask();
        await Should.ThrowAsync<StoreStoppedException>(async () => await AppendHere(2));
        closing.IsCompleted.ShouldBeFalse();
        _mayWrite.Set();

        (await here.WaitAsync(Patience)).ShouldBe(AppendResult.Appended);
        await closing.WaitAsync(Patience);
    }

    [Fact]
    public async Task What_callers_wrote_for_themselves_is_copied_into_the_file_when_nothing_comes_for_a_while()
    {
        await _store.DisposeAsync();
        await OpenAsync(idleCheckpointAfter: TimeSpan.FromMilliseconds(20));
        var file = new FileInfo(_folder.File);
        for (var round = 1; round <= 3; round++)
        {
            await LetWriterSleepAsync();
            file.Refresh();
            var before = file.Length;
            var large = Batch(round) with { Events = Encoding.UTF8.GetBytes($"[\"{new string('e', 90_000)}\"]") };
            (await _store.AppendAsync(large with { MayBlock = true })).ShouldBe(AppendResult.Appended);
            await UntilAsync(() =>
            {
                file.Refresh();
                return file.Length >= before + 90_000;
            });
        }
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

    // More journals than heads are remembered.
    [Fact]
    public async Task Many_appends_to_the_same_journals_in_one_transaction_see_each_other()
    {
        const int keys = 41;
        await _store.DisposeAsync();
        await OpenAsync(idleCheckpointAfter: TimeSpan.FromHours(1), queueMax: 256, transactionMax: 256);
        var first = await BlockWriterAsync();
        var before = _transactions;
        var rounds = new List<Task<AppendResult>>[4];
        for (var round = 0; round < rounds.Length; round++)
        {
            // The last round comes too late for what it expects.
            var expected = Math.Min(round, 2);
            var projection = new Projection($"round-{round}", DateTimeOffset.UnixEpoch);
            rounds[round] = [.. Enumerable.Range(1, keys).Select(i => _store.AppendAsync(
                Batch(i) with { ExpectedSequence = expected, Projection = projection }).AsTask())];
        }

        _mayWrite.Set();
        (await first).ShouldBe(AppendResult.Appended);
        for (var round = 0; round < rounds.Length; round++)
        {
            var verdict = round < 3 ? AppendResult.Appended : AppendResult.StaleSequence;
            (await Task.WhenAll(rounds[round])).ShouldAllBe(result => result == verdict);
        }

        _transactions.ShouldBe(before + 1);
        for (var i = 1; i <= keys; i++) (await _store.ReadAsync(KeyOf(i))).Records.Count.ShouldBe(3);
        var list = await _store.ListAsync(new ProjectionFilter(GrainKind.Entity, "default"));
        list.Rows.Count(row => row.Projection.Status == "round-2").ShouldBe(keys);
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

    /// <summary>Appends until a caller has written for itself; from then on the writer sleeps.</summary>
    private async Task LetWriterSleepAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var append = AppendHere(_warmUps++);
            if (append.IsCompleted && _thread == Environment.CurrentManagedThreadId) break;
            await append;
            Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(Patience);
        }

        while (_writing.Wait(0))
        {
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(Patience);
            await Task.Yield();
        }
    }

    private JournalAppend Batch(int key) =>
        new(KeyOf(key), _store.OwnerEpoch, 0, "[1]"u8.ToArray(), 1, DateTimeOffset.UnixEpoch);

    private ValueTask<AppendResult> AppendHere(int key) => _store.AppendAsync(Batch(key) with { MayBlock = true });

    private Task<AppendResult> AppendAsync(int key, CancellationToken cancellationToken = default) =>
        _store.AppendAsync(Batch(key), cancellationToken).AsTask();
}
