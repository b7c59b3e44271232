using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Actors.Cli.Scenarios;

namespace Actors.Cli.Rendering;

/// <summary>What <c>--json</c> prints of an invocation. Names and order of the fields are stable.</summary>
internal sealed record InvocationReport(
    string InvocationId, string Process, InvocationStatus Status, Payload Output, Failure? Failure,
    DateTimeOffset StartedAt, double DurationMs, IReadOnlyList<StepReport> Steps)
{
    /// <summary>Tenant, unless it is the default one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tenant { get; init; }

    /// <summary>Events, of <c>show</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<HistoryEvent>? History { get; init; }

    /// <summary>The report of a view.</summary>
    public static InvocationReport Of(InvocationView view) => new(
        view.InvocationId, view.Process, view.Status, view.Output, view.Failure, view.StartedAt, view.DurationMs,
        [.. view.Steps.Select(StepReport.Of)])
    {
        Tenant = view.Tenant == Names.DefaultTenant ? null : view.Tenant,
    };
}

/// <summary>What <c>--json</c> prints of a step.</summary>
internal sealed record StepReport(
    string Name, StepStatus Status, int Attempts, DateTimeOffset? StartedAt, double? DurationMs)
{
    public static StepReport Of(StepView step) =>
        new(step.Name, step.Status, step.Attempts, step.StartedAt, step.DurationMs);
}

/// <summary>What <c>--json</c> prints of a scenario.</summary>
internal sealed record ScenarioReportJson(
    string Scenario, bool AsExpected, IReadOnlyList<CaseReport> Cases, IReadOnlyList<TableReport> Reports)
{
    public static ScenarioReportJson Of(Scenario scenario, ScenarioProgress.Ended ended) => new(
        scenario.Name, ended.AsExpected,
        [.. ended.Cases.Select(one => new CaseReport(
            one.Case.Name, one.AsExpected, one.Mismatches, one.View is { } view ? InvocationReport.Of(view) : null))],
        [.. ended.Reports.Select(one => new TableReport(
            one.Report.Title, one.Mismatches.IsEmpty, one.Mismatches,
            one.Table?.Columns ?? [], one.Table?.Rows ?? []))]);

    /// <summary>Of a scenario that was broken off: its cases as far as they came, no reports.</summary>
    public static ScenarioReportJson Unfinished(Scenario scenario, IEnumerable<CaseResult> cases) =>
        Of(scenario, new ScenarioProgress.Ended([.. cases], [])) with { AsExpected = false };
}

/// <summary>One case of a scenario.</summary>
internal sealed record CaseReport(
    string Name, bool AsExpected, ImmutableArray<string> Mismatches, InvocationReport? Invocation);

/// <summary>One report of a scenario.</summary>
internal sealed record TableReport(
    string Title, bool AsExpected, ImmutableArray<string> Mismatches, ImmutableArray<string> Columns,
    ImmutableArray<ImmutableArray<string>> Rows);

/// <summary>What <c>--json</c> prints of a refusal.</summary>
internal sealed record ErrorReport(ErrorBody Error)
{
    /// <summary>Of a command that was interrupted before it had anything to report.</summary>
    public static ErrorReport Interrupted(string message) => new(new ErrorBody("interrupted", message));
}

/// <summary>Why.</summary>
internal sealed record ErrorBody(string Type, string Message);

/// <summary>Writes what <c>--json</c> prints: camelCase, one object, one line.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Options = new(Payload.JsonOptions)
    {
        MaxDepth = 1024,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The text.</summary>
    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Options);
}
