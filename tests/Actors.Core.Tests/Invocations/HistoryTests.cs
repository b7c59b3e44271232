using System.Text.Json;
using Actors.Core.Invocations;
using Shouldly;

namespace Actors.Core.Tests.Invocations;

public sealed class HistoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly StepRef Charge = new("charge");

    [Fact]
    public void An_event_says_its_time_once() => Data(new InvocationEvent.StepSkipped(Charge, At: 1_500_000))
        .EnumerateObject().Select(field => field.Name).ShouldBe(["step"]);

    [Fact]
    public void The_time_of_the_next_attempt_is_a_point_in_time()
    {
        var failure = Failure.Transient("http-503", "later");
        var data = Data(new InvocationEvent.StepFailed(Charge, At: 1_500_000, 1, failure, RetryAt: 3_500_000));
        data.GetProperty("retryAt").GetDateTimeOffset().ShouldBe(Noon.AddSeconds(2));
    }

    [Fact]
    public void The_end_of_a_delay_is_a_point_in_time()
    {
        var data = Data(new InvocationEvent.StepScheduled(Charge, At: 0, Attempt: 1, Due: 60_000_000));
        data.GetProperty("due").GetDateTimeOffset().ShouldBe(Noon.AddMinutes(1));
        data.GetProperty("due").GetString()!.ShouldStartWith("2026-03-01T12:01:00");
    }

    private static JsonElement Data(InvocationEvent e)
    {
        var described = InvocationHistory.Describe(7, Noon, e);
        described.At.ShouldBe(Noon);
        return described.Data.ToElement();
    }
}
