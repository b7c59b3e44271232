using Actors.Journal;
using Shouldly;

namespace Actors.Storage.Tests.Compliance;

public abstract partial class JournalStoreCompliance
{
    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    [InlineData(7L)]
    public async Task A_journal_that_does_not_exist_reads_as_empty(long? after)
    {
        var page = await Store.ReadAsync(NewKey(), after);
        page.HeadSequence.ShouldBe(0);
        page.HeadEpoch.ShouldBe(0);
        page.Snapshot.ShouldBeNull();
        page.Records.ShouldBeEmpty();
        page.More.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 4)]
    [InlineData(5, 4)]
    [InlineData(6, 7)]
    public async Task Reading_after_a_sequence_gives_the_records_with_events_behind_it(long after, long firstSequence)
    {
        var key = NewKey();
        for (var i = 0; i < 3; i++) await AppendedAsync(Batch(key, i * 3, count: 3));

        (await Store.ReadAsync(key, after)).Records[0].FirstSequence.ShouldBe(firstSequence);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(1000)]
    public async Task Reading_after_the_head_gives_nothing_but_the_head(long after)
    {
        var key = NewKey();
        await AppendedAsync(Batch(key, 0, count: 9));

        var page = await Store.ReadAsync(key, after);

        page.Records.ShouldBeEmpty();
        page.HeadSequence.ShouldBe(9);
        page.More.ShouldBeFalse();
    }

    [Fact]
    public async Task A_read_begins_at_the_latest_snapshot()
    {
        var key = NewKey();
        await AppendedAsync(Batch(key, 0, count: 2) with { Snapshot = Json("\"first\"") });
        await AppendedAsync(Batch(key, 2));
        await AppendedAsync(Batch(key, 3) with { Snapshot = Json("\"second\"") });
        (await Store.ReadAsync(key)).More.ShouldBeFalse("a snapshot of the head is all there is");
        await AppendedAsync(Batch(key, 4));
        await AppendedAsync(Batch(key, 5));

        var page = await Store.ReadAsync(key);

        page.Snapshot!.Sequence.ShouldBe(4);
        page.Snapshot.State.ToArray().ShouldBe(Json("\"second\""));
        page.Records.Select(record => record.FirstSequence).ShouldBe([5L, 6L]);
        (await ReadAllAsync(key)).Count.ShouldBe(5, "the history stays");
    }

    [Fact]
    public async Task A_read_after_a_sequence_gives_no_snapshot()
    {
        var key = NewKey();
        await AppendedAsync(Batch(key, 0) with { Snapshot = Json("{}") });

        var page = await Store.ReadAsync(key, 0);

        page.Snapshot.ShouldBeNull();
        page.Records.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_snapshot_may_be_empty()
    {
        var key = NewKey();
        await AppendedAsync(Batch(key, 0) with { Snapshot = ReadOnlyMemory<byte>.Empty });
        (await Store.ReadAsync(key)).Snapshot!.State.Length.ShouldBe(0);
    }

    [Fact]
    public async Task A_page_ends_with_the_record_that_reaches_the_bytes_asked_for()
    {
        var key = NewKey();
        var hundredBytes = $"[\"{new string('x', 96)}\"]";
        for (var i = 0; i < 10; i++) await AppendedAsync(Batch(key, i, text: hundredBytes));

        var page = await Store.ReadAsync(key, bytesMax: 250);
        page.Records.Count.ShouldBe(3);
        page.HeadSequence.ShouldBe(10);
        page.More.ShouldBeTrue();
        (await Store.ReadAsync(key, bytesMax: 300)).Records.Count.ShouldBe(3);
        (await Store.ReadAsync(key, bytesMax: 1)).Records.Count.ShouldBe(1);
        (await ReadAllAsync(key, bytesMax: 250)).Select(record => record.FirstSequence)
            .ShouldBe(Enumerable.Range(1, 10).Select(i => (long)i));
    }

    // A store may read short journals, and records that are small, in a way of their own.
    [Theory]
    [InlineData(1, 10)]
    [InlineData(15, 4096)]
    [InlineData(16, 4096)]
    [InlineData(16, 4097)]
    [InlineData(17, 10)]
    [InlineData(40, 10)]
    public async Task A_journal_reads_the_same_however_long_it_is_and_however_large_its_records_are(
        int count, int bytes)
    {
        var (plain, snapshotted) = (NewKey(), NewKey());
        ReadOnlyMemory<byte> state = Json("\"state\"");
        for (var i = 0; i < count; i++)
        {
            var text = $"\"{new string('x', (i == count / 2 ? bytes : 10) - 2)}\"";
            await AppendedAsync(Batch(plain, i * 2, count: 2, text: text));
            var record = Batch(snapshotted, i * 2, count: 2, text: text);
            await AppendedAsync(i == 0 ? record with { Snapshot = state } : record);
        }

        var whole = await Store.ReadAsync(plain);
        var rest = await Store.ReadAsync(snapshotted);

        whole.HeadSequence.ShouldBe(2 * count);
        whole.HeadEpoch.ShouldBe(Store.OwnerEpoch);
        whole.Snapshot.ShouldBeNull();
        whole.More.ShouldBeFalse();
        (rest.HeadSequence, rest.HeadEpoch, rest.Snapshot!.Sequence, rest.More).ShouldBe(
            (2L * count, Store.OwnerEpoch, 2L, false));
        Texts(whole.Records).ShouldBe(Texts(await ReadAllAsync(plain)));
        Texts(rest.Records).ShouldBe(Texts((await ReadAllAsync(snapshotted)).Skip(1)));

        static IEnumerable<string> Texts(IEnumerable<JournalRecord> records) => records.Select(record =>
            $"{record.FirstSequence} {record.EventCount} {record.Epoch} {record.At:O} " +
            Convert.ToHexString(record.Events.Span));
    }

    [Fact]
    public async Task Reads_beside_appends_see_a_journal_without_holes()
    {
        const int count = 200;
        var key = NewKey();
        var appending = Task.Run(async () =>
        {
            for (var i = 0; i < count; i++)
                await AppendedAsync(Batch(key, i) with { Snapshot = i % 10 == 9 ? Json($"{i + 1}") : null });
        });
        long head;
        do
        {
            var page = await Store.ReadAsync(key);
            head = page.HeadSequence;
            var expected = page.Snapshot?.Sequence ?? 0;
            foreach (var record in page.Records) record.FirstSequence.ShouldBe(++expected);
            expected.ShouldBe(head);
        }
        while (head < count && !appending.IsFaulted);
        await appending;
    }

    [Fact]
    public async Task A_cancelled_read_reads_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Should.ThrowAsync<OperationCanceledException>(
            async () => await Store.ReadAsync(NewKey(), cancellationToken: cancelled));
        await Should.ThrowAsync<OperationCanceledException>(
            async () => await Store.ListAsync(new ProjectionFilter(GrainKind.Invocation, "default"), cancelled));
    }

    [Fact]
    public async Task Ten_megabytes_kept_by_hash_come_back_unchanged()
    {
        var blob = Blob($"\"{new string('p', 10 * 1024 * 1024)}\"");
        await AppendedAsync(Batch(NewKey(), 0) with { Payloads = Only(blob) });
        await ReopenAsync();

        (await Store.ReadPayloadAsync(blob.Hash)).Span.SequenceEqual(blob.Bytes.Span).ShouldBeTrue();
    }

    [Fact]
    public async Task A_payload_that_is_not_there_is_corruption_and_not_an_empty_value()
    {
        var missing = PayloadHash.Of("nothing"u8);
        var error = await Should.ThrowAsync<StoreCorruptException>(async () => await Store.ReadPayloadAsync(missing));
        error.Message.ShouldContain(missing.Hex);
    }

    [Fact]
    public async Task A_payload_whose_bytes_are_not_those_of_its_hash_is_corruption()
    {
        var blob = new PayloadBlob(PayloadHash.Of("right"u8), Json("\"wrong\""));
        await AppendedAsync(Batch(NewKey(), 0) with { Payloads = Only(blob) });
        await Should.ThrowAsync<StoreCorruptException>(async () => await Store.ReadPayloadAsync(blob.Hash));
    }

    [Fact]
    public async Task A_refused_append_leaves_no_payload()
    {
        var blob = Blob("\"refused\"");
        (await Store.AppendAsync(Batch(NewKey(), 5) with { Payloads = Only(blob) }))
            .ShouldBe(AppendResult.StaleSequence);
        await Should.ThrowAsync<StoreCorruptException>(async () => await Store.ReadPayloadAsync(blob.Hash));
    }
}
