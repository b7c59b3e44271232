using Actors.Journal;
using Actors.Storage.Sqlite.Native;
using Actors.Storage.Tests.Compliance;
using Shouldly;

namespace Actors.Storage.Tests.Sqlite;

public sealed class SqliteJournalStoreTests : JournalStoreCompliance
{
    private readonly StoreFolder _folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_purge_leaves_no_row_of_any_table_behind()
    {
        var blob = Blob("\"large\"");
        var key = NewKey();
        var ended = new Projection("Completed", Noon, Noon);
        await AppendedAsync(Batch(key, 0) with { Payloads = Only(blob), Snapshot = Json("{}"), Projection = ended });
        (await Store.PurgeAsync(Noon.AddDays(1), 10)).ShouldBe(1);
        await ReopenAsync();

        using var connection = SqliteConnection.Open(_folder.File, create: false);
        foreach (var table in new[] { "keys", "journal", "snapshots", "payloads", "payload_refs", "purged" })
            connection.QueryNumber($"SELECT count(*) FROM {table}").ShouldBe(0, table);
    }

    [Fact]
    public async Task A_purge_that_was_interrupted_is_ended_by_the_next()
    {
        var key = await ProjectedAsync(Running());
        using (var connection = SqliteConnection.Open(_folder.File, create: false))
            connection.Execute("INSERT INTO purged (key_id) SELECT id FROM keys; DELETE FROM keys");
        await ReopenAsync();

        await AppendedAsync(Batch(key, 0, text: "[\"new\"]"));
        (await Store.PurgeAsync(Noon, 10)).ShouldBe(0);

        (await ReadAllAsync(key)).ShouldHaveSingleItem().Events.ToArray().ShouldBe(Json("[\"new\"]"));
        using var after = SqliteConnection.Open(_folder.File, create: false);
        after.QueryNumber("SELECT count(*) FROM journal").ShouldBe(1);
    }

    protected override async Task<IJournalStore> OpenAsync() => await _folder.OpenAsync();
}
