using Shouldly;

namespace Actors.Silo.Tests.Compliance;

public abstract partial class ActorsClientCompliance
{
    [Fact]
    public async Task A_signal_moves_the_invocation_that_waits_for_it()
    {
        var id = await WaitingAsync();
        await Client.SignalAsync(id, "approval", Payload.FromJson("""{"by":"ann"}"""));
        (await Client.WaitAsync(id)).Output.ToElement().GetProperty("answer").GetProperty("by").GetString()
            .ShouldBe("ann");
    }

    [Fact]
    public async Task A_signal_of_the_same_id_counts_once()
    {
        var id = await WaitingAsync();
        await Client.SignalAsync(id, "other", Payload.FromJson("1"), "s-1");
        var once = (await Client.GetAsync(id)).Sequence;
        await Client.SignalAsync(id, "other", Payload.FromJson("1"), "s-1");
        (await Client.GetAsync(id)).Sequence.ShouldBe(once);
        await Client.SignalAsync(id, "other", Payload.FromJson("1"), "s-2");
        (await Client.GetAsync(id)).Sequence.ShouldBeGreaterThan(once);
    }

    [Fact]
    public async Task A_signal_to_one_that_has_ended_is_in_conflict()
    {
        var id = await WaitingAsync();
        await Client.CancelAsync(id);
        await Client.WaitAsync(id);
        await Should.ThrowAsync<ConflictException>(() => Client.SignalAsync(id, "approval"));
    }

    [Fact]
    public async Task A_cancelled_invocation_ends_with_the_reason_and_a_second_cancel_changes_nothing()
    {
        var id = await WaitingAsync();
        await Client.CancelAsync(id, "ordered \"twice\"");
        var ended = await Client.WaitAsync(id);
        ended.Status.ShouldBe(InvocationStatus.Cancelled);
        ended.Failure!.Message.ShouldContain("ordered \"twice\"");
        Should.Throw<InvocationFailedException>(() => ended.OutputAs<int>());
        await Client.CancelAsync(id, "again");
        (await Client.GetAsync(id)).Sequence.ShouldBe(ended.Sequence);
    }

    [Fact]
    public async Task A_paused_invocation_goes_on_when_it_is_resumed()
    {
        var id = await WaitingAsync();
        await Client.PauseAsync(id);
        await Client.PauseAsync(id);
        (await Client.GetAsync(id)).Status.ShouldBe(InvocationStatus.Paused);
        await Client.ResumeAsync(id);
        await Client.ResumeAsync(id);
        await Client.SignalAsync(id, "approval", Payload.FromJson("1"));
        (await Client.WaitAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task A_failed_invocation_is_retried_to_its_end()
    {
        var id = Fresh("fragile");
        await Client.StartAsync(new StartRequest("fragile") { Key = id.Id });
        var failed = await Client.WaitAsync(id);
        failed.Status.ShouldBe(InvocationStatus.Failed);
        failed.Failure!.Type.ShouldBe("broken");
        failed.Failure.IsPermanent.ShouldBeTrue();
        failed.Failure.Step.ShouldBe("only");
        await Client.RetryAsync(id);
        (await Client.WaitAsync(id)).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task Only_what_has_failed_is_retried()
    {
        var id = await WaitingAsync();
        await Should.ThrowAsync<ConflictException>(() => Client.RetryAsync(id));
    }

    [Fact]
    public async Task A_wait_may_be_as_long_as_one_likes_and_not_below_zero()
    {
        var id = await WaitingAsync();
        var long60 = Client.WaitAsync(id, TimeSpan.FromDays(60));
        var longest = Client.WaitAsync(id, TimeSpan.MaxValue);
        var infinite = Client.WaitAsync(id, Timeout.InfiniteTimeSpan);
        (await Client.WaitAsync(id, TimeSpan.Zero)).HasEnded.ShouldBeFalse();
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Client.WaitAsync(id, TimeSpan.FromSeconds(-2)));
        using var leaves = new CancellationTokenSource();
        var left = Client.WaitAsync(id, TimeSpan.FromDays(1), leaves.Token);
        await leaves.CancelAsync();
        (await Should.ThrowAsync<OperationCanceledException>(left)).CancellationToken.ShouldBe(leaves.Token);
        await Client.SignalAsync(id, "approval");
        foreach (var wait in new[] { long60, longest, infinite }) (await wait).HasEnded.ShouldBeTrue();
    }

    [Fact]
    public async Task A_wait_that_is_too_short_tells_where_it_stands()
    {
        var id = await WaitingAsync();
        (await Client.WaitAsync(id, TimeSpan.FromMilliseconds(20))).HasEnded.ShouldBeFalse();
        (await Client.WaitAsync(id, TimeSpan.Zero)).HasEnded.ShouldBeFalse();
    }

    [Fact]
    public async Task A_wait_ends_when_the_invocation_does()
    {
        var id = await WaitingAsync();
        var waits = Client.WaitAsync(id, TimeSpan.FromSeconds(30));
        await Client.SignalAsync(id, "approval");
        (await waits).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_invocation_alone()
    {
        var id = await WaitingAsync();
        using var impatience = new CancellationTokenSource();
        var waits = Client.WaitAsync(id, cancellationToken: impatience.Token);
        await impatience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waits);
        (await Client.GetAsync(id)).HasEnded.ShouldBeFalse();
    }

    [Fact]
    public async Task Entities_apply_operations_once_per_id_and_can_be_read()
    {
        var id = new EntityId("counter", "a/b");
        (await Client.GetEntityAsync(id)).ShouldBeNull();
        (await Client.CallEntityAsync<int>(id, "add", 5, "o-1")).ShouldBe(5);
        (await Client.CallEntityAsync<int>(id, "add", 5, "o-1")).ShouldBe(5);
        (await Client.CallEntityAsync<int>(id, "add", 2)).ShouldBe(7);
        (await Client.GetEntityAsync(id))!.Value.ToElement().GetProperty("value").GetInt32().ShouldBe(7);
    }

    [Fact]
    public async Task An_entity_that_refuses_keeps_its_state()
    {
        var id = new EntityId("counter", "low");
        await Client.CallEntityAsync<int>(id, "add", 1);
        (await Should.ThrowAsync<TerminalException>(() =>
            Client.CallEntityAsync<int>(id, "add", -2))).FailureType.ShouldBe("below-zero");
        (await Client.CallEntityAsync<int>(id, "add", 0)).ShouldBe(1);
    }

    [Fact]
    public async Task Unknown_entity_types_and_operations_are_not_found()
    {
        await Should.ThrowAsync<NotFoundException>(() => Client.CallEntityAsync(new EntityId("nothing", "1"), "add"));
        await Should.ThrowAsync<NotFoundException>(() =>
            Client.CallEntityAsync(new EntityId("counter", "1"), "divide"));
        await Should.ThrowAsync<ArgumentNullException>(() =>
            Client.CallEntityAsync(new EntityId("counter", "1"), null!));
        await Should.ThrowAsync<NotFoundException>(() => Client.GetEntityAsync(new EntityId("nothing", "1")));
    }
}
