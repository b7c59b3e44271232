using System.Collections.Immutable;

namespace Actors.Cli.Scenarios;

/// <summary>What happens while a scenario runs, in order.</summary>
internal abstract record ScenarioProgress
{
    private ScenarioProgress()
    {
    }

    /// <summary>A case begins; its requests are sent now.</summary>
    public sealed record CaseBegins(ScenarioCase Case, int Number, int Count) : ScenarioProgress;

    /// <summary>Its invocation has been acknowledged.</summary>
    public sealed record CaseStarted(ScenarioCase Case, StartResult Started) : ScenarioProgress;

    /// <summary>Something happened in its invocation.</summary>
    public sealed record CaseEvent(ScenarioCase Case, HistoryEvent Event) : ScenarioProgress;

    /// <summary>It is over.</summary>
    public sealed record CaseEnded(CaseResult Result) : ScenarioProgress;

    /// <summary>A report was read.</summary>
    public sealed record ReportRead(ReportResult Result) : ScenarioProgress;

    /// <summary>All is over.</summary>
    public sealed record Ended(ImmutableArray<CaseResult> Cases, ImmutableArray<ReportResult> Reports)
        : ScenarioProgress
    {
        /// <summary>Whether everything was as expected.</summary>
        public bool AsExpected => Cases.All(one => one.AsExpected) && Reports.All(one => one.Mismatches.IsEmpty);
    }
}

/// <summary>How a case ended.</summary>
/// <param name="Case">Which.</param>
/// <param name="View">Its invocation; null if it did not come to one.</param>
/// <param name="Mismatches">What is not as expected, a sentence each; empty: all is.</param>
internal sealed record CaseResult(ScenarioCase Case, InvocationView? View, ImmutableArray<string> Mismatches)
{
    /// <summary>Whether it ended as it was meant to.</summary>
    public bool AsExpected => Mismatches.IsEmpty;
}

/// <summary>A report as read.</summary>
/// <param name="Report">Which.</param>
/// <param name="Table">What to show; null if it could not be read.</param>
/// <param name="Mismatches">What is not as expected, a sentence each; empty: all is.</param>
internal sealed record ReportResult(ScenarioReport Report, ReportTable? Table, ImmutableArray<string> Mismatches);
