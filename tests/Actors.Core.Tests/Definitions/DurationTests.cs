using Shouldly;

namespace Actors.Core.Tests.Definitions;

public sealed class DurationTests
{
    [Theory]
    [InlineData("200ms", "200ms")]
    [InlineData("1000ms", "1s")]
    [InlineData("90s", "1m30s")]
    [InlineData("1m30s", "1m30s")]
    [InlineData("2h", "2h")]
    [InlineData("72h", "3d")]
    [InlineData("1.5h", "1h30m")]
    [InlineData("10.413s", "10.413s")]
    [InlineData("0.5ms", "0.5ms")]
    [InlineData("0s", "0s")]
    [InlineData("PT1H", "1h")]
    [InlineData("P1DT12H", "1d12h")]
    [InlineData("P2W", "14d")]
    [InlineData("PT0.2S", "200ms")]
    [InlineData("3650d", "3650d")]
    public void A_duration_has_one_canonical_form(string text, string canonical)
    {
        Durations.TryParse(text, out var duration).ShouldBeTrue();
        Durations.Format(duration).ShouldBe(canonical);
        Durations.TryParse(canonical, out var again).ShouldBeTrue();
        again.ShouldBe(duration);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1s2m")]
    [InlineData("1s1s")]
    [InlineData("1.5m3s")]
    [InlineData("1.s")]
    [InlineData(".5s")]
    [InlineData("1..5s")]
    [InlineData("1w")]
    [InlineData("1e3s")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1Y")]
    [InlineData("P1M")]
    [InlineData("PT1D")]
    [InlineData("3650d1ms")]
    [InlineData("99999999999999999999999999999999d")]
    public void What_is_no_duration_is_refused(string? text) => Durations.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Every_duration_survives_being_written_and_read()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var duration = TimeSpan.FromTicks(random.NextInt64(Durations.Max.Ticks) >> random.Next(48));
            Durations.TryParse(Durations.Format(duration), out var again).ShouldBeTrue();
            again.ShouldBe(duration);
        }
    }
}
