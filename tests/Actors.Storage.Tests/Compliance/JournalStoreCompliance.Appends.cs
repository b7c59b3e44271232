using System.Text;
using Actors.Journal;
using Shouldly;

namespace Actors.Storage.Tests.Compliance;

public abstract partial class JournalStoreCompliance
{
    [Fact]
    public async Task An_append_that_returned_is_read()
    {
        var key = NewKey();
        await AppendedAsync(Batch(key, 0, count: 3, text: "[1,2,3]"));
        await AppendedAsync(Batch(key, 3, count: 2, text: "[4,5]"));

        var page = await Store.ReadAsync(key);

        page.HeadSequence.ShouldBe(5);
        page.HeadEpoch.ShouldBe(Store.OwnerEpoch);
        page.Snapshot.ShouldBeNull();
        page.More.ShouldBeFalse();
        page.Records.Select(record => (record.FirstSequence, record.LastSequence)).ShouldBe([(1L, 3L), (4L, 5L)]);
        page.Records.Select(record => Encoding.UTF8.GetString(record.Events.Span)).ShouldBe(["[1,2,3]", "[4,5]"]);
        page.Records.Select(record => record.At).ShouldBe([Noon, Noon.AddMilliseconds(3)]);
        page.Records.ShouldAllBe(record => record.Epoch == Store.OwnerEpoch);
    }

    [Theory]
    [InlineData(0, "behind the head")]
    [InlineData(1, "in the middle of a batch")]
    [InlineData(3, "leaving a gap")]
    public async Task An_append_that_expects_another_sequence_is_refused_and_changes_nothing(long expected, string why)
    {
        var key = NewKey();
        await AppendedAsync(Batch(key, 0, count: 2));

        var result = await Store.AppendAsync(
            Batch(key, expected) with { Projection = Running(), Snapshot = Json("{}") });

        result.ShouldBe(AppendResult.StaleSequence, why);
        var page = await Store.ReadAsync(key);
        page.HeadSequence.ShouldBe(2);
        page.Snapshot.ShouldBeNull();
        (await Store.FindAsync(key)).ShouldBeNull();
    }

    [Fact]
    public async Task A_new_journal_can_not_begin_in_the_middle()
    {
        var key = NewKey();
        (await Store.AppendAsync(Batch(key, 1))).ShouldBe(AppendResult.StaleSequence);
        (await Store.ReadAsync(key)).HeadSequence.ShouldBe(0);
        await AppendedAsync(Batch(key, 0));
    }

    [Fact]
    public async Task The_same_batch_twice_is_appended_once()
    {
        var append = Batch(NewKey(), 0);
        await AppendedAsync(append);
        (await Store.AppendAsync(append)).ShouldBe(AppendResult.StaleSequence);
        (await ReadAllAsync(append.Key)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_later_epoch_takes_a_key_over_and_the_earlier_one_can_not_append_any_more()
    {
        var key = NewKey();
        var epoch = Store.OwnerEpoch;
        await AppendedAsync(Batch(key, 0));
        await AppendedAsync(Batch(key, 1, epoch: epoch + 3));

        (await Store.AppendAsync(Batch(key, 2))).ShouldBe(AppendResult.StaleEpoch);
        (await Store.AppendAsync(Batch(key, 2, epoch: epoch + 2))).ShouldBe(AppendResult.StaleEpoch);
        (await Store.AppendAsync(Batch(key, 1, epoch: epoch + 2)))
            .ShouldBe(AppendResult.StaleEpoch, "ownership is judged first");
        await AppendedAsync(Batch(key, 2, epoch: epoch + 3));

        var page = await Store.ReadAsync(key);
        page.HeadEpoch.ShouldBe(epoch + 3);
        page.Records.Select(record => record.Epoch).ShouldBe([epoch, epoch + 3, epoch + 3]);
    }

    [Fact]
    public async Task Of_appenders_that_race_for_one_key_exactly_one_wins_each_sequence()
    {
        const int rounds = 25;
        const int racers = 8;
        var key = NewKey();
        for (var round = 0; round < rounds; round++)
        {
            var appends = Enumerable.Range(0, racers)
                .Select(racer => Batch(key, round, text: $"[{round},{racer}]"))
                .Select(append => Task.Run(() => Store.AppendAsync(append).AsTask()));
            var results = await Task.WhenAll(appends);
            results.Count(result => result == AppendResult.Appended).ShouldBe(1);
            results.Count(result => result == AppendResult.StaleSequence).ShouldBe(racers - 1);
        }

        (await ReadAllAsync(key)).Select(record => record.FirstSequence)
            .ShouldBe(Enumerable.Range(1, rounds).Select(i => (long)i));
    }

    [Fact]
    public async Task Appends_of_one_key_that_are_on_their_way_together_see_each_other()
    {
        var key = NewKey();
        var tasks = Enumerable.Range(0, 50).Select(i => Store.AppendAsync(Batch(key, i)).AsTask()).ToList();

        (await Task.WhenAll(tasks)).ShouldAllBe(result => result == AppendResult.Appended);
        (await ReadAllAsync(key)).Count.ShouldBe(50);
    }

    [Fact]
    public async Task A_refusal_among_a_thousand_keys_refuses_only_that_append()
    {
        var keys = Enumerable.Range(0, 1_000).Select(_ => NewKey()).ToList();
        var tasks = keys
            .Select((key, i) => Batch(key, i % 100 == 99 ? 7 : 0) with { Projection = Running() })
            .Select(append => Store.AppendAsync(append).AsTask())
            .ToList();

        var results = await Task.WhenAll(tasks);

        results.Count(result => result == AppendResult.StaleSequence).ShouldBe(10);
        results.Count(result => result == AppendResult.Appended).ShouldBe(990);
        for (var i = 0; i < keys.Count; i++)
            (await Store.ReadAsync(keys[i])).HeadSequence.ShouldBe(i % 100 == 99 ? 0 : 1);
    }

    [Fact]
    public async Task Ten_megabytes_of_events_in_one_append_come_back_unchanged()
    {
        var key = NewKey();
        var text = $"[\"{new string('x', 10 * 1024 * 1024)}\"]";
        await AppendedAsync(Batch(key, 0, text: text));
        await AppendedAsync(Batch(key, 1));
        await ReopenAsync();

        var first = await Store.ReadAsync(key, bytesMax: 1024);

        first.Records.Count.ShouldBe(1, "at least one record is read, however large");
        first.More.ShouldBeTrue();
        first.Records[0].Events.Span.SequenceEqual(Json(text)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_buffers_of_an_append_can_be_used_again_once_it_has_returned()
    {
        var key = NewKey();
        var events = Json("[1]");
        var state = Json("{\"a\":1}");
        await AppendedAsync(Batch(key, 0) with { Events = events, Snapshot = state });
        events.AsSpan().Clear();
        state.AsSpan().Clear();

        (await ReadAllAsync(key))[0].Events.ToArray().ShouldBe(Json("[1]"));
        (await Store.ReadAsync(key)).Snapshot!.State.ToArray().ShouldBe(Json("{\"a\":1}"));
    }

    [Theory]
    [InlineData("Grüße, 世界 🙂")]
    [InlineData("100%/a%2Fb//../c")]
    [InlineData("it's \"quoted\"; DROP TABLE journal; --")]
    [InlineData(" ")]
    [InlineData("256")]
    public async Task Any_id_is_a_key_of_its_own(string id)
    {
        if (id == "256") id = new string('ü', 256);
        var key = new GrainKey(GrainKind.Entity, "tenant:1", "type.name_x-1", id);
        var others = new[]
        {
            key with { Kind = GrainKind.Invocation }, key with { Tenant = "tenant:2" }, key with { Type = "type" },
            key with { Id = "X" + id[1..] },
        };
        await AppendedAsync(Batch(key, 0, text: "[\"mine\"]") with { Projection = Running() });
        foreach (var other in others) await AppendedAsync(Batch(other, 0, text: "[\"other\"]"));
        await ReopenAsync();

        (await ReadAllAsync(key)).ShouldHaveSingleItem().Events.ToArray().ShouldBe(Json("[\"mine\"]"));
        (await Store.FindAsync(key))!.Key.ShouldBe(key);
        foreach (var other in others) (await Store.ReadAsync(other)).HeadSequence.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_that_is_none_is_a_mistake_of_the_caller()
    {
        foreach (var id in new[] { "", "half a pair \ud83d", "a\nb", new string('a', 257) })
        {
            var append = Batch(NewKey() with { Id = id }, 0);
            await Should.ThrowAsync<ArgumentException>(async () => await Store.AppendAsync(append));
        }
    }

    [Fact]
    public async Task An_append_without_events_is_a_mistake_of_the_caller()
    {
        var append = Batch(NewKey(), 0);
        JournalAppend[] mistakes =
            [append with { EventCount = 0 }, append with { Events = default }, append with { ExpectedSequence = -1 }];
        foreach (var mistake in mistakes)
            await Should.ThrowAsync<ArgumentException>(async () => await Store.AppendAsync(mistake));
    }

    [Fact]
    public async Task A_cancelled_append_appends_nothing()
    {
        var key = NewKey();
        await Should.ThrowAsync<OperationCanceledException>(
            async () => await Store.AppendAsync(Batch(key, 0), new CancellationToken(canceled: true)));
        (await Store.ReadAsync(key)).HeadSequence.ShouldBe(0);
    }

    [Fact]
    public async Task A_closed_store_takes_no_appends()
    {
        var append = Batch(NewKey(), 0);
        await Store.DisposeAsync();

        await Should.ThrowAsync<StoreStoppedException>(async () => await Store.AppendAsync(append));
        Store.Health.ShouldBe(StoreHealth.Stopped);
        await Store.DisposeAsync();
    }

    [Fact]
    public async Task An_owner_that_opens_the_store_later_has_a_greater_epoch_and_finds_everything()
    {
        var key = NewKey();
        var epoch = Store.OwnerEpoch;
        epoch.ShouldBeGreaterThan(0);
        await AppendedAsync(Batch(key, 0, count: 2) with { Projection = Running(), Snapshot = Json("{}") });
        await ReopenAsync();

        Store.OwnerEpoch.ShouldBeGreaterThan(epoch);
        Store.Health.ShouldBe(StoreHealth.Ready);
        (await Store.AppendAsync(Batch(key, 0))).ShouldBe(AppendResult.StaleSequence);
        await AppendedAsync(Batch(key, 2));
        (await Store.AppendAsync(Batch(key, 3, epoch: epoch))).ShouldBe(AppendResult.StaleEpoch);
        var page = await Store.ReadAsync(key);
        page.Snapshot!.Sequence.ShouldBe(2);
        page.Records.Single().FirstSequence.ShouldBe(3);
        (await Store.FindAsync(key))!.Projection.ShouldBe(Running());
    }
}
