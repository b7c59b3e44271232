using System.CommandLine;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Grains.Audit;
using Actors.Journal;
using Actors.Storage.Postgres;
using Actors.Storage.Sqlite;

namespace Actors.Cli.Commands;

/// <summary>
/// <c>actors audit</c>: reads a store from end to end, without changing it, and says what must not be.
/// </summary>
internal sealed class AuditCommand(CliHost host) : ICliCommand
{
    private readonly Argument<string> _store =
        new("STORE") { Description = "The store's file, or postgres://...; it may be in use" };

    private readonly Option<bool> _json = Shared.Json();

    /// <inheritdoc/>
    public Command Build()
    {
        var command = new Command("audit", "Check a store from end to end, without changing it.") { _store, _json };
        command.SetAction((parsed, token) =>
            AuditAsync(parsed.GetRequiredValue(_store), parsed.GetValue(_json), token));
        return command;
    }

    private async Task<int> AuditAsync(string path, bool json, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.Interrupted);
        var report = await ReadAsync(path, either.Token);
        if (json) host.Out.WriteRaw(JsonText.Of(Json(report)));
        else host.Out.Write(Text(report));
        return report.IsClean ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<AuditReport> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using IStoreInspection store = PostgresJournalOptions.Names(path)
                ? await PostgresStoreInspection.OpenAsync(
                    new PostgresJournalOptions { Connection = path }, cancellationToken)
                : SqliteStoreInspection.Open(path);
            return await StoreAuditor.RunAsync(store, cancellationToken);
        }
        catch (StoreCorruptException e)
        {
            // So damaged that it can't even be opened: that is an answer, too.
            return new AuditReport(0, 0, 0, 0, 1, [new AuditFinding(AuditRule.Store, null, 0, e.Message)]);
        }
    }

    private static object Json(AuditReport report) => new
    {
        Clean = report.IsClean,
        report.Invocations,
        report.Entities,
        report.Others,
        report.Events,
        report.FindingsTotal,
        Findings = report.Findings.Select(finding => new
        {
            finding.Rule, Journal = finding.Key?.ToString(), finding.Sequence, finding.Message,
        }),
    };

    private IEnumerable<Line> Text(AuditReport report)
    {
        foreach (var finding in report.Findings)
            yield return Line.Of(host.Out.Signs.Failed + " ", Tone.Bad).Add(finding.ToString());
        if (report.FindingsTotal > report.Findings.Length)
            yield return Line.Of($"... and {report.FindingsTotal - report.Findings.Length:N0} more", Tone.Faint);
        var read =
            $"{Words.Count(report.Invocations, "invocation")}, {Words.Count(report.Entities, "entity", "entities")}, " +
            $"{Words.Count(report.Events, "event")}";
        yield return report.IsClean
            ? Line.Of(host.Out.Signs.Succeeded + " ", Tone.Good).Add($"clean: {read}")
            : Line.Of($"{Words.Count(report.FindingsTotal, "finding")} in {read}", Tone.Bad);
        if (!report.IsClean) yield return Line.Of("Keep a copy of the store before you do anything else.", Tone.Warn);
    }
}
