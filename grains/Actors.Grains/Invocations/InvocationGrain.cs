using Actors.Core.Invocations;
using Actors.Core.Processes;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;

namespace Actors.Grains.Invocations;

/// <summary>
/// The shell of one invocation: turns messages into commands for the <see cref="InvocationMachine"/>, hands its
/// events to the host, and asks for the effects they stand for.
/// </summary>
public sealed class InvocationGrain : Grain
{
    private const int SnapshotEventsMin = 1000;

    private readonly InvocationId _id;
    private readonly IDefinitionCatalog _catalog;
    private readonly List<InvocationEvent> _events = [];
    private readonly InvocationEffects _effects;
    private readonly InvocationWaiters _waiters = new();
    private InvocationMachine _machine;
    private Projection? _projected;
    private DateTimeOffset? _armed;
    private long _snapshotSequence;

    /// <summary>A grain that is not activated yet.</summary>
    public InvocationGrain(InvocationId id, IDefinitionCatalog catalog)
    {
        _id = id;
        _catalog = catalog;
        _machine = new InvocationMachine(id, Definition);
        _effects = new InvocationEffects(catalog);
    }

    private InvocationState State => _machine.State;

    /// <inheritdoc/>
    public override async ValueTask ActivateAsync(IGrainHistory history, CancellationToken cancellationToken)
    {
        if (history.Snapshot is { } snapshot)
        {
            foreach (var hash in InvocationSnapshot.Definitions(snapshot.State))
                await _catalog.GetAsync(hash, cancellationToken);
            _machine = new InvocationMachine(InvocationSnapshot.Read(_id, snapshot.State, Definition), Definition);
            _snapshotSequence = snapshot.Sequence;
        }

        var payloads = new Dictionary<PayloadHash, Payload>();
        await foreach (var record in history.Records.WithCancellation(cancellationToken))
        {
            payloads.Clear();
            foreach (var hash in InvocationEventCodec.References(record.Events))
                payloads[hash] = Payload.FromTrustedUtf8(await history.ReadPayloadAsync(hash));
            foreach (var e in InvocationEventCodec.Read(record.Events, hash => payloads[hash]))
            {
                if (DefinitionOf(e) is { } hash) await _catalog.GetAsync(hash, cancellationToken);
                _machine.Replay(e);
            }
        }
    }

    /// <inheritdoc/>
    public override void Receive(GrainMessage message, IGrainTurn turn)
    {
        switch (message)
        {
            case Activated: Resume(turn); break;
            case WakeUp: OnWakeUp(turn); break;
            case StepOutcome outcome: OnOutcome(outcome, turn); break;
            case WorkRefused refused: _effects.Postpone(refused.Item.Key, turn.Now); break;
            case StartInvocation start: OnStart(start, turn); break;
            case ChildEnded ended: OnChildEnded(ended, turn); break;
            case SignalInvocation s:
                Steer(new InvocationCommand.Signal(turn.Now, s.Signal, s.SignalId, s.Data), turn);
                break;
            case CancelInvocation c: Steer(new InvocationCommand.Cancel(turn.Now, c.Reason), turn); break;
            case PauseInvocation: Steer(new InvocationCommand.Pause(turn.Now), turn); break;
            case ResumeInvocation: Steer(new InvocationCommand.Resume(turn.Now), turn); break;
            case RetryInvocation: Steer(new InvocationCommand.Retry(turn.Now), turn); break;
            default: Read(message, turn); break;
        }

        Arm(turn);
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? TakeSnapshot()
    {
        if (State.Phase is InvocationPhase.Absent or InvocationPhase.Ended) return null;
        if (State.Sequence - _snapshotSequence < Math.Max(SnapshotEventsMin, 2L * State.Steps.Length)) return null;
        _snapshotSequence = State.Sequence;
        return InvocationSnapshot.Write(State);
    }

    private static string? DefinitionOf(InvocationEvent e) => e switch
    {
        InvocationEvent.Started started => started.Definition,
        InvocationEvent.ReplacementQueued queued => queued.Definition,
        _ => null,
    };

    private CompiledProcess Definition(string hash) => _catalog.TryGet(hash, out var definition)
        ? definition
        : throw new StoreCorruptException(
            $"invocation '{_id}' is pinned to definition {hash}, which is not in the registry");

    private void OnStart(StartInvocation start, IGrainTurn turn)
    {
        if (!_catalog.TryGet(start.Definition, out _))
        {
            turn.Reply(new Refused(Failure.Transient(
                "unavailable", $"definition {start.Definition} is not registered in this silo")));
            return;
        }

        var refusal = Run(new InvocationCommand.Start(
            turn.Now, start.Definition, start.Input, start.CorrelationId, start.Policy, start.Parent, start.TraceParent,
            start.StartId), turn);
        if (start.Parent is { } parent) _effects.Join(State, parent, turn);
        turn.Reply(refusal is not null
            ? new Refused(refusal)
            : new StartReply(_events.Exists(e => DefinitionOf(e) is not null), State.Status,
                State.Replacement?.CorrelationId ?? State.CorrelationId));
    }

    private void OnOutcome(StepOutcome outcome, IGrainTurn turn)
    {
        // An attempt that never began is handed out again by whoever activates the grain next.
        if (outcome.NotBegun) return;
        var key = outcome.Key;
        Run(new InvocationCommand.Finish(
            turn.Now, key.Run, new StepRef(key.Step, key.Item), key.Attempt, key.IsUndo, outcome.Result,
            outcome.Failure, outcome.RetryAfter, turn.NextRandom()) { StageResults = outcome.StageResults }, turn);
    }

    private void OnChildEnded(ChildEnded ended, IGrainTurn turn) => Run(new InvocationCommand.Finish(
        turn.Now, ended.Run, ended.Step, ended.Attempt, IsUndo: false, ended.Output, ended.Failure), turn);

    private void OnWakeUp(IGrainTurn turn)
    {
        _armed = null;
        if (State.Phase == InvocationPhase.Absent) return;
        _effects.RepeatDue(State, turn);
        Run(new InvocationCommand.Tick(turn.Now), turn);
    }

    private void Resume(IGrainTurn turn)
    {
        if (State.Phase == InvocationPhase.Absent) return;
        _effects.RepeatAll(State, turn);
        Run(new InvocationCommand.Tick(turn.Now), turn);
    }

    private void Steer(InvocationCommand command, IGrainTurn turn) =>
        turn.Reply(Run(command, turn) is { } refusal ? new Refused(refusal) : Done.Instance);

    private void Read(GrainMessage message, IGrainTurn turn)
    {
        if (State.Phase == InvocationPhase.Absent)
        {
            turn.Reply(new Refused(Failure.Permanent("not-found", $"there is no invocation '{_id}'")));
            turn.Rest();
            return;
        }

        switch (message)
        {
            case ReadInvocation: turn.Reply(new InvocationReply(InvocationViews.Of(State, turn.Now))); break;
            case AskPosition:
                turn.Reply(new InvocationPosition(State.Sequence, State.Phase == InvocationPhase.Ended));
                break;
            case ExplainInvocation: turn.Reply(new ExplanationReply(InvocationExplainer.Explain(State))); break;
            case AwaitInvocation when State.Phase == InvocationPhase.Ended:
                turn.Reply(new InvocationReply(InvocationViews.Of(State, turn.Now)));
                break;
            case AwaitInvocation: _waiters.Add(turn); break;
            default: throw new InvalidOperationException($"an invocation does not understand {message.GetType().Name}");
        }

        RestIfOver(turn);
    }

    private Failure? Run(InvocationCommand command, IGrainTurn turn)
    {
        _events.Clear();
        var run = State.Run;
        var left = LeftBy(command);
        if (_machine.Handle(command, _events) is { } refusal) return refusal;
        if (State.Run != run)
        {
            foreach (var key in left) turn.CancelWork(key);
        }

        foreach (var e in _events) turn.Append(e);
        foreach (var e in _events) _effects.Act(State, e, turn);
        while (_effects.TryTakeBroken(out var broken)) FoldBroken(broken, turn);
        if (_events.Count > 0) Project(turn);
        if (State is { Phase: not InvocationPhase.Absent, AttemptsOut: 0 } &&
            State.Process is { IsPipeline: true, IsDirect: false })
            turn.LeaveStage();
        if (State.Phase == InvocationPhase.Ended) _waiters.AnswerAll(turn, State);
        RestIfOver(turn);
        return null;
    }

    /// <summary>
    /// Attempts of detached steps that a run leaves behind if the command begins the next one: they are told to stop.
    /// </summary>
    private IReadOnlyList<WorkKey> LeftBy(InvocationCommand command) =>
        State.AttemptsOut > 0 &&
        (State.Replacement is not null || command is InvocationCommand.Start { Policy: StartPolicy.Replace })
            ? InvocationEffects.AttemptsOut(State)
            : [];

    /// <summary>An attempt whose request could not even be built has failed for good, in the same turn.</summary>
    private void FoldBroken(InvocationCommand.Finish broken, IGrainTurn turn)
    {
        var from = _events.Count;
        _machine.Handle(broken with { Now = turn.Now }, _events);
        for (var i = from; i < _events.Count; i++) turn.Append(_events[i]);
        for (var i = from; i < _events.Count; i++) _effects.Act(State, _events[i], turn);
    }

    private void Project(IGrainTurn turn)
    {
        var projection = InvocationProjection.Of(State);
        if (projection == _projected) return;
        _projected = projection;
        turn.Project(projection);
    }

    private void RestIfOver(IGrainTurn turn)
    {
        if (State is { Phase: InvocationPhase.Ended, NeedsResume: false }) turn.Rest();
    }

    private void Arm(IGrainTurn turn)
    {
        var due = State.Phase == InvocationPhase.Absent ? null : State.NextDue();
        if (_effects.RepeatAt is { } repeat && (due is null || repeat < due)) due = repeat;
        if (due == _armed) return;
        _armed = due;
        turn.WakeAt(due);
    }
}
