using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Storage.Tests.Compliance;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

/// <summary>The compliance suite on a shared store, and what holds between two processes that have it open.</summary>
[Collection(PostgresTests.Name)]
[TestCaseOrderer("Actors.Storage.Tests.Postgres.OnlyWithServer", "Actors.Storage.Tests")]
public sealed class SharedStoreTests(ServerFixture server) : JournalStoreCompliance
{
    private readonly string _address = PostgresServer.Obstacle is null ? server.NewAddress() : "";

    [PostgresFact]
    public async Task A_member_sees_at_once_what_another_has_appended()
    {
        await using var other = await OpenOtherAsync();
        var wakes = Running() with { WakeAt = Noon.AddMinutes(1), Resume = true };
        var key = await ProjectedAsync(wakes);

        (await other.ReadAsync(key)).HeadSequence.ShouldBe(1);
        (await other.FindAsync(key))!.Projection.Status.ShouldBe("Running");
        (await other.ListAsync(new ProjectionFilter(GrainKind.Invocation, "default")))
            .Rows.ShouldHaveSingleItem().Key.ShouldBe(key);
        (await other.DueAsync(Noon.AddHours(1), 10)).ShouldHaveSingleItem().Key.ShouldBe(key);
        (await other.ResumableAsync(null, 10)).ShouldHaveSingleItem().Key.ShouldBe(key);
    }

    [PostgresFact]
    public async Task A_member_continues_a_journal_that_it_remembers_from_before_another_did()
    {
        await using var other = await OpenOtherAsync();
        var key = NewKey();
        await AppendedAsync(Batch(key, 0, epoch: 11));
        (await other.AppendAsync(Batch(key, 1, count: 3, epoch: 12))).ShouldBe(AppendResult.Appended);
        (await other.AppendAsync(Batch(key, 4, epoch: 12))).ShouldBe(AppendResult.Appended);

        (await Store.AppendAsync(Batch(key, 5, epoch: 11))).ShouldBe(AppendResult.StaleEpoch);
        await AppendedAsync(Batch(key, 5, epoch: 13));

        (await ReadAllAsync(key)).Select(record => record.Epoch).ShouldBe([11, 12, 12, 13]);
    }

    [PostgresFact]
    public async Task A_member_that_remembers_an_old_head_is_refused_and_nothing_else_of_its_commit_is()
    {
        await using var other = await OpenOtherAsync();
        var (old, fine) = (NewKey(), NewKey());
        await AppendedAsync(Batch(old, 0, epoch: 11));
        (await other.AppendAsync(Batch(old, 1, count: 2, epoch: 12))).ShouldBe(AppendResult.Appended);

        var late = Store.AppendAsync(Batch(old, 1, epoch: 12)).AsTask();
        var good = Store.AppendAsync(Batch(fine, 0, epoch: 12)).AsTask();

        (await late).ShouldBe(AppendResult.StaleSequence);
        (await good).ShouldBe(AppendResult.Appended);
        (await Store.ReadAsync(old)).HeadSequence.ShouldBe(3);
    }

    [PostgresFact]
    public async Task Of_members_that_race_for_the_same_journals_exactly_one_appends_at_each_sequence()
    {
        const int Keys = 500;
        const int Rounds = 5;
        await using var second = await OpenOtherAsync();
        await using var third = await OpenOtherAsync();
        var keys = Enumerable.Range(0, Keys).Select(_ => NewKey()).ToArray();
        var won = new int[Keys];

        // Each member takes the keys in another order: locks that depend on it would make them wait in a circle.
        async Task RunAsync(IJournalStore store, Func<IEnumerable<int>, IEnumerable<int>> order)
        {
            for (var round = 0; round < Rounds; round++)
            {
                var sequence = round;
                var appends = order(Enumerable.Range(0, Keys)).Select(async i =>
                {
                    var append = Batch(keys[i], sequence, epoch: 100) with { Payloads = Only(Blob($"\"{i % 5}\"")) };
                    if (await store.AppendAsync(append) == AppendResult.Appended) Interlocked.Increment(ref won[i]);
                });
                await Task.WhenAll(appends);
            }
        }

        await Task.WhenAll(
            RunAsync(Store, all => all), RunAsync(second, all => all.Reverse()),
            RunAsync(third, all => all.OrderBy(i => i * 7 % Keys)));

        won.ShouldAllBe(count => count == Rounds);
        foreach (var key in keys)
        {
            (await ReadAllAsync(key)).Select(record => record.FirstSequence)
                .ShouldBe(Enumerable.Range(1, Rounds).Select(i => (long)i));
        }

        (await ServerFixture.AskAsync(
            _address, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")).ShouldBe(0L);
    }

    [PostgresFact]
    public async Task A_member_appends_nothing_to_a_journal_that_another_has_purged()
    {
        await using var other = await OpenOtherAsync();
        var key = NewKey();
        await AppendedAsync(Batch(key, 0) with { Projection = new Projection("Completed", Noon, Noon) });
        (await other.PurgeAsync(Noon.AddDays(1), 10)).ShouldBe(1);

        (await Store.AppendAsync(Batch(key, 1))).ShouldBe(AppendResult.StaleSequence);
        await AppendedAsync(Batch(key, 0));

        (await ServerFixture.AskAsync(_address, "SELECT count(*) FROM journal")).ShouldBe(1L);
    }

    [PostgresFact]
    public async Task What_a_member_read_before_another_purged_counts_for_nothing_once_it_knows()
    {
        await using var other = await OpenOtherAsync();
        var (gone, kept) = (NewKey(), NewKey());
        var ended = Batch(gone, 0) with { Projection = new Projection("Completed", Noon, Noon) };
        (await other.AppendAsync(ended)).ShouldBe(AppendResult.Appended);
        await AppendedAsync(Batch(kept, 0));
        await Store.ReadAsync(gone);
        (await other.PurgeAsync(Noon.AddDays(1), 10)).ShouldBe(1);
        await AppendedAsync(Batch(kept, 1));

        (await Store.AppendAsync(Batch(gone, 1))).ShouldBe(AppendResult.StaleSequence);
        await AppendedAsync(Batch(gone, 0));

        (await ServerFixture.AskAsync(_address, "SELECT count(*) FROM journal")).ShouldBe(3L);
    }

    [PostgresFact]
    public async Task A_shared_store_is_refused_to_who_wants_it_alone_and_the_other_way_round()
    {
        var alone = await Should.ThrowAsync<StoreOpenException>(() => ServerFixture.OpenAsync(_address));
        alone.FailureType.ShouldBe(StoreOpenException.InUse);
        alone.Message.ShouldContain("one of a cluster");
        alone.Message.ShouldContain("Shared = true");
        alone.Message.ShouldNotContain("--standby");
        await Store.DisposeAsync();

        await using var only = await ServerFixture.OpenAsync(_address);
        var shared = await Should.ThrowAsync<StoreOpenException>(() => OpenOtherAsync());
        shared.FailureType.ShouldBe(StoreOpenException.InUse);
        shared.Message.ShouldContain("a cluster's");
        shared.Message.ShouldContain("Shared = true");
        shared.Message.ShouldNotContain("--standby");
    }

    [PostgresFact]
    public async Task A_member_that_was_away_for_longer_than_its_lease_goes_on_where_nobody_else_has()
    {
        var (mine, taken) = (NewKey(), NewKey());
        await AppendedAsync(Batch(mine, 0));
        await AppendedAsync(Batch(taken, 0));
        await ServerFixture.AskAsync(_address, "UPDATE owners SET expires_at = now() - interval '1 minute'");
        await using var other = await OpenOtherAsync();
        (await other.AppendAsync(Batch(taken, 1, epoch: Store.OwnerEpoch + 1))).ShouldBe(AppendResult.Appended);

        (await Store.AppendAsync(Batch(taken, 1))).ShouldBe(AppendResult.StaleEpoch);
        await AppendedAsync(Batch(mine, 1));
    }

    [PostgresFact]
    public async Task A_commit_whose_answer_was_lost_is_resolved_among_members_too()
    {
        var broken = 0;
        var options = new PostgresJournalOptions { Connection = _address, Shared = true };
        options.OnCommit = moment =>
        {
            if (moment == CommitMoment.AfterCommit && Interlocked.Exchange(ref broken, 1) == 0)
                throw new IOException("cut off");
        };
        await using var other = await PostgresJournalStore.OpenAsync(options, TimeProvider.System);
        var key = NewKey();

        (await other.AppendAsync(Batch(key, 0))).ShouldBe(AppendResult.Appended);

        broken.ShouldBe(1);
        await AppendedAsync(Batch(key, 1));
        (await ReadAllAsync(key)).Count.ShouldBe(2);
    }

    protected override async Task<IJournalStore> OpenAsync() => await OpenOtherAsync();

    private Task<PostgresJournalStore> OpenOtherAsync() => ServerFixture.OpenAsync(_address, isShared: true);
}
