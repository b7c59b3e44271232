using Actors.Journal;

namespace Actors.Silo.Embedded.Client;

/// <summary>Lists of invocations from projections.</summary>
internal static class InvocationLists
{
    /// <exception cref="InvalidPayloadException">The size of the page is out of range.</exception>
    public static ProjectionFilter FilterOf(InvocationFilter filter)
    {
        if (filter.CountMax is < 1 or > 1000)
            throw new InvalidPayloadException($"count is {filter.CountMax}; it may be 1 to 1000");
        return new ProjectionFilter(
            GrainKind.Invocation, filter.Tenant, filter.Process, filter.Status?.ToString(), filter.CorrelationId,
            filter.StartedFrom, filter.StartedBefore, filter.Cursor, filter.CountMax);
    }

    public static InvocationList Of(ProjectionPage page) => new([.. page.Rows.Select(Summarise)], page.Cursor);

    private static InvocationSummary Summarise(ProjectionRow row) => new(
        row.Key.Id, row.Key.Tenant, row.Key.Type, Enum.Parse<InvocationStatus>(row.Projection.Status),
        row.Projection.CorrelationId ?? "", row.Projection.StartedAt, row.Projection.EndedAt, row.Projection.WakeAt);
}
