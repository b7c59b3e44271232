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
        // Once the turn before it has not only answered but is over.
        await UntilOneMayBlockAsync(test, i => Task.Run(() => test.AddAsync($"{i}")), appends: 1);
    }

    [Fact]
    public async Task The_outcome_of_an_attempt_may_block()
    {
        await using var test = new TestHost();
        test.OnMessage = (grain, message, turn) =>
        {
            if (message is StepOutcome) grain.Add(turn, 1);
        };
        await UntilOneMayBlockAsync(test, i =>
        {
            test.Tell($"{i}", (grain, turn) =>
            {
                grain.Add(turn, 1);
                turn.Dispatch(TestHost.Work($"{i}", "s"));
            });
            return Task.CompletedTask;
        }, appends: 2);
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
        test.Store.Appends.Last().MayBlock.ShouldBeFalse();
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
        test.Store.Appends.Last().MayBlock.ShouldBeFalse();
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

    /// <summary>Does something again and again, until the last of the appends that it makes may block.</summary>
    private static async Task UntilOneMayBlockAsync(TestHost test, Func<int, Task> act, int appends)
    {
        using var late = new CancellationTokenSource(TestHost.Patience);
        for (var i = 1; i == 1 || !test.Store.Appends.Last().MayBlock; i++)
        {
            late.Token.ThrowIfCancellationRequested();
            await act(i);
            var expected = i * appends;
            await TestHost.UntilAsync(() => test.Store.Appends.Count == expected);
        }
    }
}
