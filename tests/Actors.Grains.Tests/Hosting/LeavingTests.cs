using Actors.Grains.Hosting;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

[Collection(nameof(Alone))]
public sealed class LeavingTests
{
    [Fact]
    public async Task A_grain_that_rests_leaves_at_once_and_comes_back_with_its_state()
    {
        await using var test = new TestHost();
        await AddAndRest(test, "a");
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 0);
        (await test.ReadAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task A_grain_that_somebody_waits_for_stays_until_it_has_answered_or_they_have_gone()
    {
        await using var test = new TestHost();
        using var cancel = new CancellationTokenSource();
        var waiting = test.AskAsync("a", (_, turn) =>
        {
            turn.PostponeReply();
            turn.Rest();
            return null;
        }, cancel.Token);
        await test.AskAsync("a", (_, turn) =>
        {
            turn.Rest();
            return Done.Instance;
        });
        test.Host.ActivationCount.ShouldBe(1);
        cancel.Cancel();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        await test.AskAsync("a", (_, turn) =>
        {
            turn.Rest();
            return Done.Instance;
        });
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 0);
        test.Activations.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_grains_that_rest_the_last_stay_for_a_second()
    {
        await using var test = new TestHost(options: new EmbeddedHostOptions { RestingMax = 2 });
        await test.Host.StartAsync(CancellationToken.None);
        foreach (var id in new[] { "a", "b", "c" }) await AddAndRest(test, id);
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 2);
        await AddAndRest(test, "b");
        (await test.ReadAsync("b")).ShouldBe(2);
        test.Activations.Select(k => k.Id).ShouldBe(["a", "b", "c"]);
        test.Clock.Advance(TimeSpan.FromMilliseconds(900));
        await TestHost.UntilAsync(() => test.Host.Activations.All(a => a.IsIdle));
        test.Host.ActivationCount.ShouldBe(2);
        test.Clock.Advance(TimeSpan.FromMilliseconds(1_100));
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 0);
        (await test.ReadAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task Idle_grains_leave_after_the_idle_timeout_and_not_before()
    {
        var options = new EmbeddedHostOptions { IdleTimeout = TimeSpan.FromSeconds(60) };
        await using var test = new TestHost(options: options);
        await test.Host.StartAsync(CancellationToken.None);
        await test.AddAsync("a");
        test.Clock.Advance(TimeSpan.FromSeconds(58));
        await test.AddAsync("b");
        test.Host.ActivationCount.ShouldBe(2);
        test.Clock.Advance(TimeSpan.FromSeconds(3));
        await TestHost.UntilAsync(() => test.Host.ActivationCount == 1);
        (await test.AddAsync("b")).ShouldBe(2);
        test.Activations.Count.ShouldBe(2, "b has not left");
    }

    [Fact]
    public async Task Of_too_many_idle_grains_the_longest_idle_leave_first()
    {
        await using var test = new TestHost(options: new EmbeddedHostOptions { ActivationsMax = 3 });
        await test.Host.StartAsync(CancellationToken.None);
        foreach (var id in new[] { "a", "b", "c", "d", "e" })
        {
            await test.AddAsync(id);
            await TestHost.UntilAsync(() => test.Host.Activations.All(a => a.IsIdle));
            test.Clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        await TestHost.UntilAsync(() =>
        {
            test.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return test.Host.ActivationCount == 3;
        });
        test.Activations.Clear();
        foreach (var id in new[] { "c", "d", "e", "a", "b" }) await test.ReadAsync(id);
        test.Activations.Select(k => k.Id).ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Leaving_and_coming_back_loses_no_message_and_never_makes_two_of_one_key(int seed)
    {
        await using var test = new TestHost(time: TimeProvider.System);
        async Task AddOftenAsync(int worker)
        {
            await Task.Yield();
            var random = new Random(seed * 100 + worker);
            for (var i = 0; i < 500; i++)
            {
                var rests = random.Next(2) == 0;
                await test.AskAsync($"k{random.Next(4)}", (grain, turn) =>
                {
                    if (rests) turn.Rest();
                    return grain.Add(turn, 1);
                });
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(AddOftenAsync)).WaitAsync(TestHost.Patience);
        var sum = 0;
        for (var k = 0; k < 4; k++) sum += await test.ReadAsync($"k{k}");
        sum.ShouldBe(8 * 500);
        test.Logged.ShouldBeEmpty("a second live grain of one key would have been refused an append");
        test.Activations.Count.ShouldBeGreaterThan(100);
    }

    private static Task<GrainReply> AddAndRest(TestHost test, string id) => test.AskAsync(id, (grain, turn) =>
    {
        turn.Rest();
        return grain.Add(turn, 1);
    });
}
