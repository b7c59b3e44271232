using System.Collections.Immutable;
using System.Text.Json;

namespace Actors.Cli.Scenarios;

/// <summary>A JSON document as rows and columns of text.</summary>
/// <param name="Columns">Headings.</param>
/// <param name="Rows">Cells; as many per row as there are columns.</param>
/// <param name="RowsLeftOut">Rows beyond <see cref="RowsMax"/>.</param>
internal sealed record ReportTable(
    ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows, int RowsLeftOut)
{
    /// <summary>Most rows of one table.</summary>
    public const int RowsMax = 1_000;

    /// <summary>
    /// A list of objects gives a row each, with a column for each field; an object gives a row per field; anything else
    /// is a single cell.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="columns">Fields to show, in order; empty: all, in the order they are first seen.</param>
    public static ReportTable Of(JsonElement document, ImmutableArray<string> columns)
    {
        switch (document.ValueKind)
        {
            case JsonValueKind.Array:
                return OfList(document, columns);
            case JsonValueKind.Object:
                var shown = document.EnumerateObject()
                    .Where(field => columns.IsEmpty || columns.Contains(field.Name, StringComparer.Ordinal));
                var rows = shown.Select(field => Row(field.Name, Cell(field.Value)));
                return new ReportTable(["field", "value"], [.. rows], 0);
            default:
                return new ReportTable(["value"], [Row(Cell(document))], 0);
        }
    }

    private static ReportTable OfList(JsonElement list, ImmutableArray<string> columns)
    {
        var elements = list.EnumerateArray().Take(RowsMax).ToArray();
        if (columns.IsEmpty) columns = [.. elements.SelectMany(FieldNames).Distinct(StringComparer.Ordinal)];
        if (columns.IsEmpty) columns = ["value"];
        var rows = elements.Select(ImmutableArray<string> (element) => element.ValueKind == JsonValueKind.Object
            ? [.. columns.Select(column => element.TryGetProperty(column, out var value) ? Cell(value) : "")]
            : [Cell(element), .. Enumerable.Repeat("", columns.Length - 1)]);
        return new ReportTable(columns, [.. rows], list.GetArrayLength() - elements.Length);
    }

    private static IEnumerable<string> FieldNames(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().Select(field => field.Name) : [];

    private static ImmutableArray<string> Row(params ReadOnlySpan<string> cells) => [.. cells];

    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}
