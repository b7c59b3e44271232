using Actors.Grains.Work;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

/// <summary>When a turn's append may be carried out on the thread of the turn.</summary>
public sealed class LoneAppendTests
{
    [Fact]
    public async Task A_turn_that_nobody_waits_behind_may_block()
    {
        await using var test = new TestHost();
        await Task.Run(() => test.AddAsync("a"));
        await Task.Run(() => test.AddAsync("a"));
        test.Store.Appends.Select(append => append.MayBlock).ShouldBe([true, true]);
    }

    [Fact]
    public async Task The_outcome_of_an_attempt_may_block()
    {
        await using var test = new TestHost();
        test.OnMessage = (grain, message, turn) =>
        {
            if (message is StepOutcome) grain.Add(turn, 1);
        };
        test.Tell("a", (grain, turn) =>
        {
            grain.Add(turn, 1);
            turn.Dispatch(TestHost.Work("a", "s"));
        });
        await TestHost.UntilAsync(() => test.Store.Appends.Count == 2);
        test.Store.Appends.Select(append => append.MayBlock).ShouldBe([true, true]);
    }

    [Fact]
    public async Task While_another_grain_writes_nobody_blocks()
    {
        await using var test = new TestHost();
        test.Store.Close();
        var first = Task.Run(() => test.AddAsync("a"));
        await test.Store.AppendingAsync();
        var second = Task.Run(() => test.AddAsync("b"));
        await test.Store.AppendingAsync();
        test.Store.Open();
        await Task.WhenAll(first, second);
        test.Store.Appends.Select(append => append.MayBlock).ShouldBe([true, false]);
    }

    [Fact]
    public async Task A_grain_with_more_to_do_does_not_block()
    {
        await using var test = new TestHost();
        test.Store.Close();
        var first = Task.Run(() => test.AddAsync("a"));
        await test.Store.AppendingAsync();
        var others = Enumerable.Range(0, 5).Select(_ => test.AddAsync("a")).ToArray();
        test.Store.Open();
        await Task.WhenAll([first, .. others]);
        test.Store.Appends.Select(append => append.MayBlock).ShouldBe([true, false]);
    }

    [Fact]
    public async Task A_thread_of_the_programs_own_is_never_blocked()
    {
        await using var test = new TestHost();
        Task<int>? add = null;
        var thread = new Thread(() => add = test.AddAsync("a"));
        thread.Start();
        thread.Join();
        (await add!).ShouldBe(1);
        test.Store.Appends.Single().MayBlock.ShouldBeFalse();
    }
}
