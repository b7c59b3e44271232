using Actors.Journal;

namespace Actors.Core.Invocations;

/// <summary>Compares a snapshot with the fold of the events up to it.</summary>
public static class SnapshotComparison
{
    /// <summary>
    /// Whether a snapshot says what a state is. It need not say since when something waits, by which events steps began
    /// and ended, and what rounds there were: earlier versions did not keep that, and what was read from theirs does
    /// not know it.
    /// </summary>
    public static bool IsOf(InvocationState state, ReadOnlyMemory<byte> snapshot)
    {
        ArgumentNullException.ThrowIfNull(state);
        var expected = InvocationSnapshot.Write(state).Span;
        if (expected.SequenceEqual(snapshot.Span)) return true;
        try
        {
            var read = InvocationSnapshot.Read(state.Id, snapshot, hash => hash == state.Process.Hash
                ? state.Process
                : throw new StoreCorruptException($"the snapshot of '{state.Id}' is of another definition"));
            Complete(read, state);
            return expected.SequenceEqual(InvocationSnapshot.Write(read).Span);
        }
        catch (StoreCorruptException)
        {
            return false;
        }
    }

    private static void Complete(InvocationState read, InvocationState state)
    {
        read.PausedAt ??= state.PausedAt;
        for (var i = 0; i < read.Steps.Length; i++)
        {
            Complete(read.Steps[i], state.Steps[i]);
            if (read.Steps[i].Map is not { } map || state.Steps[i].Map is not { } known) continue;
            for (var k = 0; k < Math.Min(map.Items.Length, known.Items.Length); k++)
                Complete(map.Items[k], known.Items[k]);
        }
    }

    private static void Complete(StepState read, StepState known)
    {
        read.Since ??= known.Since;
        if (read.BeganSequence == 0) read.BeganSequence = known.BeganSequence;
        if (read.SettledSequence == 0) read.SettledSequence = known.SettledSequence;
        if (read.AttemptsBefore == 0) read.AttemptsBefore = known.AttemptsBefore;
        if (read.UndoRound == 0) read.UndoRound = known.UndoRound;
    }
}
