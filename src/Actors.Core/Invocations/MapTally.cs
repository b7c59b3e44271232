namespace Actors.Core.Invocations;

/// <summary>What the items of a mapped step say of it as a whole.</summary>
internal sealed class MapTally
{
    private readonly StepState _step;
    private readonly MapState _map;
    private readonly StepStatus _status;
    private int _undoing;
    private int _undone;
    private int _undoFailed;
    private int _standing;
    private int _failed;
    private int _cancelled;
    private Failure? _undoFailure;
    private Failure? _failure;

    /// <summary>Counts the items of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="map">Its items.</param>
    /// <param name="isOver">Whether no further item of it will begin.</param>
    public MapTally(StepState step, MapState map, bool isOver)
    {
        (_step, _map, _status) = (step, map, step.Status);
        if (isOver && step.Status == StepStatus.Running && map.Active == 0)
            _status = map.Succeeded == map.Items.Length ? StepStatus.Succeeded : StepStatus.Cancelled;
        foreach (var item in map.Items) Count(item);
    }

    /// <summary>Attempts of the item that had the most.</summary>
    public int Attempts { get; private set; }

    /// <summary>When it was settled; one that was stopped half-way ended with the last of its items that ran.</summary>
    public long? EndedAt => _step.EndedAt ?? (IsSettled ? LastEnd ?? _step.ScheduledAt : null);

    /// <summary>Why it failed, or could not be undone.</summary>
    public Failure? Failure => _undoFailure ?? _step.Failure ?? (IsSettled ? _failure : null);

    /// <summary>The numbers for a view.</summary>
    public ItemCounts Counts => new(_map.Items.Length, _map.Succeeded, _map.Failed)
    {
        Cancelled = _cancelled, Undone = _undone,
    };

    /// <summary>
    /// Where it stands: as a plain step does, once it is settled. It is failed if an item is, undone if nothing of it
    /// is left, and cancelled if its items were only that.
    /// </summary>
    public StepStatus Status => _status switch
    {
        _ when !IsSettled => _status,
        _ when _undoing > 0 => StepStatus.Undoing,
        _ when _undoFailed > 0 => StepStatus.UndoFailed,
        _ when _failed > 0 => StepStatus.Failed,
        _ when _undone > 0 && _standing == 0 => StepStatus.Undone,
        StepStatus.Failed when _map.Failed > 0 => StepStatus.Cancelled,
        _ => _status,
    };

    private bool IsSettled => _status is not (StepStatus.Pending or StepStatus.Running);

    private long? LastEnd { get; set; }

    private void Count(StepState item)
    {
        Attempts = Math.Max(Attempts, item.Attempts);
        if (item.EndedAt is { } end && !(end <= LastEnd)) LastEnd = end;
        if (item.Status == StepStatus.Cancelled) _cancelled++;
        if (item.Status == StepStatus.Failed) _failure ??= item.Failure;
        _undoFailure ??= item.UndoFailure;
        if (item.IsUndoActive || item is { IsUndoQueued: true, Undo: StepStatus.Pending }) _undoing++;
        else if (item.Undo == StepStatus.Succeeded) _undone++;
        else if (item.Undo == StepStatus.Failed) _undoFailed++;
        else if (item.Status == StepStatus.Succeeded) _standing++;
        else if (item.Status == StepStatus.Failed) _failed++;
    }
}
