using System.Globalization;
using Actors.Journal;
using Actors.Storage.Sqlite;
using Actors.Storage.Sqlite.Native;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Sqlite;

public sealed class SqliteOpeningTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_that_is_open_in_this_process_is_not_opened_again()
    {
        await using var store = await _folder.OpenAsync();

        var refusal = await ShouldBeRefusedAsync(StoreOpenException.InUse);

        refusal.Message.ShouldContain(_folder.File);
        refusal.Message.ShouldContain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        await store.DisposeAsync();
        await (await _folder.OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_another_process_holds_is_refused_until_that_one_is_gone_even_by_kill_9()
    {
        using var other = OtherProcess.Start(_folder.File, count: 3);
        (await other.AcknowledgedAsync()).ShouldBe(3);

        var refusal = await ShouldBeRefusedAsync(StoreOpenException.InUse);
        refusal.Message.ShouldContain($"process {other.Id}");

        await other.KillAsync();
        await using var store = await _folder.OpenAsync();
        store.OwnerEpoch.ShouldBe(2);
        (await store.ReadAsync(Program.Key)).HeadSequence.ShouldBe(3);
    }

    [Theory]
    [InlineData(nameof(JournalBoundary.BeforeWrite), 2)]
    [InlineData(nameof(JournalBoundary.AfterWriteBeforeFlush), 2)]
    [InlineData(nameof(JournalBoundary.AfterFlush), 3)]
    public async Task A_process_killed_at_a_boundary_keeps_what_it_flushed_and_nothing_else(string boundary, long head)
    {
        using var other = OtherProcess.Start(_folder.File, count: 3, boundary);
        (await other.AcknowledgedAsync()).ShouldBe(2);
        await other.EndedAsync();

        await using var store = await _folder.OpenAsync();
        (await store.ReadAsync(Program.Key)).HeadSequence.ShouldBe(head);
    }

    [Fact]
    public async Task A_store_of_a_newer_format_is_refused_and_not_changed()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        using (var connection = SqliteConnection.Open(_folder.File, create: false))
            connection.Execute("PRAGMA user_version = 2");
        var before = await File.ReadAllBytesAsync(_folder.File);

        var refusal = await ShouldBeRefusedAsync(StoreOpenException.NewerFormat);

        refusal.Message.ShouldContain("version 2");
        (await File.ReadAllBytesAsync(_folder.File)).ShouldBe(before);
    }

    /// <summary>The index of stores that were made when its condition still named the status.</summary>
    [Fact]
    public async Task A_store_with_the_first_index_by_start_lists_what_changes()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        using (var connection = SqliteConnection.Open(_folder.File, create: false))
        {
            connection.Execute("DROP INDEX keys_by_start");
            connection.Execute(
                "CREATE INDEX keys_by_start ON keys (tenant, kind, started_at) WHERE status IS NOT NULL");
        }

        await using var store = await _folder.OpenAsync();
        var projection = new Projection("Running", DateTimeOffset.UnixEpoch);
        var append = new JournalAppend(
            new GrainKey(GrainKind.Invocation, "default", "p", "i"), store.OwnerEpoch, 0, "[1]"u8.ToArray(), 1,
            DateTimeOffset.UnixEpoch) { Projection = projection };
        (await store.AppendAsync(append)).ShouldBe(AppendResult.Appended);
        var next = append with { ExpectedSequence = 1, Projection = projection with { Status = "Completed" } };
        (await store.AppendAsync(next)).ShouldBe(AppendResult.Appended);

        var list = await store.ListAsync(new ProjectionFilter(GrainKind.Invocation, "default"));
        list.Rows.ShouldHaveSingleItem().Projection.Status.ShouldBe("Completed");
    }

    [Fact]
    public async Task A_file_of_another_kind_is_refused_without_a_trace()
    {
        await File.WriteAllTextAsync(_folder.File, "a letter to somebody, and no store at all");

        await ShouldBeRefusedAsync(StoreOpenException.NotAStore);

        Directory.GetFiles(_folder.Root).ShouldBe([_folder.File]);
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused_and_not_changed()
    {
        using (var connection = SqliteConnection.Open(_folder.File, create: true))
            connection.Execute("CREATE TABLE books (title TEXT)");
        var before = await File.ReadAllBytesAsync(_folder.File);

        await ShouldBeRefusedAsync(StoreOpenException.NotAStore);

        (await File.ReadAllBytesAsync(_folder.File)).ShouldBe(before);
    }

    [Fact]
    public async Task A_folder_is_no_store()
    {
        Directory.CreateDirectory(_folder.File);
        await ShouldBeRefusedAsync(StoreOpenException.NotAStore);
    }

    [Fact]
    public async Task A_store_cut_short_is_refused_as_damaged()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        using (var file = new FileStream(_folder.File, FileMode.Open)) file.SetLength(5_000);

        await Should.ThrowAsync<StoreCorruptException>(_folder.OpenAsync);
    }

    [Fact]
    public async Task A_store_whose_making_was_interrupted_is_made_anew()
    {
        using (var connection = SqliteConnection.Open(_folder.File, create: true))
            connection.Execute("PRAGMA application_id = 0x4163744A; PRAGMA journal_mode = WAL");

        await using var store = await _folder.OpenAsync();
        store.OwnerEpoch.ShouldBe(1);
    }

    [Fact]
    public async Task An_empty_file_becomes_a_store_and_missing_folders_are_made()
    {
        await File.WriteAllBytesAsync(_folder.File, []);
        await (await _folder.OpenAsync()).DisposeAsync();

        var deep = new SqliteJournalOptions { Path = Path.Combine(_folder.Root, "a", "b", "store") };
        await (await SqliteJournalStore.OpenAsync(deep, TimeProvider.System)).DisposeAsync();
        File.Exists(deep.Path).ShouldBeTrue();
    }

    [Fact]
    public async Task A_place_that_nobody_can_write_to_is_refused()
    {
        var options = new SqliteJournalOptions { Path = "/proc/actors-store.db" };
        var refusal = await Should.ThrowAsync<StoreOpenException>(
            () => SqliteJournalStore.OpenAsync(options, TimeProvider.System));
        refusal.FailureType.ShouldBe(StoreOpenException.NotWritable);
    }

    [NeedsMountFact]
    public async Task A_read_only_folder_is_refused()
    {
        using var mount = TmpfsMount.Create(_folder.Root, "4m");
        await (await _folder.OpenAsync()).DisposeAsync();
        mount.MakeReadOnly();

        var refusal = await ShouldBeRefusedAsync(StoreOpenException.NotWritable);

        refusal.Message.ShouldContain(_folder.File);
    }

    [Fact]
    public async Task A_store_closed_in_order_leaves_an_empty_log_and_no_owner()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        File.Exists(_folder.File + "-wal").ShouldBeFalse();
        File.Exists(_folder.File + ".owner").ShouldBeFalse();
    }

    [Fact]
    public async Task Every_option_out_of_range_is_named_at_once()
    {
        var options = new SqliteJournalOptions
        {
            QueueCountMax = 0, TransactionBytesMax = 1, ReadersMax = 65, FullProbeInterval = TimeSpan.Zero,
        };

        var error = await Should.ThrowAsync<ArgumentException>(
            () => SqliteJournalStore.OpenAsync(options, TimeProvider.System));

        error.Message.ShouldContain("Path is required");
        foreach (var name in new[] { "QueueCountMax is 0", "TransactionBytesMax", "ReadersMax", "FullProbeInterval" })
            error.Message.ShouldContain(name);
        new SqliteJournalOptions { Path = "x" }.Validate();
    }

    private async Task<StoreOpenException> ShouldBeRefusedAsync(string failureType)
    {
        var refusal = await Should.ThrowAsync<StoreOpenException>(_folder.OpenAsync);
        refusal.FailureType.ShouldBe(failureType);
        return refusal;
    }
}
