using Actors.Grains.Hosting;
using Actors.Grains.Tests.Hosting.Rig;
using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class IdleTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task An_idle_grain_leaves_and_comes_back_as_it_was()
    {
        await using var world = new ScriptWorld();
        await world.Host.StartAsync(default);
        await world.SayAsync("x");
        world.Time.Advance(Idle - TimeSpan.FromSeconds(2));
        world.Host.ActivationCount.ShouldBe(1);
        world.Time.Advance(TimeSpan.FromSeconds(3));
        await EmptyAsync(world);
        (await world.LinesAsync()).ShouldBe(["x"]);
        world.Host.ActivationsTotal.ShouldBe(2);
    }

    [Fact]
    public async Task Beyond_the_bound_the_longest_idle_leave()
    {
        await using var world = new ScriptWorld { Options = new() { ActivationsMax = 5 } };
        await world.Host.StartAsync(default);
        for (var i = 0; i < 20; i++)
        {
            await world.LinesAsync(ScriptWorld.Key($"{i}"));
            await TestHost.UntilAsync(() => world.Host.Activations.All(a => a.IsIdle));
            world.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await LeftAsync(world, 5);
        var total = world.Host.ActivationsTotal;
        for (var i = 15; i < 20; i++) await world.LinesAsync(ScriptWorld.Key($"{i}"));
        world.Host.ActivationsTotal.ShouldBe(total);
    }

    [Fact]
    public async Task A_grain_that_owes_an_answer_stays_until_it_is_given_or_unwanted()
    {
        await using var world = new ScriptWorld();
        await world.Host.StartAsync(default);
        using var gone = new CancellationTokenSource();
        var call = world.RunAsync(ScriptWorld.Key(), (_, turn) =>
        {
            turn.PostponeReply();
            return null;
        }, gone.Token).AsTask();
        await world.LinesAsync();
        for (var i = 0; i < 3; i++)
        {
            world.Time.Advance(Idle + Idle);
            await world.LinesAsync();
        }

        world.Host.ActivationsTotal.ShouldBe(1);
        await gone.CancelAsync();
        await call.ShouldThrowAsync<OperationCanceledException>();
        await EmptyAsync(world);
    }

    [Fact]
    public async Task A_one_way_message_whose_answer_is_postponed_keeps_nothing_in_memory()
    {
        await using var world = new ScriptWorld();
        await world.Host.StartAsync(default);
        world.OnOther = (_, _, turn) => turn.PostponeReply().IsAbandoned.ShouldBeTrue();
        world.Host.Post(ScriptWorld.Key(), new Nudge());
        await world.LinesAsync();
        await EmptyAsync(world);
    }

    [Fact]
    public async Task A_grain_whose_attempt_runs_stays_and_the_attempt_is_made_once()
    {
        await using var world = new ScriptWorld();
        await world.Host.StartAsync(default);
        var end = new TaskCompletionSource();
        var ended = new Gate();
        var begun = 0;
        world.OnWork = async (item, _) =>
        {
            Interlocked.Increment(ref begun);
            await end.Task;
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        // As a grain does that is activated while work of its is outstanding.
        world.OnActivated = (grain, turn) =>
        {
            if (grain.Key.Kind == GrainKind.Invocation && !ended.IsOpen) turn.Dispatch(ScriptWorld.Item(grain.Key.Id));
        };
        world.OnOther = (_, message, _) =>
        {
            if (message is StepOutcome) ended.Open();
        };
        var key = ScriptWorld.WorkKeyOf("long");
        await world.LinesAsync(key);
        for (var i = 0; i < 3; i++)
        {
            world.Time.Advance(Idle + Idle);
            await world.LinesAsync(ScriptWorld.Key("other"));
        }

        world.Host.ActivationsTotal.ShouldBeLessThan(5);
        end.SetResult();
        await ended.Task;
        await world.LinesAsync(key);
        begun.ShouldBe(1);
        world.OnActivated = null;
        await EmptyAsync(world);
    }

    [Fact]
    public async Task An_outcome_is_received_even_if_the_mailbox_is_full()
    {
        await using var world = new ScriptWorld { Options = new() { MailboxMax = 1 } };
        var end = new TaskCompletionSource();
        var ended = new Gate();
        world.OnWork = async (item, _) =>
        {
            await end.Task;
            return new StepOutcome(item.Key, Payload.Null, null);
        };
        world.OnOther = (_, message, _) =>
        {
            if (message is StepOutcome) ended.Open();
        };
        var key = ScriptWorld.WorkKeyOf("i");
        await world.RunAsync(key, (_, turn) =>
        {
            turn.Dispatch(ScriptWorld.Item("i"));
            return new Text("");
        });
        world.Store.Hold();
        var blocked = world.SayAsync("x", key);
        await world.Store.WhenHeldAsync().Soon();
        await world.BreakAsync(key).ShouldThrowAsync<UnavailableException>();
        world.Host.Post(key, new Note("fills the mailbox"));
        await world.SayAsync("y", key).ShouldThrowAsync<OverloadedException>();
        end.SetResult();
        world.Store.ReleaseAll();
        await blocked.Soon();
        using var patience = new CancellationTokenSource(Patience.Long);
        while (!ended.IsOpen)
        {
            patience.Token.ThrowIfCancellationRequested();
            world.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Grains_that_leave_all_the_time_lose_and_double_nothing(int seed)
    {
        var options = new EmbeddedHostOptions
        {
            ActivationsMax = 0, RestingMax = 0, IdleTimeout = TimeSpan.FromMilliseconds(10),
        };
        await using var world = new ScriptWorld { Options = options };
        await world.Host.StartAsync(default);
        const int keys = 5, each = 300;
        var lines = new List<string>();
        using var end = new CancellationTokenSource();
        var sweeper = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                world.Time.Advance(TimeSpan.FromMilliseconds(5));
                await Task.Yield();
            }
        });
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(() => SendAsync(sender)))).Soon();
            for (var k = 0; k < keys; k++) lines.AddRange(await world.LinesAsync(ScriptWorld.Key($"{k}")));
        }
        finally
        {
            await end.CancelAsync();
            await sweeper;
        }

        lines.Count.ShouldBe(4 * each);
        lines.Distinct().Count().ShouldBe(4 * each);
        world.Overlaps.ShouldBe(0);
        world.Host.ActivationsTotal.ShouldBeGreaterThan(20);

        async Task SendAsync(int sender)
        {
            var random = new Random(seed * 10 + sender);
            for (var i = 0; i < each; i++)
            {
                var key = ScriptWorld.Key($"{i % keys}");
                switch (random.Next(4))
                {
                    case 0: world.Host.Post(key, new Note($"{sender}.{i}")); break;
                    case 1:
                        await world.RunAsync(key, (grain, turn) =>
                        {
                            grain.Say($"{sender}.{i}", turn);
                            turn.Rest();
                            return new Text("");
                        });
                        break;
                    default: await world.SayAsync($"{sender}.{i}", key); break;
                }
            }
        }
    }

    private static Task EmptyAsync(ScriptWorld world) => LeftAsync(world, 0);

    /// <summary>Sweeps until no more than so many are left; leaving is a matter of the thread pool.</summary>
    private static async Task LeftAsync(ScriptWorld world, int count)
    {
        using var patience = new CancellationTokenSource(Patience.Long);
        if (count > 0) world.Time.Advance(TimeSpan.FromSeconds(1));
        while (world.Host.ActivationCount > count)
        {
            patience.Token.ThrowIfCancellationRequested();
            if (count == 0) world.Time.Advance(Idle);
            await Task.Yield();
        }
    }

    private sealed record Nudge : GrainMessage;
}
