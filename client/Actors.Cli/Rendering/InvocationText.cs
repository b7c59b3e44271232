using System.Collections.Immutable;
using System.Text.Json;
using Actors.Core.Invocations;

namespace Actors.Cli.Rendering;

/// <summary>An invocation as a whole: head, end, failure, output.</summary>
internal static class InvocationText
{
    /// <summary>Most lines of an output that are shown; <c>--json</c> has all of it.</summary>
    public const int OutputLinesMax = 100;

    private const int OutputCharactersMax = 16_000;

    private static readonly JsonSerializerOptions Indented = new(Payload.JsonOptions)
    {
        WriteIndented = true,
        MaxDepth = 1024,
    };

    /// <summary>Name and definition.</summary>
    public static Line Head(InvocationView view) => Line.Of(view.Id.ToString(), Tone.Strong)
        .Add($"  version {view.Version}, {Words.Count(view.Steps.Count, "step")}" +
            (view.Run > 1 ? $", run {view.Run}" : ""), Tone.Faint);

    /// <summary>Where it stands and how long it took.</summary>
    public static Line Status(InvocationView view)
    {
        var time = Words.OfMilliseconds(view.DurationMs);
        return Line.Of(Words.Of(view.Status), Words.ToneOf(view.Status))
            .Add(view.HasEnded ? $" in {time}" : $" for {time}");
    }

    /// <summary>Why it failed; nothing if it did not.</summary>
    public static ImmutableArray<Line> Failure(InvocationView view)
    {
        if (view.Failure is not { } failure) return [];
        var isNamed = failure.Step is null ||
            failure.Message.StartsWith($"step '{failure.Step}'", StringComparison.Ordinal);
        var where = isNamed ? "" : $"step '{failure.Step}'" +
            (failure.Attempt > 1 ? $", attempt {failure.Attempt}: " : ": ");
        var lines = ImmutableArray.CreateBuilder<Line>();
        lines.Add(Line.Of("failure  ", Tone.Faint).Add(failure.Type, Tone.Bad).Add($"  {where}{failure.Message}"));
        for (var cause = failure.Cause; cause is not null && lines.Count < 5; cause = cause.Cause)
            lines.Add(Line.Of($"  caused by {cause.Type}: {cause.Message}", Tone.Faint));
        foreach (var step in view.Steps.Where(NeedsSomebody).Take(20))
        {
            lines.Add(Line.Of(
                $"  the undo of step '{step.Name}' failed, so a person has to look: {step.Failure?.Message}",
                Tone.Bad));
        }

        return lines.ToImmutable();
    }

    // A mapped step whose items are listed as well is told by them.
    private static bool NeedsSomebody(StepView step) =>
        step is { Status: StepStatus.UndoFailed, Items: not { Total: <= InvocationViews.ItemsListedMax } };

    /// <summary>The output of one that has completed.</summary>
    public static ImmutableArray<Line> Output(InvocationView view) =>
        view.Status == InvocationStatus.Completed && !view.Output.IsNull ? Json("output", view.Output) : [];

    /// <summary>A titled JSON value: on the line of its title if there is room.</summary>
    public static ImmutableArray<Line> Json(string title, Payload value)
    {
        var text = value.Bytes > OutputCharactersMax * 4 ? value.ToString() : Pretty(value);
        if (text.Length > OutputCharactersMax) text = text[..OutputCharactersMax] + "\n...";
        var compact = value.ToString();
        if (compact.Length <= 80 && !compact.Contains('\n', StringComparison.Ordinal))
            return [Line.Of(title + "  ", Tone.Faint).Add(compact)];
        var lines = text.Split('\n');
        IEnumerable<Line> shown =
            [Line.Of(title, Tone.Faint), .. lines.Take(OutputLinesMax).Select(line => Line.Of("  " + line))];
        if (lines.Length > OutputLinesMax || text.EndsWith("\n...", StringComparison.Ordinal))
            shown = shown.Append(Line.Of($"  ({Words.Bytes(value.Bytes)} in all; --json has everything)", Tone.Faint));
        return [.. shown];
    }

    private static string Pretty(Payload value) => JsonSerializer.Serialize(value.ToElement(), Indented);
}
