using System.CommandLine;
using Actors.Cli.Following;
using Actors.Cli.Hosting;
using Actors.Cli.Remote;
using Actors.Cli.Rendering;

namespace Actors.Cli.Commands;

/// <summary><c>actors show</c>: state, timeline, input, output and history of an invocation.</summary>
internal sealed class ShowCommand(CliHost host) : ICliCommand
{
    /// <summary>Most events that are shown, the latest ones; <c>--json</c> has all of them.</summary>
    public const int EventsMax = 500;

    private readonly ReadingPlace _place = new(host);
    private readonly Argument<InvocationId> _id = Shared.Id();
    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command("show", "Show an invocation: state, timeline, history.") { _id, _json };
        _place.AddTo(command);
        command.SetAction((parsed, _) => ShowAsync(parsed));
        return command;
    }

    private async Task<int> ShowAsync(ParseResult parsed)
    {
        var id = parsed.GetRequiredValue(_id);
        var (view, events) = await _place.ReadAsync(parsed, async (reader, token) =>
        {
            var read = await reader.GetAsync(id, token);
            List<HistoryEvent> history = [];
            await foreach (var e in reader.EventsAsync(id, token)) history.Add(e);
            return (read, history);
        });
        if (parsed.GetValue(_json)) host.Out.WriteRaw(JsonText.Of(InvocationReport.Of(view) with { History = events }));
        else Write(view, events);
        return ExitCode.Done;
    }

    private void Write(InvocationView view, List<HistoryEvent> events)
    {
        host.Out.Write(Line.Of("started ", Tone.Faint).Add(Words.Of(view.StartedAt))
            .Add("  correlation ", Tone.Faint).Add(view.CorrelationId));
        if (!view.Input.IsNull) host.Out.Write(InvocationText.Json("input", view.Input));
        EndText.Write(host.Out, view, host.Time.GetUtcNow());
        host.Out.Write();
        host.Out.Write("history", Tone.Faint);
        var lines = new EventLines(startedAt: null, names: view.Steps.Select(step => step.Name));
        if (events.Count > EventsMax)
        {
            var leftOut = Words.Count(events.Count - EventsMax, "earlier event");
            host.Out.Write($"  ({leftOut} left out; --json has all)", Tone.Faint);
        }

        host.Out.Write(events.TakeLast(EventsMax).Select(lines.Of));
    }
}
