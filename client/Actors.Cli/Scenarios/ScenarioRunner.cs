using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Actors.Cli.Scenarios;

/// <summary>Runs the cases of a scenario against an engine, and reads its reports. Renders nothing.</summary>
/// <param name="client">The engine; it knows the scenario's processes and where its services are.</param>
/// <param name="requests">Sends requests to the services.</param>
/// <param name="time">For timeouts.</param>
/// <param name="tenant">Whose invocations the cases are.</param>
internal sealed class ScenarioRunner(
    IActorsClient client, ScenarioRequests requests, TimeProvider time, string tenant = Names.DefaultTenant)
{
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettlePollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Runs all cases, one after the other, then the reports. What goes wrong in a case is a mismatch of that case, and
    /// the next one runs. The last element is always <see cref="ScenarioProgress.Ended"/>.
    /// </summary>
    public async IAsyncEnumerable<ScenarioProgress> RunAsync(
        Scenario scenario, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var cases = ImmutableArray.CreateBuilder<CaseResult>();
        for (var i = 0; i < scenario.Cases.Length; i++)
        {
            yield return new ScenarioProgress.CaseBegins(scenario.Cases[i], i + 1, scenario.Cases.Length);
            var run = new CaseRun(scenario.Cases[i], client, requests, time, tenant);
            await foreach (var progress in run.RunAsync(cancellationToken)) yield return progress;
            cases.Add(run.Result);
            yield return new ScenarioProgress.CaseEnded(run.Result);
        }

        if (!scenario.Reports.IsEmpty) await SettleAsync(cases, cancellationToken);
        var reports = ImmutableArray.CreateBuilder<ReportResult>();
        foreach (var report in scenario.Reports)
        {
            var result = await ReadAsync(report, cancellationToken);
            reports.Add(result);
            yield return new ScenarioProgress.ReportRead(result);
        }

        yield return new ScenarioProgress.Ended(cases.ToImmutable(), reports.ToImmutable());
    }

    private async Task<ReportResult> ReadAsync(ScenarioReport report, CancellationToken cancellationToken)
    {
        try
        {
            var document = await requests.GetAsync(report.Target, cancellationToken);
            var mismatches = report.Expect is { } expect
                ? Expectations.Mismatches(report.Title, expect, document)
                : [];
            var rows = document;
            if (report.Rows is { } field && !document.TryGetProperty(field, out rows))
                return new ReportResult(report, null, [$"{report.Target} has no field '{field}'"]);
            return new ReportResult(report, ReportTable.Of(rows, report.Columns), mismatches);
        }
        catch (ScenarioException e)
        {
            return new ReportResult(report, null, [e.Message]);
        }
    }

    // Nobody waits for detached steps, so an invocation may have ended while one of its own still runs.
    private async Task SettleAsync(IEnumerable<CaseResult> cases, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(SettleTimeout, time);
        foreach (var view in cases.Select(result => result.View))
        {
            if (view is not { HasEnded: true }) continue;
            var now = view;
            while (now.Steps.Any(IsOnItsWay) && !patience.IsCancellationRequested)
            {
                await Task.Delay(SettlePollInterval, time, cancellationToken);
                now = await client.GetAsync(view.Id, cancellationToken);
            }
        }
    }

    private static bool IsOnItsWay(StepView step) =>
        step.Status is StepStatus.Running or StepStatus.Waiting or StepStatus.Undoing;
}
