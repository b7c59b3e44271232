using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Shouldly;

namespace Actors.Cli.Tests.Rendering;

public sealed class TextTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(1.23, "1.2 ms")]
    [InlineData(12, "12 ms")]
    [InlineData(999.4, "999 ms")]
    [InlineData(999.6, "1.0 s")]
    [InlineData(3_400, "3.4 s")]
    [InlineData(59_960, "1 min")]
    [InlineData(125_000, "2 min 5 s")]
    [InlineData(12_000_000, "3 h 20 min")]
    [InlineData(90_000_000, "1 d 1 h")]
    public void Durations_are_said_as_people_say_them(double milliseconds, string said) =>
        Words.OfMilliseconds(milliseconds).ShouldBe(said);

    [Fact]
    public void Text_from_elsewhere_does_not_steer_the_terminal() =>
        Line.Of("a\u001b[31mb\rc\u202Ed\n").ToString().ShouldBe("a [31mb c d");

    [Fact]
    public void An_undo_that_failed_is_told_once_and_of_large_maps_as_a_whole()
    {
        var refused = Failure.Permanent("refused", "no");
        StepView[] steps =
        [
            Views.Step("m", StepStatus.UndoFailed) with { Items = new ItemCounts(1, 1, 0), Failure = refused },
            Views.Step("m[0]", StepStatus.UndoFailed) with { Failure = refused },
            Views.Step("large", StepStatus.UndoFailed) with { Items = new ItemCounts(5_000, 1, 0), Failure = refused },
        ];
        var view = Views.Of(InvocationStatus.Failed, 10, steps) with { Failure = refused };
        InvocationText.Failure(view).Skip(1).Select(line => line.ToString()).ShouldBe(
        [
            "  the undo of step 'm[0]' failed, so a person has to look: no",
            "  the undo of step 'large' failed, so a person has to look: no",
        ]);
    }

    [Fact]
    public void A_cut_line_is_as_wide_as_asked_and_marked()
    {
        var cut = Line.Of("日本語", Tone.Good).Add("abc").Cut(6, "..");
        cut.ToString().ShouldBe("日本..");
        cut.Width.ShouldBe(6);
    }

    [Fact]
    public void An_interactive_screen_without_colour_writes_no_colours()
    {
        using var plain = new StringWriter();
        new Screen(plain, new ScreenForm(true, false, true, 80, 24)).Write("x", Tone.Bad);
        plain.ToString().ShouldNotContain("\u001b[");
        using var coloured = new StringWriter();
        new Screen(coloured, new ScreenForm(true, true, true, 80, 24)).Write("x", Tone.Bad);
        coloured.ToString().ShouldContain("\u001b[");
    }

    [Theory]
    [InlineData("en_US.UTF-8", null, true, true)]
    [InlineData("C", null, true, false)]
    [InlineData("en_US.UTF-8", "1", false, true)]
    public void The_environment_says_what_the_terminal_can_do(string lang, string? noColour, bool colour, bool unicode)
    {
        var form = TerminalForm.Of(
            false, name => name switch { "LANG" => lang, "NO_COLOR" => noColour, _ => null }, 65001, () => (300, 40));
        form.IsInteractive.ShouldBeTrue();
        form.HasColour.ShouldBe(colour);
        if (!OperatingSystem.IsWindows()) form.HasUnicode.ShouldBe(unicode);
        form.Width.ShouldBe(160);
    }

    [Fact]
    public void What_is_redirected_is_plain_ascii() =>
        TerminalForm.Of(true, _ => "en_US.UTF-8", 65001, () => (80, 24)).ShouldBe(ScreenForm.Piped);

    [Fact]
    public async Task Lines_that_are_replaced_leave_room_for_the_echo_of_Ctrl_C()
    {
        await using var writer = new StringWriter();
        var screen = new Screen(writer, new ScreenForm(true, HasColour: false, HasUnicode: true, 20, 24));
        await screen.LiveAsync(update =>
        {
            update([Line.Of(new string('x', 50))]);
            return Task.CompletedTask;
        });
        writer.ToString().ShouldContain(new string('x', 16) + "~");
        writer.ToString().ShouldNotContain(new string('x', 17));
    }

    [Fact]
    public void An_event_of_a_retry_says_why_and_when()
    {
        var e = new HistoryEvent(3, "StepFailed", Views.Noon.AddMilliseconds(120), "charge", 1, Payload.FromJson(
            """{"failure":{"type":"http-503","message":"busy"},"retryAt":"2026-05-04T12:00:00.320+00:00"}"""));
        new EventLines(Views.Noon).Of(e).ToString()
            .ShouldBe("    120 ms  charge  attempt 1 failed: http-503: busy; again in 200 ms");
    }
}
