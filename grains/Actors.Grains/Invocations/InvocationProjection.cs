using Actors.Core.Invocations;
using Actors.Journal;

namespace Actors.Grains.Invocations;

/// <summary>What lists, timers and a starting process see of an invocation.</summary>
internal static class InvocationProjection
{
    // Names of statuses without formatting them anew each time.
    private static readonly string[] Statuses =
        [.. Enumerable.Range(0, 8).Select(i => ((InvocationStatus)i).ToString())];

    /// <summary>The projection that goes with a state.</summary>
    public static Projection Of(InvocationState state) => new(
        Statuses[(int)state.Status],
        state.StartedAt,
        state.EndedAt is { } end ? state.StartedAt + TimeSpan.FromMicroseconds(end) : null,
        state.NextDue(),
        state.NeedsResume,
        state.CorrelationId,
        state.Process.Hash);
}
