using System.Text.Json;
using Actors.Core.Processes;
using Actors.Definitions;

namespace Actors.Core.Invocations;

/// <summary>The phases of a run.</summary>
public enum InvocationPhase
{
    /// <summary>Nothing was ever started under this id.</summary>
    Absent = 0,

    /// <summary>Going forward.</summary>
    Running = 1,

    /// <summary>
    /// A step failed for good, the deadline passed or somebody cancelled: what runs is awaited, nothing new is
    /// started.
    /// </summary>
    Stopping = 2,

    /// <summary>What was done is being undone.</summary>
    Compensating = 3,

    /// <summary>Over. Detached steps may still run.</summary>
    Ended = 4,
}

/// <summary>
/// Everything that is known of an invocation: the fold of its events. It is changed in place by
/// <see cref="InvocationFold"/> and by nothing else (ADR 0003); the queues in it hold what
/// <see cref="InvocationModel.Next"/> has still to look at, and looking twice changes nothing.
/// </summary>
public sealed class InvocationState
{
    /// <summary>Signals that wait for a step to take them; more are refused.</summary>
    public const int SignalsMax = 1000;

    /// <summary>Ids of signals that are remembered for deduplication.</summary>
    public const int SignalIdsMax = 1024;

    private JsonElement? _input;

    /// <summary>An invocation that was never started.</summary>
    public InvocationState(InvocationId id) => Id = id;

    /// <summary>Which.</summary>
    public InvocationId Id { get; }

    /// <summary>Sequence of the last event.</summary>
    public long Sequence { get; internal set; }

    /// <summary>Phase of the current run.</summary>
    public InvocationPhase Phase { get; internal set; }

    /// <summary>The pinned definition of the current run.</summary>
    /// <exception cref="InvalidOperationException">Nothing was started.</exception>
    public CompiledProcess Process
    {
        get => field ?? throw new InvalidOperationException($"invocation '{Id}' was never started");
        internal set;
    }

    /// <summary>From 1.</summary>
    public int Run { get; internal set; }

    /// <summary>Whether a person has paused it.</summary>
    public bool IsPaused { get; internal set; }

    /// <summary>When it was paused; holds while it is. Null: a snapshot did not keep it.</summary>
    public long? PausedAt { get; internal set; }

    /// <summary>Whether it stops because somebody cancelled it.</summary>
    public bool IsCancellation { get; internal set; }

    /// <summary>Why it stops, or has failed; null while it goes forward.</summary>
    public Failure? Failure { get; internal set; }

    /// <summary>Input of the run.</summary>
    public Payload Input
    {
        get;
        internal set
        {
            field = value;
            _input = null;
        }
    }

    /// <summary>Input, parsed at first use.</summary>
    public JsonElement InputElement => _input ??= Input.ToElement();

    /// <summary>Output; JSON null unless it completed.</summary>
    public Payload Output { get; internal set; }

    /// <summary>Whether it ended with an output.</summary>
    public bool IsCompleted { get; internal set; }

    /// <summary>Correlation id.</summary>
    public string CorrelationId { get; internal set; } = "";

    /// <summary>W3C trace parent of the trigger; null: none.</summary>
    public string? TraceParent { get; internal set; }

    /// <summary>The step that waits for the end; null: none.</summary>
    public ParentStep? Parent { get; internal set; }

    /// <summary>Start of the run.</summary>
    public DateTimeOffset StartedAt { get; internal set; }

    /// <summary>End of the run, in microseconds since its start; null while it goes on.</summary>
    public long? EndedAt { get; internal set; }

    /// <summary>When the run must have ended; null: no deadline.</summary>
    public long? DeadlineAt { get; internal set; }

    /// <summary>The steps, in the order of the definition.</summary>
    public StepState[] Steps { get; internal set; } = [];

    /// <summary>Signals that no step has taken yet, oldest first.</summary>
    public Queue<InvocationEvent.SignalReceived> Signals { get; internal set; } = new();

    /// <summary>A start that waits for this run to end; null: none.</summary>
    public InvocationEvent.ReplacementQueued? Replacement { get; internal set; }

    /// <summary>Signals for the run that is to replace this one, oldest first.</summary>
    internal Queue<InvocationEvent.SignalReceived> NextSignals { get; } = new();

    /// <summary>Names the start that replaced the run before this one; null: not named, or none did.</summary>
    public string? StartId { get; internal set; }

    /// <summary>Awaited steps that are not settled.</summary>
    public int AwaitedLeft { get; internal set; }

    /// <summary>Awaited steps and items that run or wait.</summary>
    public int AwaitedActive { get; internal set; }

    /// <summary>Attempts that are handed out to workers, compensations and detached steps included.</summary>
    public int AttemptsOut { get; internal set; }

    /// <summary>Child invocations that are awaited.</summary>
    public int ChildrenOut { get; internal set; }

    /// <summary>When children are asked after that have been silent; holds while there are any.</summary>
    public long ChildCheckAt { get; internal set; }

    /// <summary>The pause before that, which doubles each time.</summary>
    public long ChildCheckPause { get; internal set; }

    /// <summary>Compensations that are ready to be scheduled, running or waiting.</summary>
    public int UndoOutstanding { get; internal set; }

    /// <summary>The end of the current run as a view's status, or where it stands.</summary>
    public InvocationStatus Status => Phase switch
    {
        InvocationPhase.Ended when IsCompleted => InvocationStatus.Completed,
        InvocationPhase.Ended => IsCancellation ? InvocationStatus.Cancelled : InvocationStatus.Failed,
        _ when IsPaused => InvocationStatus.Paused,
        InvocationPhase.Running => AttemptsOut > 0 ? InvocationStatus.Running : InvocationStatus.Waiting,
        _ => InvocationStatus.Compensating,
    };

    /// <summary>
    /// Whether a starting process has to take it up: something is handed out that no timer or signal will bring back.
    /// </summary>
    public bool NeedsResume => AttemptsOut > 0 || ChildrenOut > 0;

    /// <summary>Type of the failure of an invocation that did not end in time.</summary>
    internal const string DeadlineFailure = "deadline";

    /// <summary>Steps that the next look has to examine.</summary>
    internal Queue<int> Frontier { get; } = new();

    /// <summary>Steps whose compensation may begin.</summary>
    internal Queue<StepRef> UndoReady { get; } = new();

    /// <summary>Timers, the earliest first; entries that no longer hold are passed over.</summary>
    internal PriorityQueue<TimerKey, long> Timers { get; } = new();

    /// <summary>Steps that wait for a signal, oldest first, by signal.</summary>
    internal Dictionary<string, Queue<StepRef>> Waits { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids of the latest signals.</summary>
    internal HashSet<string> SignalIds { get; } = new(StringComparer.Ordinal);

    /// <summary>The same, in the order they came.</summary>
    internal Queue<string> SignalIdOrder { get; } = new();

    /// <summary>A failure that is not tolerated and that the next look turns into a stop.</summary>
    internal Failure? UnhandledFailure { get; set; }

    /// <summary>Whether running and waiting siblings are still to be told to stop.</summary>
    internal bool IsSweepDue { get; set; }

    /// <summary>The step or item a reference names.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryFind(StepRef reference, out int position, out StepState step)
    {
        step = null!;
        if (!Process.TryFind(reference.Name, out position)) return false;
        step = Steps[position];
        if (reference.Item < 0) return true;
        if (step.Map is null || reference.Item >= step.Map.Items.Length) return false;
        step = step.Map.Items[reference.Item];
        return true;
    }

    /// <summary>Whether what runs is told to stop; else siblings of a failed step run to their end.</summary>
    internal bool StopsSiblings =>
        IsCancellation || Process.Map.OnFailure == SiblingPolicy.Cancel ||
        Failure is { Type: DeadlineFailure, Step: null };

    /// <summary>Whether a cancellation or the deadline still has something to stop.</summary>
    internal bool CanBeStopped =>
        Phase == InvocationPhase.Running || Phase == InvocationPhase.Stopping && !StopsSiblings;

    /// <summary>Microseconds since the start of the run.</summary>
    internal long Elapsed(DateTimeOffset now) => Math.Max(0, Micros.OfTime(now) - Micros.OfTime(StartedAt));

    /// <summary>When the next timer is due, absolutely; null: none.</summary>
    public DateTimeOffset? NextDue()
    {
        long? due = CanBeStopped ? DeadlineAt : null;
        if (!IsPaused)
        {
            while (Timers.TryPeek(out var key, out var at))
            {
                if (!TimerRules.Holds(this, key, at))
                {
                    Timers.Dequeue();
                    continue;
                }

                due = due is { } d && d < at ? d : at;
                break;
            }
        }

        if (ChildrenOut > 0 && !(due <= ChildCheckAt)) due = ChildCheckAt;
        return due is { } micros ? StartedAt + Micros.ToSpan(micros) : null;
    }
}

/// <summary>What a timer is for.</summary>
internal enum TimerKind
{
    Step = 1,
    Undo = 2,
    Join = 3,
}

/// <summary>Names a timer.</summary>
internal readonly record struct TimerKey(TimerKind Kind, int Position, int Item);

/// <summary>Which timers still hold.</summary>
internal static class TimerRules
{
    public static bool Holds(InvocationState state, TimerKey key, long due)
    {
        var step = state.Steps[key.Position];
        if (key.Item >= 0)
        {
            if (step.Map is null || key.Item >= step.Map.Items.Length) return false;
            step = step.Map.Items[key.Item];
        }

        return key.Kind switch
        {
            TimerKind.Step => step.Status == StepStatus.Waiting && step.Due == due,
            TimerKind.Undo => step.Undo == StepStatus.Waiting && step.Due == due,
            _ => step.Status == StepStatus.Pending && step.JoinDue == due && !step.IsJoinReleased &&
                state.Phase == InvocationPhase.Running,
        };
    }
}
