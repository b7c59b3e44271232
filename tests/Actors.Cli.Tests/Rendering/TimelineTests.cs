using Actors.Cli.Rendering;
using Shouldly;

namespace Actors.Cli.Tests.Rendering;

public sealed class TimelineTests
{
    [Fact]
    public void Bars_show_when_each_step_ran()
    {
        var view = Views.Of(InvocationStatus.Completed, 1000,
            Views.Step("reserve", StepStatus.Succeeded, 0, 250),
            Views.Step("charge", StepStatus.Succeeded, 250, 750, attempts: 3),
            Views.Step("insure", StepStatus.Skipped),
            Views.Step("label", StepStatus.Succeeded, 750, 1000));
        Render(view, width: 80).ShouldBe("""
                  step     status     tries    took  0                                1.0 s
              ok  reserve  succeeded      1  250 ms  ##########
              ok  charge   succeeded      3  500 ms           ####################
              -   insure   skipped        -       -
              ok  label    succeeded      1  250 ms                              ##########
            """);
    }

    [Theory]
    [InlineData(StepStatus.Running, 10, 3, 0, 0, 0, "running: 3 of 10")]
    [InlineData(StepStatus.Succeeded, 10, 10, 0, 0, 0, "succeeded: 10 of 10")]
    [InlineData(StepStatus.Failed, 10, 6, 4, 0, 0, "failed: 6 of 10, 4 failed")]
    [InlineData(StepStatus.Failed, 10, 6, 4, 3, 0, "failed: 6 of 10, 1 failed, 3 cancelled")]
    [InlineData(StepStatus.Cancelled, 10, 6, 2, 2, 0, "cancelled: 6 of 10, 2 cancelled")]
    [InlineData(StepStatus.Undoing, 10, 6, 4, 4, 2, "undoing: 6 of 10, 4 cancelled, 2 undone")]
    [InlineData(StepStatus.Undone, 6, 6, 0, 0, 6, "undone: 6 of 6, 6 undone")]
    public void Items_are_counted_by_how_they_ended(
        StepStatus status, int total, int succeeded, int failed, int cancelled, int undone, string said)
    {
        var step = Views.Step("m", status, 0, 10) with
        {
            Items = new ItemCounts(total, succeeded, failed) { Cancelled = cancelled, Undone = undone },
        };
        Render(Views.Of(InvocationStatus.Failed, 10, step), width: 100).ShouldContain($" {said}  ");
    }

    [Fact]
    public void What_goes_on_has_an_open_bar_and_no_duration()
    {
        var view = Views.Of(InvocationStatus.Waiting, 500,
            Views.Step("a", StepStatus.Succeeded, 0, 250), Views.Step("b", StepStatus.Waiting, 250));
        Render(view, width: 60).ShouldBe("""
                  step  status     tries    took  0              500 ms
              ok  a     succeeded      1  250 ms  ###########
              ~   b     waiting        1       -            ##########>
            """);
    }

    [Fact]
    public void A_narrow_screen_has_no_bars()
    {
        var view = Views.Of(InvocationStatus.Completed, 10, Views.Step("a", StepStatus.Succeeded, 0, 10));
        Render(view, width: 45).ShouldNotContain("#");
    }

    [Fact]
    public void A_terminal_with_unicode_gets_its_signs()
    {
        var screen = new Screen(TextWriter.Null, new ScreenForm(false, false, true, 80, 24));
        var view = Views.Of(InvocationStatus.Completed, 10, Views.Step("a", StepStatus.Succeeded, 0, 10));
        var text = string.Join('\n', Timeline.Of(view, Views.Noon, screen));
        text.ShouldContain("✓");
        text.ShouldContain("█");
    }

    [Fact]
    public void Of_many_steps_the_urgent_ones_are_shown_and_the_rest_is_counted()
    {
        var steps = Enumerable.Range(0, 500).Select(i => Views.Step($"s{i}", StepStatus.Succeeded, i, i + 1)).ToArray();
        steps[400] = Views.Step("broken", StepStatus.Failed, 400, 401);
        steps[450] = Views.Step("busy", StepStatus.Running, 450);
        var text = Render(Views.Of(InvocationStatus.Running, 500, steps), width: 80, rowsMax: 5);
        text.ShouldContain("broken");
        text.ShouldContain("busy");
        text.ShouldContain("and 495 steps more; in all 1 running, 498 succeeded, 1 failed");
        text.Split('\n').Length.ShouldBe(7);
    }

    [Fact]
    public void No_line_is_wider_than_the_screen()
    {
        var view = Views.Of(InvocationStatus.Completed, 10,
            Views.Step(new string('x', 128), StepStatus.Succeeded, 0, 10),
            Views.Step("日本語", StepStatus.Failed, 0, 10));
        foreach (var width in new[] { 90, 120, 160 })
        {
            var screen = new Screen(TextWriter.Null, new ScreenForm(false, false, false, width, 24));
            Timeline.Of(view, Views.Noon, screen).ShouldAllBe(line => line.Width <= width);
        }
    }

    private static string Render(InvocationView view, int width, int rowsMax = Timeline.RowsMax)
    {
        var screen = new Screen(TextWriter.Null, ScreenForm.Piped with { Width = width });
        var now = Views.Noon.AddMilliseconds(view.DurationMs);
        return string.Join('\n', Timeline.Of(view, now, screen, rowsMax).Select(line => line.ToString()));
    }
}
