using Actors.Storage.Postgres.Opening;
using Actors.Tests;
using Shouldly;

namespace Actors.Storage.Tests.Postgres;

public sealed class AbsenceTests
{
    private static readonly Owner Present = new(1, 1, "process 1", TimeSpan.FromHours(1), IsPresent: true);
    private static readonly Owner Gone = Present with { IsPresent = false };

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void It_is_over_after_a_tenth_of_the_lease()
    {
        var absence = new Absence(TimeSpan.FromSeconds(10), _time);
        absence.IsOver(Gone).ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(999));
        absence.IsOver(Gone).ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        absence.IsOver(Gone).ShouldBeTrue();
    }

    [Fact]
    public void It_lasts_a_quarter_of_a_second_at_least()
    {
        var absence = new Absence(TimeSpan.FromSeconds(1), _time);
        absence.IsOver(Gone);
        _time.Advance(TimeSpan.FromMilliseconds(249));
        absence.IsOver(Gone).ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        absence.IsOver(Gone).ShouldBeTrue();
    }

    [Fact]
    public void It_begins_anew_when_the_owner_was_back_in_between()
    {
        var absence = new Absence(TimeSpan.FromSeconds(10), _time);
        absence.IsOver(Gone);
        _time.Advance(TimeSpan.FromSeconds(5));
        absence.IsOver(Present).ShouldBeFalse();
        absence.IsOver(Gone).ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(5));
        absence.IsOver(Gone with { Session = 2 }).ShouldBeFalse("it had a session that nobody saw");
    }

    [Fact]
    public void It_begins_anew_when_the_server_was_away()
    {
        var absence = new Absence(TimeSpan.FromSeconds(10), _time);
        absence.IsOver(Gone);
        absence.Forget();
        _time.Advance(TimeSpan.FromSeconds(5));
        absence.IsOver(Gone).ShouldBeFalse();
    }
}
