using System.Text;
using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Storage.Postgres.Opening;
using Actors.Tests.Shared;
using Npgsql;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

/// <summary>Sessions that can't write, or are none, on a server that is there.</summary>
public sealed class ReadOnlyTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Its own server: the role of all tests is changed.
    private readonly PostgresServer? _server = PostgresServer.Obstacle is null ? PostgresServer.Start() : null;

    private string Address => $"{_server!.Address}?schema=actors";

    public void Dispose() => _server?.Dispose();

    [PostgresFact]
    public async Task A_session_that_can_t_write_is_given_up_and_the_store_goes_on_in_one_that_can()
    {
        await using var store = await OpenAsync(TimeSpan.FromSeconds(30));
        await AppendAsync(store, 0);
        await AskAsync("ALTER ROLE actors SET default_transaction_read_only = on");
        await EndSessionsAsync();
        SpinWait.SpinUntil(() => store.Health == StoreHealth.Away, Patience).ShouldBeTrue("it is not ready");

        var waiting = AppendAsync(store, 1);
        waiting.IsCompleted.ShouldBeFalse("as for a server that is away");
        await AskAsync("ALTER ROLE actors RESET default_transaction_read_only");

        (await waiting.WaitAsync(Patience)).ShouldBe(AppendResult.Appended);
        store.Health.ShouldBe(StoreHealth.Ready);
    }

    [PostgresFact]
    public async Task A_server_that_stays_read_only_is_away_until_it_is_not()
    {
        await using var store = await OpenAsync(TimeSpan.FromMilliseconds(200));
        await AppendAsync(store, 0);
        await AskAsync("ALTER ROLE actors SET default_transaction_read_only = on");
        await EndSessionsAsync();

        await Should.ThrowAsync<StoreException>(async () => await AppendAsync(store, 1));
        store.Health.ShouldBe(StoreHealth.Away);
        (await store.ReadAsync(Key)).HeadSequence.ShouldBe(1, "reading goes on");
        await AskAsync("ALTER ROLE actors RESET default_transaction_read_only");

        SpinWait.SpinUntil(() => store.Health == StoreHealth.Ready, Patience).ShouldBeTrue("by itself");
        (await AppendAsync(store, 1)).ShouldBe(AppendResult.Appended);
    }

    [PostgresFact]
    public async Task Without_a_session_because_the_role_is_refused_the_store_is_not_ready()
    {
        await AskAsync("CREATE ROLE watcher SUPERUSER LOGIN");
        await using var store = await OpenAsync(TimeSpan.FromMilliseconds(200));
        await AppendAsync(store, 0);
        await AskAsync("ALTER ROLE actors NOLOGIN");
        await EndSessionsAsync("watcher");

        await Should.ThrowAsync<StoreException>(async () => await AppendAsync(store, 1));
        store.Health.ShouldBe(StoreHealth.Away);
        await AskAsync("ALTER ROLE actors LOGIN", "watcher");

        SpinWait.SpinUntil(() => store.Health == StoreHealth.Ready, Patience).ShouldBeTrue("by itself");
        (await AppendAsync(store, 1)).ShouldBe(AppendResult.Appended);
    }

    [PostgresFact]
    public async Task Without_the_right_to_renew_its_lease_the_store_is_not_ready()
    {
        await using var store = await OpenAsync(TimeSpan.FromMilliseconds(200));
        await AppendAsync(store, 0);
        await AskAsync(
            """
            CREATE FUNCTION actors.refuse() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN RAISE insufficient_privilege; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON actors.owners FOR EACH ROW EXECUTE FUNCTION actors.refuse()
            """);
        SpinWait.SpinUntil(() => store.Health == StoreHealth.Away, Patience).ShouldBeTrue("it is not ready");

        await Should.ThrowAsync<StoreException>(async () => await AppendAsync(store, 1));
        await AskAsync("DROP TRIGGER refuse ON actors.owners");

        SpinWait.SpinUntil(() => store.Health == StoreHealth.Ready, Patience).ShouldBeTrue("by itself");
        (await AppendAsync(store, 1)).ShouldBe(AppendResult.Appended);
    }

    [PostgresFact]
    public async Task The_isolation_of_a_role_is_not_that_of_the_store()
    {
        await AskAsync("ALTER ROLE actors SET default_transaction_isolation = serializable");
        await using var database = new Database(new PostgresJournalOptions { Connection = Address });
        await using var connection = await database.OpenAsync(default);
        await using var ask = new NpgsqlCommand("SHOW transaction_isolation", connection);

        (await ask.ExecuteScalarAsync()).ShouldBe("read committed");
    }

    private static GrainKey Key => new(GrainKind.Invocation, "default", "order", "a");

    private static async Task<AppendResult> AppendAsync(PostgresJournalStore store, long expected) =>
        await store.AppendAsync(new JournalAppend(
            Key, store.OwnerEpoch, expected, Encoding.UTF8.GetBytes("[]"), 1, DateTimeOffset.UnixEpoch));

    private Task<PostgresJournalStore> OpenAsync(TimeSpan outageMax) => PostgresJournalStore.OpenAsync(
        new PostgresJournalOptions
        {
            Connection = Address, OutageMax = outageMax, Lease = TimeSpan.FromSeconds(3),
        },
        TimeProvider.System);

    private Task EndSessionsAsync(string user = "actors") => AskAsync(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'actors'", user);

    private async Task AskAsync(string statement, string user = "actors")
    {
        var uri = new Uri(_server!.Address);
        await using var connection = new NpgsqlConnection(
            $"Host={uri.Host};Port={uri.Port};Username={user};Database=postgres;Pooling=false;" +
            "Options=-c default_transaction_read_only=off");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
