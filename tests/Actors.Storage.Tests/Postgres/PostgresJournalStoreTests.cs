using Actors.Journal;
using Actors.Storage.Tests.Compliance;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

[Collection(PostgresTests.Name)]
[TestCaseOrderer("Actors.Storage.Tests.Postgres.OnlyWithServer", "Actors.Storage.Tests")]
public sealed class PostgresJournalStoreTests(ServerFixture server) : JournalStoreCompliance
{
    private readonly string _address = PostgresServer.Obstacle is null ? server.NewAddress() : "";

    [PostgresFact]
    public async Task A_purge_leaves_no_row_of_any_table_behind()
    {
        var blob = Blob("\"large\"");
        var key = NewKey();
        var ended = new Projection("Completed", Noon, Noon);
        await AppendedAsync(Batch(key, 0) with { Payloads = Only(blob), Snapshot = Json("{}"), Projection = ended });
        (await Store.PurgeAsync(Noon.AddDays(1), 10)).ShouldBe(1);

        foreach (var table in new[] { "keys", "journal", "snapshots", "payloads", "payload_refs", "purged" })
            (await ServerFixture.AskAsync(_address, $"SELECT count(*) FROM {table}")).ShouldBe(0L, table);
    }

    [PostgresFact]
    public async Task A_purge_that_was_interrupted_is_ended_by_the_next()
    {
        var key = await ProjectedAsync(Running());
        await ServerFixture.AskAsync(
            _address, "INSERT INTO purged (key_id) SELECT id FROM keys; DELETE FROM keys");
        await ReopenAsync();

        await AppendedAsync(Batch(key, 0, text: "[\"new\"]"));
        (await Store.PurgeAsync(Noon, 10)).ShouldBe(0);

        (await ReadAllAsync(key)).ShouldHaveSingleItem().Events.ToArray().ShouldBe(Json("[\"new\"]"));
        (await ServerFixture.AskAsync(_address, "SELECT count(*) FROM journal")).ShouldBe(1L);
    }

    [PostgresFact]
    public async Task The_writer_does_not_read_again_what_the_read_before_it_saw()
    {
        var key = await ProjectedAsync(Running());
        await ReopenAsync();
        await Store.ReadAsync(key);
        // A writer that looked for the journal would not find it.
        await ServerFixture.AskAsync(_address, "DELETE FROM keys");

        await AppendedAsync(Batch(key, 1));

        (await ServerFixture.AskAsync(_address, "SELECT count(*) FROM journal")).ShouldBe(2L);
    }

    [PostgresFact]
    public async Task What_was_read_before_a_purge_counts_for_nothing_after_it()
    {
        var key = await ProjectedAsync(new Projection("Completed", Noon, Noon));
        await ReopenAsync();
        await Store.ReadAsync(key);
        (await Store.PurgeAsync(Noon.AddDays(1), 10)).ShouldBe(1);

        (await Store.AppendAsync(Batch(key, 1))).ShouldBe(AppendResult.StaleSequence);
        await AppendedAsync(Batch(key, 0));

        (await ReadAllAsync(key)).ShouldHaveSingleItem().FirstSequence.ShouldBe(1);
        (await ServerFixture.AskAsync(_address, "SELECT count(*) FROM journal")).ShouldBe(1L);
    }

    protected override async Task<IJournalStore> OpenAsync() => await ServerFixture.OpenAsync(_address);
}
