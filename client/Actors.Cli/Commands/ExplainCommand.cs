using System.CommandLine;
using Actors.Cli.Hosting;
using Actors.Cli.Remote;
using Actors.Cli.Rendering;

namespace Actors.Cli.Commands;

/// <summary><c>actors explain</c>: why an invocation waits, since when, for what, and what would release it.</summary>
internal sealed class ExplainCommand(CliHost host) : ICliCommand
{
    private readonly ReadingPlace _place = new(host);
    private readonly Argument<InvocationId> _id = Shared.Id();
    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command(
            "explain", "Say why an invocation waits: since when, for what, what would release it.")
        {
            _id, _json,
        };
        _place.AddTo(command);
        command.SetAction((parsed, _) => ExplainAsync(parsed));
        return command;
    }

    private async Task<int> ExplainAsync(ParseResult parsed)
    {
        var id = parsed.GetRequiredValue(_id);
        var explanation = await _place.ReadAsync(parsed, (reader, token) => reader.ExplainAsync(id, token));
        if (parsed.GetValue(_json))
        {
            host.Out.WriteRaw(JsonText.Of(explanation));
            return ExitCode.Done;
        }

        host.Out.Write(Line.Of(id.ToString(), Tone.Strong).Add("  ")
            .Add(Words.Of(explanation.Status), Words.ToneOf(explanation.Status)));
        host.Out.Write(explanation.Summary);
        foreach (var wait in explanation.Waits) host.Out.Write(Lines(wait));
        if (_place.IsFile(parsed) && explanation.Waits.Count > 0)
        {
            host.Out.Write(
                "No process has the store open, so nothing moves until 'actors run' or 'actors serve' opens it.",
                Tone.Warn);
        }

        return ExitCode.Done;
    }

    private IEnumerable<Line> Lines(WaitReason wait)
    {
        var now = host.Time.GetUtcNow();
        yield return Line.Of("  ").Add(wait.Step is { } step ? $"step {step}" : "the invocation", Tone.Accent)
            .Add($" waits for {wait.For}");
        var times = $"since {Words.Of(now - wait.Since)}";
        if (wait.Until is { } until)
        {
            times += until > now
                ? $", until {Words.Of(until)} (in {Words.Of(until - now)})"
                : $", due since {Words.Of(now - until)}";
        }

        yield return Line.Of($"    {times}", Tone.Faint);
        yield return Line.Of("    released by: ", Tone.Faint).Add(wait.ReleasedBy);
    }
}
