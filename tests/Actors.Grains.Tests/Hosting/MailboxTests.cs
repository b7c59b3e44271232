using Actors.Grains.Hosting;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class MailboxTests
{
    [Fact]
    public async Task Messages_of_one_sender_are_received_in_order_one_at_a_time()
    {
        await using var test = new TestHost();
        var seen = new List<int>();
        for (var i = 0; i < 5000; i++)
        {
            var n = i;
            test.Tell("a", (_, _) => seen.Add(n));
        }

        await test.ReadAsync("a");
        seen.ShouldBe(Enumerable.Range(0, 5000));
    }

    [Fact]
    public async Task Nothing_is_received_before_the_grain_is_activated_and_told_so()
    {
        await using var test = new TestHost();
        var first = new List<string>();
        test.OnMessage = (_, message, _) => first.Add(message.GetType().Name);
        await test.AskAsync("a", (_, _) =>
        {
            first.Add("call");
            return Done.Instance;
        });
        first.ShouldBe([nameof(Activated), "call"]);
    }

    [Fact]
    public async Task A_full_mailbox_refuses_calls_and_drops_posts_with_a_warning()
    {
        await using var test = new TestHost(options: new EmbeddedHostOptions { MailboxMax = 3 });
        var activating = new TaskCompletionSource();
        test.OnActivating = _ => activating.Task;
        var waiting = Enumerable.Range(0, 3).Select(_ => test.AddAsync("a")).ToArray();
        await Should.ThrowAsync<OverloadedException>(() => test.AddAsync("a"));
        test.Tell("a", (grain, turn) => grain.Add(turn, 100));
        activating.SetResult();
        (await Task.WhenAll(waiting)).ShouldBe([1, 2, 3]);
        test.Logged.ShouldContain(l => l.Text.Contains("was dropped"));
        (await test.ReadAsync("a")).ShouldBe(3);
    }

    [Fact]
    public async Task A_turn_that_throws_fails_its_caller_and_the_grain_is_read_again()
    {
        await using var test = new TestHost();
        await test.AddAsync("a", 5);
        var thrown = await Should.ThrowAsync<UnavailableException>(() => test.AskAsync("a", (grain, turn) =>
        {
            grain.Add(turn, 100);
            throw new InvalidOperationException("boom");
        }));
        thrown.Message.ShouldContain("boom");
        (await test.ReadAsync("a")).ShouldBe(5);
        test.Activations.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_grain_that_forgets_to_answer_does_not_leave_its_caller_waiting()
    {
        await using var test = new TestHost();
        var thrown = await Should.ThrowAsync<UnavailableException>(
            () => test.AskAsync("a", (_, _) => null).WaitAsync(TestHost.Patience));
        thrown.Message.ShouldContain("not answered");
    }

    [Fact]
    public async Task A_caller_that_gave_up_is_not_served()
    {
        await using var test = new TestHost();
        var activating = new TaskCompletionSource();
        test.OnActivating = _ => activating.Task;
        using var cancel = new CancellationTokenSource();
        var call = test.AskAsync("a", (grain, turn) => grain.Add(turn, 1), cancel.Token);
        cancel.Cancel();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        activating.SetResult();
        (await test.ReadAsync("a")).ShouldBe(0);
    }

    [Fact]
    public async Task Unknown_kinds_of_grain_are_refused_and_leave_nothing_in_memory()
    {
        await using var test = new TestHost();
        test.OnCreate = _ => throw new NotFoundException("no such thing");
        await Should.ThrowAsync<NotFoundException>(() => test.AddAsync("a"));
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 0);
    }

    [Fact]
    public async Task An_answer_can_be_given_in_a_later_turn()
    {
        await using var test = new TestHost();
        PostponedReply? postponed = null;
        var call = test.AskAsync("a", (_, turn) =>
        {
            postponed = turn.PostponeReply();
            return null;
        });
        await test.ReadAsync("a");
        call.IsCompleted.ShouldBeFalse();
        test.Tell("a", (_, turn) => turn.Reply(postponed!, new Total(7)));
        ((Total)await call.WaitAsync(TestHost.Patience)).Sum.ShouldBe(7);
    }
}
