using System.Text.Json;

namespace Actors.Core.Invocations;

/// <summary>
/// Where one step, or one item of a mapped step, stands. Changed by <see cref="InvocationFold"/> only.
/// </summary>
public sealed class StepState
{
    private JsonElement? _element;
    private Payload _result;

    /// <summary>Status of the step itself; compensation has its own, <see cref="Undo"/>.</summary>
    public StepStatus Status { get; internal set; } = StepStatus.Pending;

    /// <summary>
    /// Attempts scheduled in this run: a person's retry counts on, so that an outcome of an attempt before it is known
    /// as late.
    /// </summary>
    public int Attempts { get; internal set; }

    /// <summary>Of these, how many were before the last retry by a person; they use up nothing of its policy.</summary>
    public int AttemptsBefore { get; internal set; }

    /// <summary>
    /// From 0; raised when the step is to be done anew after it was undone or definitely refused. Part of its
    /// idempotency key.
    /// </summary>
    public int Round { get; internal set; }

    /// <summary>When the first attempt was scheduled; null: not yet.</summary>
    public long? ScheduledAt { get; internal set; }

    /// <summary>
    /// Sequence of the event by which it began; 0: it did not, or a person's retry left it as it was. Templates of the
    /// step see what had ended before.
    /// </summary>
    public long BeganSequence { get; internal set; }

    /// <summary>Sequence of the event that settled it; 0: it is not settled, or by no event of its own.</summary>
    public long SettledSequence { get; internal set; }

    /// <summary>When it was settled; null: it is not.</summary>
    public long? EndedAt { get; internal set; }

    /// <summary>
    /// Since when it, or its compensation, has been handed out or waiting; holds while it is. Null: a snapshot did not
    /// keep it.
    /// </summary>
    public long? Since { get; internal set; }

    /// <summary>
    /// When its timer is due: the end of a delay, the next attempt, the giving up of a wait. Null: no timer.
    /// </summary>
    public long? Due { get; internal set; }

    /// <summary>The last failure; null: none.</summary>
    public Failure? Failure { get; internal set; }

    /// <summary>Whether an attempt may have had its effect although the step did not succeed.</summary>
    public bool IsUncertain { get; internal set; }

    /// <summary>Whether nobody wants it any more while an attempt runs.</summary>
    public bool IsCancelRequested { get; internal set; }

    /// <summary>Result; JSON null unless it succeeded.</summary>
    public Payload Result
    {
        get => _result;
        internal set
        {
            _result = value;
            _element = null;
        }
    }

    /// <summary>Result, parsed at first use.</summary>
    public JsonElement ResultElement => _element ??= _result.ToElement();

    /// <summary>Where its compensation stands: pending (none so far), running, waiting, succeeded or failed.</summary>
    public StepStatus Undo { get; internal set; } = StepStatus.Pending;

    /// <summary>Attempts of its compensation.</summary>
    public int UndoAttempts { get; internal set; }

    /// <summary>
    /// From 0; raised when its compensation was refused and a person retries. Part of the compensation's idempotency
    /// key.
    /// </summary>
    public int UndoRound { get; internal set; }

    /// <summary>Why its compensation failed the last time; null: it did not.</summary>
    public Failure? UndoFailure { get; internal set; }

    /// <summary>Whether its compensation is ready to be scheduled or was.</summary>
    public bool IsUndoQueued { get; internal set; }

    /// <summary>Of a step as a whole: compensations (of it or its items) that are not over.</summary>
    public int UndoLeft { get; internal set; }

    /// <summary>Of its dependencies, how many have succeeded.</summary>
    public int DependenciesSucceeded { get; internal set; }

    /// <summary>Of its dependencies, how many were skipped.</summary>
    public int DependenciesSkipped { get; internal set; }

    /// <summary>Of its dependencies, how many failed for good or were cancelled.</summary>
    public int DependenciesFailed { get; internal set; }

    /// <summary>When a join with a deadline stops waiting; null: the clock does not run.</summary>
    public long? JoinDue { get; internal set; }

    /// <summary>Whether that time has come.</summary>
    public bool IsJoinReleased { get; internal set; }

    /// <summary>Its items once it is expanded; null: not mapped, or not expanded yet.</summary>
    public MapState? Map { get; internal set; }

    /// <summary>During compensation: dependents that are not yet undone.</summary>
    public int UndoBlockers { get; internal set; }

    /// <summary>Whether it has ended, one way or other.</summary>
    public bool IsSettled => Status is
        StepStatus.Succeeded or StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled;

    /// <summary>Whether it, or its compensation, is handed out or waits.</summary>
    public bool IsActive => Status is StepStatus.Running or StepStatus.Waiting;

    /// <summary>Whether its compensation is outstanding.</summary>
    public bool IsUndoActive => Undo is StepStatus.Running or StepStatus.Waiting;
}

/// <summary>Progress of a mapped step.</summary>
public sealed class MapState
{
    /// <summary>A map over so many items.</summary>
    public MapState(int count)
    {
        Items = new StepState[count];
        for (var i = 0; i < count; i++) Items[i] = new StepState();
    }

    /// <summary>
    /// The elements of the collection, found at first use; the same at every use, because what they are taken from is
    /// settled.
    /// </summary>
    public IReadOnlyList<JsonElement>? Values { get; internal set; }

    /// <summary>The items, in the order of the collection.</summary>
    public StepState[] Items { get; }

    /// <summary>Position of the first item that was never scheduled.</summary>
    public int Next { get; internal set; }

    /// <summary>Items that are running or waiting.</summary>
    public int Active { get; internal set; }

    /// <summary>Items that succeeded.</summary>
    public int Succeeded { get; internal set; }

    /// <summary>Items that failed for good or were cancelled.</summary>
    public int Failed { get; internal set; }

    /// <summary>Whether every item has ended.</summary>
    public bool IsDone => Succeeded + Failed == Items.Length;
}
