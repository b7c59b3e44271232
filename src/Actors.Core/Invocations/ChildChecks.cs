namespace Actors.Core.Invocations;

/// <summary>
/// When a parent asks after its children: a net below lost messages. The first time after 30 seconds, then after pauses
/// that double up to an hour. Each time is recorded, so that it survives a restart and the parent need not stay in
/// memory for it; a child that takes a day costs its parent some 30 events.
/// </summary>
internal static class ChildChecks
{
    private static readonly long PauseFirst = Micros.Of(TimeSpan.FromSeconds(30));
    private static readonly long PauseMax = Micros.Of(TimeSpan.FromHours(1));

    /// <summary>Folds the start of a child.</summary>
    public static void Started(InvocationState state, long at)
    {
        var next = at + PauseFirst;
        if (state.ChildrenOut++ == 0 || next < state.ChildCheckAt)
            (state.ChildCheckAt, state.ChildCheckPause) = (next, PauseFirst);
    }

    /// <summary>Folds that children were asked after.</summary>
    public static void Asked(InvocationState state, InvocationEvent.ChildrenAsked e) =>
        (state.ChildCheckAt, state.ChildCheckPause) = (e.NextAt, e.NextAt - e.At);

    /// <summary>What is known of a snapshot that was written before there were checks: one is due.</summary>
    public static void Unknown(InvocationState state) => (state.ChildCheckAt, state.ChildCheckPause) = (0, PauseFirst);

    /// <summary>Decides whether it is time.</summary>
    public static void Decide(InvocationState state, long at, List<InvocationEvent> events)
    {
        if (state.ChildrenOut == 0 || at < state.ChildCheckAt) return;
        events.Add(new InvocationEvent.ChildrenAsked(at, at + Math.Min(state.ChildCheckPause * 2, PauseMax)));
    }
}
