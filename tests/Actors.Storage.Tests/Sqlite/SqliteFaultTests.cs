using System.Text;
using Actors.Journal;
using Actors.Storage.Sqlite;
using Actors.Storage.Sqlite.Native;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Sqlite;

public sealed class SqliteFaultTests : IDisposable
{
    private const int HasRoomEvent = 3;

    private static readonly GrainKey Key = new(GrainKind.Invocation, "default", "order", "1");

    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task After_a_failed_flush_the_store_stops_and_never_tries_again()
    {
        var flushes = 0;
        await using var store = await OpenAsync(boundary =>
        {
            if (boundary != JournalBoundary.AfterWriteBeforeFlush || ++flushes != 2) return;
            throw new SqliteFailure(SqliteFailure.IoErrorFsync, "disk I/O error");
        });
        await AppendAsync(store, 0);

        var uncertain = await Should.ThrowAsync<StoreException>(() => AppendAsync(store, 1));

        uncertain.ShouldBeOfType<StoreException>("that append is uncertain, not refused");
        store.Health.ShouldBe(StoreHealth.Stopped);
        var refused = await Should.ThrowAsync<StoreStoppedException>(() => AppendAsync(store, 1));
        refused.Message.ShouldContain("flush failed");
        flushes.ShouldBe(2);
        (await store.ReadAsync(Key)).HeadSequence.ShouldBe(1);
        await Should.ThrowAsync<StoreStoppedException>(async () => await store.PurgeAsync(DateTimeOffset.MaxValue, 1));
    }

    [Fact]
    public async Task An_unknown_failure_is_uncertain_for_its_whole_transaction_and_the_store_goes_on()
    {
        var fail = false;
        await using var store = await OpenAsync(boundary =>
        {
            if (fail && boundary == JournalBoundary.AfterWriteBeforeFlush)
                throw new InvalidOperationException("a fault");
        });
        await AppendAsync(store, 0);
        fail = true;
        await Should.ThrowAsync<StoreException>(() => AppendAsync(store, 1));
        var other = Key with { Type = "type-first-seen-in-a-rollback" };
        await Should.ThrowAsync<StoreException>(() => AppendAsync(store, 0, other));
        fail = false;

        store.Health.ShouldBe(StoreHealth.Ready);
        (await store.ReadAsync(Key)).HeadSequence.ShouldBe(1);
        await AppendAsync(store, 1);
        await AppendAsync(store, 0, other);
        (await store.ReadAsync(other)).HeadSequence.ShouldBe(1);
    }

    [Fact]
    public async Task A_store_that_somebody_else_took_over_takes_no_more_appends()
    {
        await using var store = await _folder.OpenAsync();
        await AppendAsync(store, 0);
        using (var thief = SqliteConnection.Open(_folder.File, create: false))
            thief.Execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'");

        var refused = await Should.ThrowAsync<StoreStoppedException>(() => AppendAsync(store, 1));

        refused.Message.ShouldContain("another process");
        store.Health.ShouldBe(StoreHealth.Stopped);
    }

    [NeedsMountFact]
    public async Task A_full_disk_refuses_appends_loses_nothing_and_goes_on_when_there_is_room()
    {
        using var mount = TmpfsMount.Create(_folder.Root, "6m");
        var logger = new EventLogger();
        var options = _folder.Options;
        options.CheckpointBytes = 1 << 20;
        options.FullProbeInterval = TimeSpan.FromMilliseconds(10);
        var store = await SqliteJournalStore.OpenAsync(options, TimeProvider.System, logger);
        var filler = Path.Combine(_folder.Root, "filler");
        await File.WriteAllBytesAsync(filler, new byte[2 << 20]);

        var head = await FillAsync(store);
        store.Health.ShouldBe(StoreHealth.Full);
        await Should.ThrowAsync<StoreFullException>(() => AppendAsync(store, head));
        (await ReadAllAsync(store)).ShouldBe(head, "what was acknowledged stays readable");

        File.Delete(filler);
        await logger.LoggedAsync(HasRoomEvent);
        store.Health.ShouldBe(StoreHealth.Ready);
        await AppendAsync(store, head);
        await store.DisposeAsync();

        await using var reopened = await _folder.OpenAsync();
        (await ReadAllAsync(reopened)).ShouldBe(head + 1);
    }

    [NeedsMountFact]
    public async Task A_store_can_not_be_made_on_a_full_disk_and_says_so()
    {
        using var mount = TmpfsMount.Create(_folder.Root, "64k");
        var filler = Path.Combine(_folder.Root, "filler");
        await Should.ThrowAsync<IOException>(() => File.WriteAllBytesAsync(filler, new byte[1 << 20]));
        var error = await Should.ThrowAsync<ActorsException>(_folder.OpenAsync);
        error.Message.ShouldContain("room");
    }

    [Theory]
    [InlineData("UPDATE journal SET events = CAST('[\"forged\"]' AS BLOB) WHERE last = 3", 3, "checksum")]
    [InlineData("UPDATE journal SET at = at + 1 WHERE last = 3", 3, "checksum")]
    [InlineData("UPDATE journal SET epoch = epoch + 1 WHERE last = 3", 3, "checksum")]
    [InlineData("UPDATE journal SET chain = chain + 1 WHERE last = 3", 3, "checksum")]
    [InlineData("DELETE FROM journal WHERE last = 3", 3, "begins at 4")]
    [InlineData("DELETE FROM journal WHERE last = 1", 1, "begins at 2")]
    [InlineData("UPDATE journal SET events = (SELECT max(events) FROM journal) WHERE last = 3", 3, "checksum")]
    public async Task Damage_is_found_where_it_is_and_not_skipped(string damage, long sequence, string what)
    {
        await WriteAsync(count: 5);
        Damage(damage);
        await using var store = await _folder.OpenAsync();

        var error = await Should.ThrowAsync<StoreCorruptException>(async () => await store.ReadAsync(Key));

        error.Message.ShouldContain(Key.ToString());
        error.Message.ShouldContain($"sequence {sequence}:");
        error.Message.ShouldContain(what);
        error.Message.ShouldContain("restore a backup");
    }

    [Fact]
    public async Task A_row_that_carries_another_name_than_the_index_says_is_found()
    {
        var name = "found-by-its-name"u8.ToArray();
        var key = Key with { Id = "found-by-its-name" };
        await using (var store = await _folder.OpenAsync())
            await store.AppendAsync(Batch(store, 0) with { Key = key });
        var sound = await File.ReadAllBytesAsync(_folder.File);
        var places = Enumerable.Range(0, sound.Length - name.Length)
            .Where(at => sound.AsSpan(at, name.Length).SequenceEqual(name)).ToArray();
        var errors = new List<string>();
        foreach (var at in places)
        {
            var spoilt = (byte[])sound.Clone();
            spoilt[at]++;
            await File.WriteAllBytesAsync(_folder.File, spoilt);
            await using var store = await _folder.OpenAsync();
            try
            {
                (await store.ReadAsync(key)).Records.ShouldBeEmpty();
            }
            catch (StoreCorruptException e)
            {
                errors.Add(e.Message);
            }
        }

        // One place is the row, the other its entry in the index: an audit finds that one.
        places.Length.ShouldBe(2);
        errors.ShouldHaveSingleItem().ShouldContain("it carries the name of another key");
    }

    [Theory]
    [InlineData("UPDATE snapshots SET state = CAST('{}' AS BLOB)", "snapshot")]
    [InlineData("UPDATE snapshots SET sequence = 2", "snapshot")]
    [InlineData("DELETE FROM journal WHERE last = 4", "begins at 5")]
    [InlineData("DELETE FROM journal WHERE last >= 3", "ends before its snapshot")]
    [InlineData("UPDATE journal SET events = CAST('[]' AS BLOB) WHERE last = 4", "checksum")]
    public async Task Damage_of_a_snapshot_or_behind_it_is_found(string damage, string what)
    {
        await WriteAsync(count: 5, snapshotAt: 3);
        Damage(damage);
        await using var store = await _folder.OpenAsync();

        var error = await Should.ThrowAsync<StoreCorruptException>(async () => await store.ReadAsync(Key));

        error.Message.ShouldContain(what);
    }

    [Fact]
    public async Task Damage_in_a_page_that_begins_in_the_middle_is_found()
    {
        await WriteAsync(count: 5);
        Damage("UPDATE journal SET events = CAST('[]' AS BLOB) WHERE last = 4");
        await using var store = await _folder.OpenAsync();

        (await store.ReadAsync(Key, afterSequence: 4)).Records.Count.ShouldBe(1);
        await Should.ThrowAsync<StoreCorruptException>(async () => await store.ReadAsync(Key, afterSequence: 3));
    }

    [Fact]
    public void A_failure_behind_the_first_row_is_no_answer()
    {
        using var connection = SqliteConnection.Open(_folder.File, create: true);
        connection.QueryText("SELECT 'wal'").ShouldBe("wal");
        connection.QueryText("SELECT 'wal' WHERE 1 = 2").ShouldBeNull();
        Should.Throw<SqliteFailure>(
            () => connection.QueryText("SELECT 'wal' UNION ALL SELECT abs(-9223372036854775807 - 1)"));
    }

    [Fact]
    public async Task After_a_torn_write_a_store_opens_with_all_that_was_acknowledged_before_the_tear()
    {
        const int count = 60;
        var options = _folder.Options;
        options.IdleCheckpointAfter = TimeSpan.FromHours(1);
        var logLengths = new List<long>();
        var store = await SqliteJournalStore.OpenAsync(options, TimeProvider.System);
        for (var i = 0; i < count; i++)
        {
            await AppendAsync(store, i);
            logLengths.Add(new FileInfo(_folder.File + "-wal").Length);
        }

        logLengths.ShouldBeInOrder(SortDirection.Ascending);
        for (var tear = 0L; tear < logLengths[^1]; tear += 7_919)
        {
            var safe = logLengths.Count(length => length <= tear);
            await ShouldRecoverAsync(safe, count, log => log.SetLength(tear));
            await ShouldRecoverAsync(safe, count, log =>
            {
                log.Position = tear;
                log.Write(Encoding.ASCII.GetBytes(new string('#', 600)));
            });
        }

        await store.DisposeAsync();
    }

    private async Task ShouldRecoverAsync(int atLeast, int atMost, Action<FileStream> tear)
    {
        using var copy = new StoreFolder();
        File.Copy(_folder.File, copy.File);
        File.Copy(_folder.File + "-wal", copy.File + "-wal");
        using (var log = new FileStream(copy.File + "-wal", FileMode.Open)) tear(log);

        SqliteJournalStore store;
        try
        {
            store = await copy.OpenAsync();
        }
        catch (StoreException) when (atLeast == 0)
        {
            return;
        }

        await using (store)
        {
            var head = await ReadAllAsync(store);
            head.ShouldBeInRange(atLeast, atMost);
            await AppendAsync(store, head);
        }
    }

    private async Task WriteAsync(int count, int snapshotAt = 0)
    {
        await using var store = await _folder.OpenAsync();
        for (var i = 0; i < count; i++)
        {
            var append = Batch(store, i);
            if (i + 1 == snapshotAt) append = append with { Snapshot = "{\"a\":1}"u8.ToArray() };
            await store.AppendAsync(append);
        }
    }

    private void Damage(string sql)
    {
        using var connection = SqliteConnection.Open(_folder.File, create: false);
        connection.Execute(sql);
    }

    /// <summary>Appends until there is no room.</summary>
    private static async Task<long> FillAsync(SqliteJournalStore store)
    {
        long head = 0;
        try
        {
            while (true)
            {
                await AppendAsync(store, head, size: 8_000);
                head++;
            }
        }
        catch (StoreFullException)
        {
            return head;
        }
    }

    private static async Task<long> ReadAllAsync(SqliteJournalStore store)
    {
        long head = 0;
        JournalPage page;
        do
        {
            page = await store.ReadAsync(Key, head);
            foreach (var record in page.Records)
            {
                record.FirstSequence.ShouldBe(head + 1);
                Encoding.UTF8.GetString(record.Events.Span).ShouldStartWith($"[{head},");
                head++;
            }
        }
        while (page.More);

        return head;
    }

    private Task<SqliteJournalStore> OpenAsync(Action<JournalBoundary> onBoundary)
    {
        var options = _folder.Options;
        options.OnBoundary = onBoundary;
        return SqliteJournalStore.OpenAsync(options, TimeProvider.System);
    }

    private static JournalAppend Batch(
        SqliteJournalStore store, long expected, GrainKey? key = null, int size = 20) => new(
        key ?? Key,
        store.OwnerEpoch,
        expected,
        Encoding.UTF8.GetBytes($"[{expected},\"{new string('e', size)}\"]"),
        1,
        DateTimeOffset.UnixEpoch);

    private static async Task AppendAsync(
        SqliteJournalStore store, long expected, GrainKey? key = null, int size = 20) =>
        (await store.AppendAsync(Batch(store, expected, key, size))).ShouldBe(AppendResult.Appended);
}
