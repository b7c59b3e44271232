using Actors.Grains.Queues;
using Shouldly;

namespace Actors.Grains.Tests.Queues;

public sealed class RetryBudgetTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_few_retries_may_begin_at_once_and_then_one_per_second()
    {
        var budget = Spent();
        budget.TryBegin(Noon).ShouldBeFalse();
        budget.NextAt(Noon).ShouldBe(Noon.AddSeconds(1));
        budget.TryBegin(Noon.AddSeconds(0.99)).ShouldBeFalse();
        budget.TryBegin(Noon.AddSeconds(1)).ShouldBeTrue();
        budget.TryBegin(Noon.AddSeconds(1)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(1, 60, 66)]
    [InlineData(5, 60, 66)]
    [InlineData(20, 120, 126)]
    [InlineData(200, 1_200, 1_206)]
    public void A_service_that_is_down_gets_a_tenth_of_its_first_attempts_or_one_per_second(
        int firstPerSecond, int atLeast, int atMost)
    {
        var budget = Spent();
        var retries = 0;
        for (var i = 1; i <= 60 * firstPerSecond; i++)
        {
            var now = Noon.AddSeconds((double)i / firstPerSecond);
            budget.First(now);
            while (budget.TryBegin(now)) retries++;
        }

        retries.ShouldBeInRange(atLeast - 1, atMost);
    }

    [Fact]
    public void Each_answer_is_another_retry_so_that_a_service_that_is_back_gets_them_all()
    {
        var budget = Spent();
        var now = Noon.AddSeconds(1);
        for (var i = 0; i < 1_000; i++)
        {
            budget.TryBegin(now).ShouldBeTrue();
            budget.TryBegin(now).ShouldBeFalse();
            budget.Answered();
        }
    }

    [Fact]
    public void A_clock_that_is_set_back_gives_nothing_and_takes_nothing_of_the_time_to_come()
    {
        var budget = Spent();
        budget.TryBegin(Noon.AddHours(-1)).ShouldBeFalse();
        budget.TryBegin(Noon.AddHours(-1).AddSeconds(1)).ShouldBeTrue();
    }

    [Fact]
    public void It_does_not_fill_beyond_its_bound()
    {
        var budget = Spent();
        budget.IsFull(Noon.AddSeconds(9)).ShouldBeFalse();
        budget.IsFull(Noon.AddDays(1)).ShouldBeTrue();
        for (var i = 0; i < RetryBudget.TokensMax; i++) budget.TryBegin(Noon.AddDays(1)).ShouldBeTrue();
        budget.TryBegin(Noon.AddDays(1)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 6)]
    [InlineData(20, 40)]
    public void Hosts_that_share_a_budget_give_no_more_together_than_one_and_none_of_them_nothing(
        int hosts, int firstPerSecondOfOne)
    {
        var budgets = Enumerable.Range(0, hosts).Select(_ => new RetryBudget(0.1, Noon, 1.0 / hosts)).ToArray();
        var retries = new int[hosts];
        var firsts = 0;
        const int TicksPerSecond = 40;
        for (var tick = 1; tick <= 60 * TicksPerSecond; tick++)
        {
            var now = Noon.AddSeconds((double)tick / TicksPerSecond);
            if (firstPerSecondOfOne > 0 && tick % (TicksPerSecond / firstPerSecondOfOne) == 0)
            {
                budgets[0].First(now);
                firsts++;
            }

            for (var host = 0; host < hosts; host++)
                while (budgets[host].TryBegin(now)) retries[host]++;
        }

        // A tenth of all first attempts, one per second besides, ten at once: as many as hosts, if those are more.
        retries.Sum().ShouldBeLessThanOrEqualTo((int)(0.1 * firsts) + 60 + Math.Max(10, hosts));
        retries.Min().ShouldBeGreaterThanOrEqualTo(60 / hosts);
    }

    [Fact]
    public void A_host_that_is_left_alone_has_the_whole_budget_from_then_on()
    {
        var budget = new RetryBudget(0.1, Noon, 0.5);
        for (var i = 0; i < 5; i++) budget.TryBegin(Noon).ShouldBeTrue();
        budget.TryBegin(Noon).ShouldBeFalse();
        budget.NextAt(Noon).ShouldBe(Noon.AddSeconds(2));
        budget.Resize(1, Noon);
        budget.NextAt(Noon).ShouldBe(Noon.AddSeconds(1));
        budget.IsFull(Noon.AddSeconds(9)).ShouldBeFalse();
        budget.IsFull(Noon.AddSeconds(11)).ShouldBeTrue();

        budget.Resize(0.2, Noon.AddSeconds(11));
        for (var i = 0; i < 2; i++) budget.TryBegin(Noon.AddSeconds(11)).ShouldBeTrue();
        budget.TryBegin(Noon.AddSeconds(11)).ShouldBeFalse();
    }

    private static RetryBudget Spent()
    {
        var budget = new RetryBudget(0.1, Noon);
        for (var i = 0; i < RetryBudget.TokensMax; i++) budget.TryBegin(Noon).ShouldBeTrue();
        return budget;
    }
}
