using System.Globalization;
using System.Text;
using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

[Collection(PostgresTests.Name)]
public sealed class PostgresFaultTests(ServerFixture shared)
{
    private const int Kills = 3;
    private const int Writers = 16;

    [PostgresFact]
    public async Task A_commit_that_was_done_and_whose_answer_was_lost_is_not_done_again()
    {
        var breaks = 1;
        var address = shared.NewAddress();
        await using var store = await OpenAsync(address, moment =>
        {
            if (moment == CommitMoment.AfterCommit && breaks-- == 1) throw new IOException("the answer is lost");
        });

        (await AppendAsync(store, "a", 0)).ShouldBe(AppendResult.Appended);

        breaks.ShouldBeLessThan(1);
        (await store.ReadAsync(KeyOf("a"))).HeadSequence.ShouldBe(1);
        (await AppendAsync(store, "a", 1)).ShouldBe(AppendResult.Appended);
    }

    [PostgresFact]
    public async Task A_commit_that_never_arrived_is_sent_again()
    {
        var breaks = 1;
        await using var store = await OpenAsync(shared.NewAddress(), moment =>
        {
            if (moment == CommitMoment.BeforeSending && breaks-- == 1) throw new IOException("the connection is lost");
        });

        (await AppendAsync(store, "a", 0)).ShouldBe(AppendResult.Appended);

        breaks.ShouldBe(-1, "sent twice");
        (await store.ReadAsync(KeyOf("a"))).Records.ShouldHaveSingleItem();
    }

    [PostgresFact]
    public async Task A_head_that_is_remembered_wrongly_refuses_nobody_wrongly()
    {
        var address = shared.NewAddress();
        await using var store = await OpenAsync(address, _ => { });
        await AppendAsync(store, "a", 0);
        await AppendAsync(store, "a", 1);
        // Behind the writer's back, the last record is gone, as if another process had purged and begun anew.
        await ServerFixture.AskAsync(address, "DELETE FROM journal WHERE first = 2");

        (await AppendAsync(store, "a", 1)).ShouldBe(AppendResult.Appended);
    }

    [PostgresFact]
    public async Task Nothing_is_lost_or_recorded_twice_while_the_server_is_killed_and_started_again()
    {
        using var server = PostgresServer.Start();
        await using var store = await PostgresJournalStore.OpenAsync(
            new PostgresJournalOptions { Connection = server.Address, QueueCountMax = 64 }, TimeProvider.System);
        using var ending = new CancellationTokenSource();
        var acknowledged = new long[Writers];
        var progress = new SemaphoreSlim(0);
        var writing = Enumerable.Range(0, Writers)
            .Select(writer => Task.Run(() => WriteAsync(store, writer, acknowledged, progress, ending.Token)))
            .ToList();

        for (var kill = 0; kill < Kills; kill++)
        {
            for (var i = 0; i < 200; i++) (await progress.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();
            server.Kill();
            server.StartAgain();
        }

        for (var i = 0; i < 200; i++) (await progress.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();
        await ending.CancelAsync();
        await Task.WhenAll(writing);

        store.Health.ShouldBe(StoreHealth.Ready);
        for (var writer = 0; writer < Writers; writer++)
            await ShouldHoldExactlyAsync(store, $"writer-{writer}", acknowledged[writer]);
    }

    [PostgresFact]
    public async Task While_the_server_stays_away_appends_and_reads_fail_after_the_time_that_was_given()
    {
        using var server = PostgresServer.Start();
        await using var store = await PostgresJournalStore.OpenAsync(
            new PostgresJournalOptions { Connection = server.Address, OutageMax = TimeSpan.FromMilliseconds(200) },
            TimeProvider.System);
        await AppendAsync(store, "a", 0);
        server.Kill();

        await Should.ThrowAsync<StoreException>(async () => await AppendAsync(store, "a", 1));
        store.Health.ShouldBe(StoreHealth.Away);
        await Should.ThrowAsync<StoreException>(async () => await AppendAsync(store, "a", 1));
        await Should.ThrowAsync<StoreException>(async () => await store.ReadAsync(KeyOf("a")));

        server.StartAgain();
        SpinWait.SpinUntil(() => store.Health == StoreHealth.Ready, TimeSpan.FromSeconds(30)).ShouldBeTrue();
        var head = (await store.ReadAsync(KeyOf("a"))).HeadSequence;
        (await AppendAsync(store, "a", head)).ShouldBe(AppendResult.Appended);
    }

    // As a grain does: what is uncertain is read again, and gone on from there.
    private static async Task WriteAsync(
        PostgresJournalStore store, int writer, long[] acknowledged, SemaphoreSlim progress, CancellationToken ending)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"writer-{writer}");
        long sequence = 0;
        while (!ending.IsCancellationRequested)
        {
            try
            {
                (await AppendAsync(store, name, sequence)).ShouldBe(AppendResult.Appended);
                acknowledged[writer] = ++sequence;
                progress.Release();
            }
            catch (StoreException)
            {
                sequence = (await store.ReadAsync(KeyOf(name))).HeadSequence;
                sequence.ShouldBeGreaterThanOrEqualTo(acknowledged[writer]);
            }
        }
    }

    private static async Task ShouldHoldExactlyAsync(PostgresJournalStore store, string name, long count)
    {
        long after = 0;
        JournalPage page;
        do
        {
            page = await store.ReadAsync(KeyOf(name), after);
            foreach (var record in page.Records)
            {
                record.FirstSequence.ShouldBe(++after);
                Encoding.UTF8.GetString(record.Events.Span).ShouldBe($"[{after - 1}]");
            }
        }
        while (page.More);
        after.ShouldBe(count, name);
    }

    private static Task<PostgresJournalStore> OpenAsync(string address, Action<CommitMoment> onCommit) =>
        PostgresJournalStore.OpenAsync(
            new PostgresJournalOptions { Connection = address, OnCommit = onCommit }, TimeProvider.System);

    private static GrainKey KeyOf(string name) => new(GrainKind.Invocation, "default", "order", name);

    private static async Task<AppendResult> AppendAsync(PostgresJournalStore store, string name, long expected) =>
        await store.AppendAsync(new JournalAppend(
            KeyOf(name), store.OwnerEpoch, expected, Encoding.UTF8.GetBytes($"[{expected}]"), 1,
            DateTimeOffset.UnixEpoch));
}
