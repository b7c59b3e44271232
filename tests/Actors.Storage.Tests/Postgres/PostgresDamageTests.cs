using System.Text;
using Actors.Journal;
using Actors.Tests.Shared;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

/// <summary>
/// Whatever is wrong with the rows of a journal is found by whoever reads it, and touches no other journal.
/// </summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresDamageTests(ServerFixture shared)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    // Journals of three records, and of more than are read at once; the snapshot, where there is one, is of the second.
    [PostgresTheory]
    [InlineData(3, false, "DELETE FROM journal WHERE first = 1")]
    [InlineData(20, false, "DELETE FROM journal WHERE first = 1")]
    [InlineData(3, false, "DELETE FROM journal WHERE first = 2")]
    [InlineData(20, false, "DELETE FROM journal WHERE first = 19")]
    [InlineData(20, true, "DELETE FROM journal WHERE first = 3")]
    [InlineData(3, true, "DELETE FROM journal WHERE first >= 2")]
    [InlineData(3, true, "DELETE FROM journal")]
    [InlineData(3, false, "UPDATE journal SET events = 'x' WHERE first = 1")]
    [InlineData(20, false, "UPDATE journal SET events = 'x' WHERE first = 1")]
    [InlineData(3, false, "UPDATE journal SET events = 'x' WHERE first = 3")]
    [InlineData(3, false, "UPDATE journal SET chain = chain + 1 WHERE first = 3")]
    [InlineData(3, false, "UPDATE journal SET count = 0 WHERE first = 3")]
    [InlineData(3, false, "UPDATE journal SET count = 2 WHERE first = 1")]
    [InlineData(3, false, "UPDATE journal SET epoch = 0 WHERE first = 2")]
    [InlineData(3, false, "UPDATE journal SET at = at + 1 WHERE first = 2")]
    [InlineData(3, true, "UPDATE snapshots SET state = 'x'")]
    [InlineData(20, true, "UPDATE snapshots SET state = 'x'")]
    [InlineData(3, true, "UPDATE snapshots SET sequence = 1")]
    [InlineData(3, true, "UPDATE snapshots SET sequence = 4")]
    public async Task Damage_is_found_when_the_journal_is_read(int records, bool hasSnapshot, string damage)
    {
        var address = shared.NewAddress();
        await using var store = await ServerFixture.OpenAsync(address);
        await MakeAsync(store, "damaged", records, hasSnapshot);
        (await store.ReadAsync(KeyOf("damaged"))).HeadSequence.ShouldBe(records);

        await ServerFixture.AskAsync(address, damage);
        await MakeAsync(store, "sound", records, hasSnapshot);

        var error = await Should.ThrowAsync<StoreCorruptException>(
            async () => await store.ReadAsync(KeyOf("damaged")));
        error.Message.ShouldContain("damaged at sequence");
        (await store.ReadAsync(KeyOf("sound"))).HeadSequence.ShouldBe(records);
    }

    private static async Task MakeAsync(IJournalStore store, string name, int records, bool hasSnapshot)
    {
        for (var n = 0; n < records; n++)
        {
            var append = new JournalAppend(
                KeyOf(name), store.OwnerEpoch, n, Encoding.UTF8.GetBytes($"[{n}]"), 1, Noon.AddSeconds(n));
            if (hasSnapshot && n == 1) append = append with { Snapshot = Encoding.UTF8.GetBytes($"{{\"n\":{n}}}") };
            (await store.AppendAsync(append)).ShouldBe(AppendResult.Appended);
        }
    }

    private static GrainKey KeyOf(string name) => new(GrainKind.Invocation, "default", "p", name);
}
