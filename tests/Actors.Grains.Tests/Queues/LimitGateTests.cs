using Actors.Definitions;
using Actors.Grains.Queues;
using Shouldly;

namespace Actors.Grains.Tests.Queues;

public sealed class LimitGateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Concurrency_is_given_back_by_what_ends()
    {
        var gate = new LimitGate(new StepLimit(null, 2, null), Noon);
        gate.TryBegin(Noon).ShouldBeTrue();
        gate.TryBegin(Noon).ShouldBeTrue();
        gate.TryBegin(Noon).ShouldBeFalse();
        gate.NextTokenAt(Noon).ShouldBeNull("an ending attempt will make room, no time will");
        gate.End();
        gate.TryBegin(Noon).ShouldBeTrue();
    }

    [Fact]
    public void A_clock_that_is_set_back_gives_nothing_and_takes_nothing_of_the_time_to_come()
    {
        var gate = new LimitGate(new StepLimit(null, null, 1), Noon);
        gate.TryBegin(Noon).ShouldBeTrue();
        gate.TryBegin(Noon.AddHours(-1)).ShouldBeFalse();
        gate.TryBegin(Noon.AddHours(-1).AddSeconds(1)).ShouldBeTrue();
    }

    [Fact]
    public void A_bucket_holds_one_second_and_fills_by_the_rate()
    {
        var gate = new LimitGate(new StepLimit(null, null, 4), Noon);
        for (var i = 0; i < 4; i++) gate.TryBegin(Noon).ShouldBeTrue();
        gate.TryBegin(Noon).ShouldBeFalse();
        gate.NextTokenAt(Noon).ShouldBe(Noon.AddSeconds(0.25));
        gate.TryBegin(Noon.AddSeconds(0.249)).ShouldBeFalse();
        gate.TryBegin(Noon.AddSeconds(0.25)).ShouldBeTrue();
        gate.TryBegin(Noon.AddSeconds(0.25)).ShouldBeFalse();
    }

    [Fact]
    public void A_rate_below_one_lets_one_begin_at_a_time()
    {
        var gate = new LimitGate(new StepLimit(null, null, 0.1), Noon);
        gate.TryBegin(Noon).ShouldBeTrue();
        gate.NextTokenAt(Noon).ShouldBe(Noon.AddSeconds(10));
        gate.FullAt(Noon).ShouldBe(Noon.AddSeconds(10));
        gate.TryBegin(Noon.AddSeconds(9.99)).ShouldBeFalse();
        gate.TryBegin(Noon.AddSeconds(10)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_order_of_asking_never_more_begin_than_the_limits_allow(int seed)
    {
        var random = new Random(seed);
        var gate = new LimitGate(new StepLimit(null, 5, 10), Noon);
        var (now, begun, running) = (Noon, 0, 0);
        for (var i = 0; i < 5000; i++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(50));
            if (gate.TryBegin(now)) (begun, running) = (begun + 1, running + 1);
            if (running > 0 && random.Next(2) == 0)
            {
                gate.End();
                running--;
            }

            running.ShouldBeLessThanOrEqualTo(5);
            gate.Running.ShouldBe(running);
            begun.ShouldBeLessThanOrEqualTo(10 + (int)((now - Noon).TotalSeconds * 10 + 1e-6));
        }

        begun.ShouldBeGreaterThan(500);
    }
}
