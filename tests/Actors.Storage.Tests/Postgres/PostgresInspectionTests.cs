using System.Globalization;
using System.Text;
using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

/// <summary>An audit reads ahead, many journals at a time; it must see of each what is there.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresInspectionTests(ServerFixture shared)
{
    // Two steps of reading ahead are full, and one is not.
    private const int Journals = 2 * 128 + 44;
    private const int Damaged = 130;
    private const int Long = 131;
    private const int Records = 5;

    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [PostgresFact]
    public async Task Each_journal_is_read_as_it_is_and_one_that_is_damaged_is_the_only_one_that_is()
    {
        var address = shared.NewAddress();
        await using (var store = await ServerFixture.OpenAsync(address))
        {
            for (var n = 0; n < Journals; n++) await MakeAsync(store, n);
        }

        await ServerFixture.AskAsync(
            address,
            "UPDATE journal SET events = 'x' WHERE first = 2 AND key_id = " +
            $"(SELECT id FROM keys WHERE name = '{Damaged}')");
        await using var inspection =
            await PostgresStoreInspection.OpenAsync(new PostgresJournalOptions { Connection = address });
        (await inspection.CheckAsync()).ShouldBeEmpty();
        var seen = 0;
        await foreach (var key in inspection.KeysAsync())
        {
            key.ShouldBe(KeyOf(seen));
            await CheckAsync(inspection, key, seen++);
        }

        seen.ShouldBe(Journals);
    }

    private static async Task CheckAsync(PostgresStoreInspection inspection, GrainKey key, int n)
    {
        // Every third one has a projection.
        (await inspection.FindAsync(key))?.Projection.StartedAt.ShouldBe(Noon.AddSeconds(n));
        ((await inspection.FindAsync(key)) is not null).ShouldBe(n % 3 == 0);
        if (n == Damaged)
        {
            (await Should.ThrowAsync<StoreCorruptException>(async () => await inspection.ReadAsync(key, 0)))
                .Message.ShouldContain("sequence 2");
            return;
        }

        (await inspection.ReadAsync(key, null, 1)).Snapshot.ShouldBeNull();
        var texts = new List<string>();
        var page = await inspection.ReadAsync(key, 0);
        while (page.Records.Count > 0)
        {
            texts.AddRange(page.Records.Select(record => Encoding.UTF8.GetString(record.Events.Span)));
            page = await inspection.ReadAsync(key, page.Records[^1].LastSequence);
        }

        texts.ShouldBe(Enumerable.Range(0, n == Long ? Records : 2).Select(record => Text(n, record)));
    }

    private static async Task MakeAsync(PostgresJournalStore store, int n)
    {
        for (var record = 0; record < (n == Long ? Records : 2); record++)
        {
            (await store.AppendAsync(new JournalAppend(
                KeyOf(n), store.OwnerEpoch, record, Encoding.UTF8.GetBytes(Text(n, record)), 1, Noon,
                n % 3 == 0 ? new Projection("Running", Noon.AddSeconds(n)) : null))).ShouldBe(AppendResult.Appended);
        }
    }

    /// <summary>Those of the long one take more than is read ahead.</summary>
    private static string Text(int n, int record) =>
        $"[\"{n} {record} {new string('-', n == Long ? 10_000 : 0)}\"]";

    private static GrainKey KeyOf(int n) =>
        new(GrainKind.Invocation, "default", "p", n.ToString(CultureInfo.InvariantCulture));
}
