using System.Collections.Immutable;
using Actors.Cli.Scenarios;

namespace Actors.Cli.Rendering;

/// <summary>Cases and reports of a scenario.</summary>
internal static class ScenarioText
{
    private const int CellMax = 60;

    /// <summary>Heading of a case.</summary>
    public static Line Heading(ScenarioProgress.CaseBegins begins) =>
        Line.Of($"{begins.Number}/{begins.Count}  ", Tone.Faint).Add(begins.Case.Name, Tone.Strong);

    /// <summary>Whether a case went as expected.</summary>
    public static ImmutableArray<Line> Verdict(CaseResult result, Signs signs)
    {
        if (result.AsExpected) return [Line.Of($"{signs.Succeeded} as expected", Tone.Good)];
        return
        [
            Line.Of($"{signs.Failed} not as expected", Tone.Bad),
            .. result.Mismatches.SelectMany(mismatch => Line.Lines("  " + mismatch, Tone.Bad)),
        ];
    }

    /// <summary>A report: its title, its table, and what is not as expected.</summary>
    public static ImmutableArray<Line> Report(ReportResult result, Signs signs)
    {
        var lines = ImmutableArray.CreateBuilder<Line>();
        lines.Add(Line.Of(result.Report.Title, Tone.Strong));
        if (result.Table is { } table) lines.AddRange(Table(table, signs));
        if (result.Table is { Rows.IsEmpty: true }) lines.Add(Line.Of("  (none)", Tone.Faint));
        lines.AddRange(result.Mismatches.SelectMany(mismatch =>
            Line.Lines($"{signs.Failed} {mismatch}", Tone.Bad)));
        return lines.ToImmutable();
    }

    /// <summary>The last line.</summary>
    public static Line Summary(Scenario scenario, ScenarioProgress.Ended ended, TimeSpan took, Signs signs)
    {
        var good = ended.Cases.Count(one => one.AsExpected);
        var reports = ended.Reports.Count(one => !one.Mismatches.IsEmpty);
        var text = $"{scenario.Name}: {good} of {Words.Count(ended.Cases.Length, "case")} as expected";
        if (reports > 0) text += $", {Words.Count(reports, "report")} not as expected";
        var sign = ended.AsExpected ? signs.Succeeded : signs.Failed;
        return Line.Of($"{sign} {text}", ended.AsExpected ? Tone.Good : Tone.Bad)
            .Add($", {Words.Of(took)}", Tone.Faint);
    }

    private static ImmutableArray<Line> Table(ReportTable table, Signs signs)
    {
        var numeric = Enumerable.Range(0, table.Columns.Length).Where(i => IsNumeric(table, i)).ToArray();
        var rows = new List<IReadOnlyList<Line>> { table.Columns.Select(c => Line.Of(c, Tone.Faint)).ToArray() };
        foreach (var row in table.Rows) rows.Add(row.Select(cell => Line.Of(cell).Cut(CellMax, signs.Cut)).ToArray());
        var lines = Columns.Of(rows, 2, numeric);
        return table.RowsLeftOut == 0
            ? lines
            : lines.Add(Line.Of($"  and {Words.Count(table.RowsLeftOut, "row")} more", Tone.Faint));
    }

    private static bool IsNumeric(ReportTable table, int column) =>
        table.Rows.Any(row => row[column].Length > 0) &&
        table.Rows.All(row => row[column].Length == 0 || decimal.TryParse(
            row[column], System.Globalization.CultureInfo.InvariantCulture, out _));
}
