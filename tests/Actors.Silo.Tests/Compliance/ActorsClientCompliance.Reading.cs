using Shouldly;

namespace Actors.Silo.Tests.Compliance;

public abstract partial class ActorsClientCompliance
{
    [Fact]
    public async Task A_history_is_gap_free_and_comes_in_pages()
    {
        var id = await WaitingAsync();
        await Client.SignalAsync(id, "approval");
        var head = (await Client.WaitAsync(id)).Sequence;
        var all = await Client.HistoryAsync(id);
        all.Head.ShouldBe(head);
        all.Events.Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, (int)head).Select(i => (long)i));
        var second = await Client.HistoryAsync(id, after: 1, countMax: 1);
        second.Events.ShouldHaveSingleItem().Sequence.ShouldBe(2);
        second.Head.ShouldBe(head);
        second.Events[0].Type.ShouldBe(all.Events[1].Type);
        second.Events[0].Data.ShouldBe(all.Events[1].Data);
        (await Client.HistoryAsync(id, after: head)).Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_watcher_sees_every_event_once_and_stops_at_the_end()
    {
        var id = await WaitingAsync();
        var seen = new List<long>();
        var first = new TaskCompletionSource();
        var watches = CollectAsync();
        await first.Task;
        await Client.SignalAsync(id, "other");
        await Client.SignalAsync(id, "approval");
        await watches;
        seen.ShouldBe((await Client.HistoryAsync(id)).Events.Select(e => e.Sequence));

        async Task CollectAsync()
        {
            await foreach (var item in Client.WatchAsync(id))
            {
                seen.Add(item.Sequence);
                first.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task A_watcher_may_begin_in_the_middle_or_after_the_end()
    {
        var id = await WaitingAsync();
        await Client.SignalAsync(id, "approval");
        var head = (await Client.WaitAsync(id)).Sequence;
        (await WatchedAsync(id, head - 1)).ShouldBe([head]);
        (await WatchedAsync(id, head)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_watcher_goes_on_behind_an_end_that_a_retry_has_undone()
    {
        var id = Fresh("fragile");
        await Client.StartAsync(new StartRequest("fragile") { Key = id.Id });
        var failed = (await Client.WaitAsync(id)).Sequence;
        (await WatchedAsync(id, 0)).Count.ShouldBe((int)failed);
        await Client.RetryAsync(id);
        (await Client.WaitAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
        var history = (await Client.HistoryAsync(id, failed)).Events.Select(e => e.Sequence).ToList();
        history.ShouldNotBeEmpty();
        (await WatchedAsync(id, failed)).ShouldBe(history);
    }

    [Fact]
    public async Task A_watcher_that_leaves_is_let_go()
    {
        var id = await WaitingAsync();
        using var leaving = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Client.WatchAsync(id, 0, leaving.Token)) await leaving.CancelAsync();
        });
        await Client.SignalAsync(id, "approval");
        (await Client.WaitAsync(id)).HasEnded.ShouldBeTrue();
    }

    [Fact]
    public async Task An_explanation_says_what_would_release_it()
    {
        var id = await WaitingAsync();
        var waiting = await Client.ExplainAsync(id);
        waiting.Status.ShouldBe(InvocationStatus.Waiting);
        waiting.Waits.ShouldHaveSingleItem().For.ShouldContain("approval");
        waiting.Waits[0].ReleasedBy.ShouldNotBeNullOrEmpty();
        await Client.SignalAsync(id, "approval");
        await Client.WaitAsync(id);
        (await Client.ExplainAsync(id)).Waits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Lists_come_newest_first_and_in_pages()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Insert(0, (await WaitingAsync("pages")).Id);
        var filter = new InvocationFilter { Tenant = "pages", CountMax = 2 };
        var seen = new List<string>();
        var pages = 0;
        for (InvocationList? page = null; page is null || page.Cursor is not null; pages++)
        {
            page = await Client.ListAsync(filter with { Cursor = page?.Cursor });
            page.Items.Count.ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page.Items.Select(i => i.InvocationId));
        }

        seen.ShouldBe(ids);
        pages.ShouldBe(3);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("1.")]
    [InlineData(".")]
    [InlineData("-1.-1")]
    [InlineData("../../etc/passwd")]
    public async Task A_cursor_that_no_list_gave_is_refused(string cursor)
    {
        var filter = new InvocationFilter { Cursor = cursor };
        (await Should.ThrowAsync<InvalidPayloadException>(() => Client.ListAsync(filter))).Message
            .ShouldContain($"cursor '{cursor}'");
    }

    [Fact]
    public async Task Lists_are_filtered_by_process_status_correlation_and_time()
    {
        var before = DateTimeOffset.UtcNow.AddMinutes(-1);
        var waiting = await WaitingAsync("filters");
        var greeted = await Client.StartAsync(Greet("g") with { Tenant = "filters", CorrelationId = "corr æ" });
        await Client.WaitAsync(greeted.Id);
        var all = new InvocationFilter { Tenant = "filters" };
        (await ListedAsync(all with { Process = "approve" })).ShouldBe([waiting.Id]);
        (await ListedAsync(all with { Status = InvocationStatus.Completed })).ShouldBe(["g"]);
        (await ListedAsync(all with { CorrelationId = "corr æ" })).ShouldBe(["g"]);
        (await ListedAsync(all with { StartedFrom = before })).ShouldBe(["g", waiting.Id]);
        (await ListedAsync(all with { StartedBefore = before })).ShouldBeEmpty();
        (await ListedAsync(all with { Process = "nowhere" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tenants_do_not_see_each_other()
    {
        var id = await WaitingAsync("tenant-a");
        (await Client.GetAsync(id)).Tenant.ShouldBe("tenant-a");
        await Should.ThrowAsync<NotFoundException>(() => Client.GetAsync(id with { Tenant = "tenant-b" }));
        (await ListedAsync(new InvocationFilter { Tenant = "tenant-a" })).ShouldBe([id.Id]);
        (await ListedAsync(new InvocationFilter { Tenant = "tenant-b" })).ShouldBeEmpty();
    }

    private async Task<IEnumerable<string>> ListedAsync(InvocationFilter filter) =>
        (await Client.ListAsync(filter)).Items.Select(i => i.InvocationId);

    private async Task<List<long>> WatchedAsync(InvocationId id, long after)
    {
        var seen = new List<long>();
        await foreach (var item in Client.WatchAsync(id, after)) seen.Add(item.Sequence);
        return seen;
    }
}
