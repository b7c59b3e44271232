using Actors.Silo.Embedded.Hosting;
using Actors.Tests;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class TimerRoundingTests
{
    private static readonly WakeKey Key = new(TestHost.Key("a"), false);

    [Theory]
    [InlineData(14_000)]
    [InlineData(10_001)]
    [InlineData(19_999)]
    [InlineData(1)]
    public void Timers_that_cut_off_fractions_of_a_millisecond_wake_nobody_early_and_fire_once(int ticks)
    {
        var clock = new ManualTimeProvider();
        var timers = new CoarseTimers(clock);
        var woken = new List<TimeSpan>();
        using var wakeUps = new WakeUps(timers, TimeSpan.FromMinutes(1), (_, late) => woken.Add(late));
        wakeUps.Note(Key, clock.GetUtcNow() + TimeSpan.FromTicks(ticks));
        clock.Advance(TimeSpan.FromTicks(ticks - 1));
        woken.ShouldBeEmpty();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        woken.ShouldHaveSingleItem().ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        timers.Fired.ShouldBe(1);
    }

    [Fact]
    public void A_timer_that_fires_early_is_set_again()
    {
        var clock = new ManualTimeProvider();
        var woken = 0;
        using var wakeUps = new WakeUps(clock, TimeSpan.FromMinutes(1), (_, _) => woken++);
        wakeUps.Note(Key, clock.GetUtcNow() + TimeSpan.FromSeconds(2));
        clock.Advance(TimeSpan.FromSeconds(1));
        wakeUps.Fire();
        woken.ShouldBe(0);
        clock.Advance(TimeSpan.FromSeconds(1));
        woken.ShouldBe(1);
    }

    /// <summary>Timers as those of the system are: whole milliseconds, the rest is cut off.</summary>
    private sealed class CoarseTimers(ManualTimeProvider clock) : TimeProvider
    {
        private const int FiredMax = 100;

        public int Fired { get; private set; }

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new CoarseTimer(clock.CreateTimer(
                s =>
                {
                    if (++Fired > FiredMax) throw new InvalidOperationException("the timer fires again and again");
                    callback(s);
                }, state, dueTime, period));
    }

    private sealed class CoarseTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) =>
            timer.Change(TimeSpan.FromMilliseconds(Math.Truncate(dueTime.TotalMilliseconds)), period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
