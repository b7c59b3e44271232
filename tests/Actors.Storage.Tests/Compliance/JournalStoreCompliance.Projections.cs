using Actors.Journal;
using Shouldly;

namespace Actors.Storage.Tests.Compliance;

public abstract partial class JournalStoreCompliance
{
    private static readonly ProjectionFilter Invocations = new(GrainKind.Invocation, "default");

    [Fact]
    public async Task A_projection_is_found_as_it_was_given()
    {
        var full = new Projection(
            "Waiting", Noon, Noon.AddHours(1), Noon.AddMinutes(5), Resume: true, "correlation ü", new string('a', 64));
        var key = await ProjectedAsync(full);
        (await Store.FindAsync(key)).ShouldBe(new ProjectionRow(key, full));

        var bare = new Projection("Running", Noon.AddDays(1));
        await AppendedAsync(Batch(key, 1) with { Projection = bare });
        (await Store.FindAsync(key)).ShouldBe(new ProjectionRow(key, bare));
    }

    [Fact]
    public async Task A_projection_stays_until_another_is_given()
    {
        var key = await ProjectedAsync(Running());
        await AppendedAsync(Batch(key, 1));
        (await Store.FindAsync(key))!.Projection.ShouldBe(Running());
    }

    [Fact]
    public async Task A_journal_without_projection_is_in_no_list()
    {
        var key = NewKey();
        await AppendedAsync(Batch(key, 0));
        (await Store.FindAsync(key)).ShouldBeNull();
        (await Store.ListAsync(Invocations)).Rows.ShouldBeEmpty();

        await AppendedAsync(Batch(key, 1) with { Projection = Running() });
        (await Store.ListAsync(Invocations)).Rows.ShouldHaveSingleItem().Key.ShouldBe(key);
    }

    [Fact]
    public async Task Each_part_of_a_projection_changes_alone()
    {
        var projection = new Projection("Running", Noon, CorrelationId: "c", Definition: "d");
        var key = await ProjectedAsync(projection);
        Func<Projection, Projection>[] changes =
        [
            p => p with { Status = "Waiting" },
            p => p with { WakeAt = Noon.AddSeconds(1) },
            p => p with { Resume = true },
            p => p with { WakeAt = null, Status = "Running" },
            p => p with { Definition = "e" },
            p => p with { CorrelationId = null },
            p => p with { StartedAt = Noon.AddSeconds(2) },
            p => p with { EndedAt = Noon.AddSeconds(9), Resume = false },
            p => p,
            p => p with { EndedAt = null },
        ];
        for (var i = 0; i < changes.Length; i++)
        {
            projection = changes[i](projection);
            await AppendedAsync(Batch(key, i + 1) with { Projection = projection });
            if (i == 4) await ReopenAsync();
            (await Store.FindAsync(key))!.Projection.ShouldBe(projection);
        }
    }

    [Fact]
    public async Task Times_are_kept_to_the_millisecond_and_a_wake_up_is_never_made_earlier()
    {
        var odd = Noon.AddTicks(12_345_678);
        var key = await ProjectedAsync(new Projection("Waiting", odd.ToOffset(TimeSpan.FromHours(5)), WakeAt: odd));

        var stored = (await Store.FindAsync(key))!.Projection;

        stored.StartedAt.ShouldBe(Noon.AddMilliseconds(1_234));
        stored.WakeAt!.Value.ShouldBeGreaterThanOrEqualTo(odd);
        stored.WakeAt!.Value.ShouldBe(Noon.AddMilliseconds(1_235));
        (await Store.DueAsync(odd, 10)).ShouldBeEmpty();
        (await Store.DueAsync(Noon.AddMilliseconds(1_235), 10)).ShouldHaveSingleItem().Key.ShouldBe(key);
    }

    [Fact]
    public async Task Due_keys_come_earliest_first_and_as_many_as_asked_for()
    {
        var third = await ProjectedAsync(Running() with { WakeAt = Noon.AddSeconds(3) });
        var entity = NewKey("cart", "t2", GrainKind.Entity);
        var first = await ProjectedAsync(Running() with { WakeAt = Noon.AddSeconds(1) }, entity);
        await ProjectedAsync(Running());
        var second = await ProjectedAsync(Running() with { WakeAt = Noon.AddSeconds(2) });

        (await Store.DueAsync(Noon, 10)).ShouldBeEmpty();
        (await Store.DueAsync(Noon.AddSeconds(2), 10)).ShouldBe(
            [new DueKey(first, Noon.AddSeconds(1)), new DueKey(second, Noon.AddSeconds(2))]);
        (await Store.DueAsync(DateTimeOffset.MaxValue, 2)).Select(due => due.Key).ShouldBe([first, second]);
        (await Store.DueAsync(DateTimeOffset.MaxValue, 10)).Select(due => due.Key).ShouldBe([first, second, third]);

        await AppendedAsync(Batch(first, 1) with { Projection = Running() });
        (await Store.DueAsync(DateTimeOffset.MaxValue, 10)).Select(due => due.Key).ShouldBe([second, third]);
    }

    [Fact]
    public async Task Keys_to_resume_come_oldest_first_and_page_by_page()
    {
        List<GrainKey> expected = [];
        for (var i = 0; i < 10; i++)
        {
            // Pairs of the same start, and some that need no resuming in between.
            expected.Add(await ProjectedAsync(Running(Noon.AddSeconds(i / 2)) with { Resume = true }));
            await ProjectedAsync(Running(Noon.AddSeconds(i / 2)));
        }

        List<GrainKey> found = [];
        ResumableKey? last = null;
        while (true)
        {
            var page = await Store.ResumableAsync(last, 3);
            page.Count.ShouldBeLessThanOrEqualTo(3);
            if (page.Count == 0) break;
            found.AddRange(page.Select(row => row.Key));
            last = page[^1];
        }

        found.ShouldBe(expected);
        await AppendedAsync(Batch(expected[0], 1) with { Projection = Running() });
        (await Store.ResumableAsync(null, 1)).Single().Key.ShouldBe(expected[1]);
    }

    [Fact]
    public async Task A_list_is_newest_first_and_filtered_by_every_part()
    {
        var old = await ProjectedAsync(Running(Noon) with { CorrelationId = "x" });
        var failed = await ProjectedAsync(new Projection("Failed", Noon.AddHours(2)), NewKey("claim"));
        var recent = await ProjectedAsync(Running(Noon.AddHours(3)), NewKey("claim"));
        var entity = await ProjectedAsync(new Projection("Active", Noon), NewKey("cart", kind: GrainKind.Entity));
        var foreign = await ProjectedAsync(Running(), NewKey(tenant: "other"));

        await ShouldListAsync(Invocations, recent, failed, old);
        await ShouldListAsync(Invocations with { Type = "claim" }, recent, failed);
        await ShouldListAsync(Invocations with { Type = "claim", Status = "Failed" }, failed);
        await ShouldListAsync(Invocations with { Status = "Running" }, recent, old);
        await ShouldListAsync(Invocations with { CorrelationId = "x" }, old);
        await ShouldListAsync(Invocations with { StartedFrom = Noon.AddHours(2) }, recent, failed);
        await ShouldListAsync(Invocations with { StartedBefore = Noon.AddHours(2) }, old);
        await ShouldListAsync(Invocations with { Kind = GrainKind.Entity }, entity);
        await ShouldListAsync(Invocations with { Tenant = "other" }, foreign);
        await ShouldListAsync(Invocations with { Type = "unheard of" });
        await ShouldListAsync(Invocations with { Tenant = "unheard of" });
        await ShouldListAsync(Invocations with { Status = "unheard of" });
    }

    [Fact]
    public async Task Paging_through_a_list_gives_each_row_once_however_many_start_meanwhile()
    {
        List<GrainKey> expected = [];
        for (var i = 0; i < 25; i++) expected.Add(await ProjectedAsync(Running(Noon.AddSeconds(i / 5))));
        expected.Reverse();

        List<GrainKey> found = [];
        string? cursor = null;
        do
        {
            var page = await Store.ListAsync(Invocations with { Cursor = cursor, CountMax = 4 });
            page.Rows.Count.ShouldBeInRange(1, 4);
            found.AddRange(page.Rows.Select(row => row.Key));
            cursor = page.Cursor;
            await ProjectedAsync(Running(Noon.AddHours(1)));
        }
        while (cursor is not null);

        found.ShouldBe(expected);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("1.x")]
    [InlineData("")]
    public async Task A_cursor_that_no_list_gave_is_refused(string cursor) =>
        await Should.ThrowAsync<ArgumentException>(
            async () => await Store.ListAsync(Invocations with { Cursor = cursor }));

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task A_page_size_out_of_range_is_refused(int countMax) =>
        await Should.ThrowAsync<ArgumentException>(
            async () => await Store.ListAsync(Invocations with { CountMax = countMax }));

    private async Task ShouldListAsync(ProjectionFilter filter, params GrainKey[] expected)
    {
        var page = await Store.ListAsync(filter);
        page.Rows.Select(row => row.Key).ShouldBe(expected);
        page.Cursor.ShouldBeNull();
    }
}
