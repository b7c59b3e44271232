using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

[Collection(PostgresTests.Name)]
public sealed class PostgresOwnershipTests(ServerFixture server)
{
    private static readonly GrainKey Key = new(GrainKind.Invocation, "default", "order", "1");

    [PostgresFact]
    public async Task A_second_owner_is_refused_and_told_who_has_the_store()
    {
        var address = server.NewAddress();
        await using var store = await ServerFixture.OpenAsync(address);

        var error = await Should.ThrowAsync<StoreOpenException>(() => ServerFixture.OpenAsync(address));

        error.FailureType.ShouldBe(StoreOpenException.InUse);
        error.Message.ShouldContain($"process {Environment.ProcessId}");
        error.Message.ShouldContain("lease");
        error.Message.ShouldContain("Shared = true");
    }

    [PostgresFact]
    public async Task A_standby_takes_the_store_when_its_owner_gives_it_back()
    {
        var address = server.NewAddress();
        var owner = await ServerFixture.OpenAsync(address);
        await AppendAsync(owner, 0);
        var standby = OpenAsync(address, options => options.StandbyMax = Timeout.InfiniteTimeSpan);
        standby.IsCompleted.ShouldBeFalse();

        await owner.DisposeAsync();

        await using var next = await standby;
        next.OwnerEpoch.ShouldBeGreaterThan(owner.OwnerEpoch);
        (await AppendAsync(next, 1)).ShouldBe(AppendResult.Appended);
    }

    [PostgresFact]
    public async Task An_owner_whose_lease_has_ended_can_write_nothing_any_more()
    {
        var address = server.NewAddress();
        await using var zombie = await ServerFixture.OpenAsync(address);
        await AppendAsync(zombie, 0);
        // As if it had hung: nobody renewed.
        await ServerFixture.AskAsync(address, "UPDATE owners SET expires_at = now() - interval '1 second'");
        await using var next = await ServerFixture.OpenAsync(address);
        (await AppendAsync(next, 1)).ShouldBe(AppendResult.Appended);

        await Should.ThrowAsync<StoreStoppedException>(async () => await AppendAsync(zombie, 1));

        zombie.Health.ShouldBe(StoreHealth.Stopped);
        (await next.ReadAsync(Key)).HeadSequence.ShouldBe(2);
        (await AppendAsync(next, 2)).ShouldBe(AppendResult.Appended);
    }

    [PostgresFact]
    public async Task A_store_whose_owner_is_gone_is_taken_before_its_lease_ends_also_without_standing_by()
    {
        var address = server.NewAddress();
        await (await ServerFixture.OpenAsync(address)).DisposeAsync();
        // As a crash leaves it: a lease, and no session.
        await ServerFixture.AskAsync(
            address,
            "INSERT INTO owners VALUES (nextval('epochs'), 1, 'process 1 on gone', now() + interval '1 hour')");

        await using var next = await OpenAsync(address, options => options.Lease = TimeSpan.FromSeconds(1));

        (await AppendAsync(next, 0)).ShouldBe(AppendResult.Appended);
    }

    [PostgresFact]
    public async Task An_owner_that_lost_its_connection_begins_another_session_and_goes_on()
    {
        var address = server.NewAddress();
        await using var owner = await ServerFixture.OpenAsync(address);
        await AppendAsync(owner, 0);
        await ServerFixture.AskAsync(
            address, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'actors'");

        (await AppendAsync(owner, 1)).ShouldBe(AppendResult.Appended);

        (await ServerFixture.AskAsync(address, "SELECT session FROM owners")).ShouldBe(2L);
    }

    [PostgresFact]
    public async Task Two_that_open_at_the_same_time_get_the_store_one_after_the_other()
    {
        var address = server.NewAddress();
        var opening = Enumerable.Range(0, 4).Select(_ => OpenAsync(address, _ => { })).ToList();

        var opened = opening.Select(async task =>
        {
            try
            {
                return await task;
            }
            catch (StoreOpenException e) when (e.FailureType == StoreOpenException.InUse)
            {
                return null;
            }
        });
        var stores = await Task.WhenAll(opened);

        await stores.Single(store => store is not null)!.DisposeAsync();
    }

    [PostgresFact]
    public async Task A_newer_schema_is_refused_and_left_as_it_is()
    {
        var address = server.NewAddress();
        await (await ServerFixture.OpenAsync(address)).DisposeAsync();
        await ServerFixture.AskAsync(address, "INSERT INTO migrations (version, title) VALUES (999, 'later')");

        var error = await Should.ThrowAsync<StoreOpenException>(() => ServerFixture.OpenAsync(address));

        error.FailureType.ShouldBe(StoreOpenException.NewerFormat);
        (await ServerFixture.AskAsync(address, "SELECT max(version) FROM migrations")).ShouldBe(999);
    }

    [PostgresFact]
    public async Task A_schema_of_somebody_else_is_refused()
    {
        var address = server.NewAddress();
        var schema = address.Split('=')[1];
        await ServerFixture.AskAsync(address, $"CREATE SCHEMA {schema}; CREATE TABLE {schema}.orders (id int)");

        var error = await Should.ThrowAsync<StoreOpenException>(() => ServerFixture.OpenAsync(address));

        error.FailureType.ShouldBe(StoreOpenException.NotAStore);
    }

    [PostgresFact]
    public async Task Migrations_are_run_once_and_an_older_schema_is_refused_where_they_must_not_run()
    {
        var address = server.NewAddress();
        var refused = await Should.ThrowAsync<StoreOpenException>(
            () => OpenAsync(address, options => options.Migrate = false));
        refused.Message.ShouldContain("actors store migrate");

        var options = new PostgresJournalOptions { Connection = address };
        (await PostgresJournalStore.MigrateAsync(options)).Migrated.ShouldBe(2);
        (await PostgresJournalStore.MigrateAsync(options)).Migrated.ShouldBe(0);
        await using var store = await OpenAsync(address, o => o.Migrate = false);
        (await AppendAsync(store, 0)).ShouldBe(AppendResult.Appended);
    }

    [PostgresFact]
    public async Task The_tables_of_a_cluster_are_made_once_beside_those_of_the_store()
    {
        var address = server.NewAddress();
        var options = new PostgresJournalOptions { Connection = address };
        (await PostgresCluster.MigrateAsync(options)).ShouldBeTrue();
        (await PostgresCluster.MigrateAsync(options)).ShouldBeFalse();

        (await ServerFixture.AskAsync(address, "SELECT count(*) FROM OrleansQuery")).ShouldBe(20L);
        await using var store = await ServerFixture.OpenAsync(address, isShared: true);
        (await AppendAsync(store, 0)).ShouldBe(AppendResult.Appended);
    }

    [Theory]
    [InlineData("postgres://")]
    [InlineData("postgres://user:secret@host:port/database")]
    [InlineData("Host=x;Nonsense=secret")]
    public async Task A_text_that_names_no_database_is_refused_without_being_repeated(string text)
    {
        var options = new PostgresJournalOptions { Connection = text, OutageMax = TimeSpan.Zero };
        var error = await Should.ThrowAsync<ActorsException>(
            () => PostgresJournalStore.OpenAsync(options, TimeProvider.System));
        error.Message.ShouldNotContain("secret");
    }

    private static Task<PostgresJournalStore> OpenAsync(string address, Action<PostgresJournalOptions> configure)
    {
        var options = new PostgresJournalOptions { Connection = address };
        configure(options);
        return PostgresJournalStore.OpenAsync(options, TimeProvider.System);
    }

    private static async Task<AppendResult> AppendAsync(PostgresJournalStore store, long expected) =>
        await store.AppendAsync(new JournalAppend(
            Key, store.OwnerEpoch, expected, "[0]"u8.ToArray(), 1, DateTimeOffset.UnixEpoch));
}
