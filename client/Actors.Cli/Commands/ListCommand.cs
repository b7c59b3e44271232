using System.CommandLine;
using Actors.Cli.Hosting;
using Actors.Cli.Remote;
using Actors.Cli.Rendering;

namespace Actors.Cli.Commands;

/// <summary><c>actors list</c>: invocations, newest first, or the processes that can be started.</summary>
internal sealed class ListCommand(CliHost host) : ICliCommand
{
    private readonly ReadingPlace _place = new(host);

    private readonly Option<string?> _process = new("--process") { Description = "Of this process only" };

    private readonly Option<string?> _tenant = new("--tenant") { Description = "Of this tenant. Default: default" };

    private readonly Option<InvocationStatus?> _status =
        Shared.Word<InvocationStatus>("--status", "In this status only");

    private readonly Option<int?> _limit = Shared.Number("--limit", "Most that are listed. Default: 100", 1, 1000);

    private readonly Option<string?> _cursor = new("--cursor") { Description = "Go on where an earlier list ended" };

    private readonly Option<bool> _processes = new("--processes")
    {
        Description = "List the processes that can be started, of a silo",
    };

    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command("list", "List invocations, newest first.")
        {
            _process, _tenant, _status, _limit, _cursor, _processes, _json,
        };
        _place.AddTo(command);
        command.SetAction((parsed, _) =>
            parsed.GetValue(_processes) ? ProcessesAsync(parsed) : InvocationsAsync(parsed));
        return command;
    }

    private async Task<int> InvocationsAsync(ParseResult parsed)
    {
        var filter = new InvocationFilter
        {
            Tenant = parsed.GetValue(_tenant) ?? Names.DefaultTenant,
            Process = parsed.GetValue(_process),
            Status = parsed.GetValue(_status),
            CountMax = parsed.GetValue(_limit) ?? 100,
            Cursor = parsed.GetValue(_cursor),
        };
        var list = await _place.ReadAsync(parsed, (reader, token) => reader.ListAsync(filter, token));
        if (parsed.GetValue(_json))
        {
            host.Out.WriteRaw(JsonText.Of(list));
            return ExitCode.Done;
        }

        if (list.Items.Count == 0) host.Out.Write("no invocations", Tone.Faint);
        else host.Out.Write(Table(list.Items));
        if (list.Cursor is { } cursor) host.Out.Write($"there are more: --cursor {cursor}", Tone.Faint);
        return ExitCode.Done;
    }

    private IEnumerable<Line> Table(IReadOnlyList<InvocationSummary> items)
    {
        var rows = new List<IReadOnlyList<Line>>
        {
            Heads("id", "status", "started", "took", "next timer"),
        };
        var now = host.Time.GetUtcNow();
        foreach (var item in items)
        {
            rows.Add(
            [
                Line.Of(new InvocationId(item.Tenant, item.Process, item.InvocationId).ToString()),
                Line.Of(Words.Of(item.Status), Words.ToneOf(item.Status)),
                Line.Of(Words.Of(item.StartedAt)),
                Line.Of(Words.Of((item.EndedAt ?? now) - item.StartedAt)),
                Line.Of(item.WakeAt is { } at ? Due(at - now) : "-"),
            ]);
        }

        return Columns.Of(rows, 0, 3);
    }

    private static Line[] Heads(params string[] heads) => [.. heads.Select(head => Line.Of(head, Tone.Faint))];

    private static string Due(TimeSpan left) => left > TimeSpan.Zero ? "in " + Words.Of(left) : "due";

    private async Task<int> ProcessesAsync(ParseResult parsed)
    {
        var processes = await _place.Silo.CallAsync(parsed, (client, token) => client.ListProcessesAsync(token));
        if (parsed.GetValue(_json))
        {
            host.Out.WriteRaw(JsonText.Of(new { Items = processes }));
            return ExitCode.Done;
        }

        var rows = new List<IReadOnlyList<Line>>
        {
            Heads("process", "version", "model", "steps", "description"),
        };
        foreach (var process in processes)
        {
            rows.Add(
            [
                Line.Of(process.Name), Line.Of($"{process.Version}"), Line.Of(process.Model),
                Line.Of($"{process.Steps.Count:N0}"), Line.Of(process.Description ?? "").Cut(60, host.Out.Signs.Cut),
            ]);
        }

        if (processes.Count == 0) host.Out.Write("no processes", Tone.Faint);
        else host.Out.Write(Columns.Of(rows, 0, 1, 3));
        return ExitCode.Done;
    }
}
