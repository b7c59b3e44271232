using Actors.Journal;
using Shouldly;

namespace Actors.Storage.Tests.Compliance;

public abstract partial class JournalStoreCompliance
{
    [Fact]
    public async Task A_purge_removes_what_ended_before_oldest_first_and_as_many_as_asked_for()
    {
        var second = await ProjectedAsync(Ended(Noon.AddMinutes(2)));
        var first = await ProjectedAsync(Ended(Noon.AddMinutes(1)));
        var later = await ProjectedAsync(Ended(Noon.AddMinutes(3)));
        var running = await ProjectedAsync(Running());

        (await Store.PurgeAsync(Noon.AddMinutes(3), 1)).ShouldBe(1);
        (await Store.FindAsync(first)).ShouldBeNull();
        (await Store.FindAsync(second)).ShouldNotBeNull();

        (await Store.PurgeAsync(Noon.AddMinutes(3), 100)).ShouldBe(1);
        (await Store.PurgeAsync(Noon.AddMinutes(3), 100)).ShouldBe(0);
        (await Store.ReadAsync(second)).HeadSequence.ShouldBe(0);
        (await Store.ListAsync(Invocations)).Rows.Select(row => row.Key).ShouldBe([running, later], ignoreOrder: true);
        (await Store.ReadAsync(later)).HeadSequence.ShouldBe(1);
    }

    [Fact]
    public async Task A_purge_takes_many_journals_with_all_their_records()
    {
        var keys = new List<GrainKey>();
        for (var i = 0; i < 150; i++) keys.Add(await ProjectedAsync(Ended(Noon)));
        var tasks = Enumerable.Range(1, 3_000).Select(i => Store.AppendAsync(Batch(keys[0], i)).AsTask()).ToList();
        await Task.WhenAll(tasks);

        (await Store.PurgeAsync(Noon.AddTicks(1), 1_000)).ShouldBe(150);

        foreach (var key in keys) (await Store.ReadAsync(key)).HeadSequence.ShouldBe(0);
    }

    [Fact]
    public async Task A_purged_key_begins_anew()
    {
        var key = await ProjectedAsync(Ended(Noon));
        await AppendedAsync(Batch(key, 1) with { Snapshot = Json("{}") });
        (await Store.PurgeAsync(Noon.AddSeconds(1), 10)).ShouldBe(1);

        (await Store.AppendAsync(Batch(key, 2)))
            .ShouldBe(AppendResult.StaleSequence, "whoever still knows the old one is refused");
        await AppendedAsync(Batch(key, 0, text: "[\"new\"]"));
        await ReopenAsync();

        var page = await Store.ReadAsync(key);
        page.Snapshot.ShouldBeNull();
        page.Records.ShouldHaveSingleItem().Events.ToArray().ShouldBe(Json("[\"new\"]"));
    }

    [Fact]
    public async Task A_payload_is_kept_until_the_last_journal_that_refers_to_it_is_gone()
    {
        var shared = Blob("\"shared\"");
        var own = Blob("\"own\"");
        var first = NewKey();
        await AppendedAsync(Batch(first, 0) with { Payloads = [shared, own], Projection = Ended(Noon) });
        await AppendedAsync(Batch(first, 1) with { Payloads = Only(shared) });
        await AppendedAsync(
            Batch(NewKey(), 0) with { Payloads = Only(shared), Projection = Ended(Noon.AddMinutes(1)) });

        await Store.PurgeAsync(Noon.AddSeconds(1), 10);
        (await Store.ReadPayloadAsync(shared.Hash)).ToArray().ShouldBe(shared.Bytes.ToArray());
        await Should.ThrowAsync<StoreCorruptException>(async () => await Store.ReadPayloadAsync(own.Hash));

        await Store.PurgeAsync(Noon.AddHours(1), 10);
        await Should.ThrowAsync<StoreCorruptException>(async () => await Store.ReadPayloadAsync(shared.Hash));

        await AppendedAsync(Batch(NewKey(), 0) with { Payloads = Only(shared) });
        (await Store.ReadPayloadAsync(shared.Hash)).ToArray().ShouldBe(shared.Bytes.ToArray());
    }

    [Fact]
    public async Task A_journal_that_runs_again_is_not_purged()
    {
        var key = await ProjectedAsync(Ended(Noon));
        await AppendedAsync(Batch(key, 1) with { Projection = Running() });
        (await Store.PurgeAsync(Noon.AddHours(1), 10)).ShouldBe(0);
        (await Store.ReadAsync(key)).HeadSequence.ShouldBe(2);
    }

    [Fact]
    public async Task A_journal_with_something_left_to_do_behind_its_end_is_not_purged_until_that_is_done()
    {
        var working = await ProjectedAsync(Ended(Noon) with { Resume = true });
        var waiting = await ProjectedAsync(Ended(Noon) with { WakeAt = Noon.AddHours(9) });
        (await Store.PurgeAsync(Noon.AddHours(1), 10)).ShouldBe(0);
        foreach (var key in new[] { working, waiting })
            await AppendedAsync(Batch(key, 1) with { Projection = Ended(Noon) });

        (await Store.PurgeAsync(Noon.AddHours(1), 10)).ShouldBe(2);
    }

    private static Projection Ended(DateTimeOffset at) => new("Completed", Noon.AddHours(-1), at);
}
