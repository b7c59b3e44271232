using System.Collections.Immutable;
using Actors.Core.Invocations;
using Actors.Core.Journaling;
using Actors.Core.Processes;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Invocations;

/// <summary>
/// Given / when / then over one invocation. After every command it checks that folding the written events from the
/// start, and reading a snapshot, give the live state.
/// </summary>
internal sealed class Scenario
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly CompiledProcess _process;
    private InvocationMachine _machine;
    private readonly List<InvocationEvent> _history = [];
    private DateTimeOffset _now = Noon;

    public Scenario(params Step[] steps) : this(new StepMap { Process = "p", Steps = [.. steps] })
    {
    }

    public Scenario(StepMap map, InvocationId? id = null)
    {
        _process = CompiledProcess.Compile(map, "hash");
        _machine = new InvocationMachine(id ?? new InvocationId("p", "1"), _ => _process);
    }

    public InvocationState State => _machine.State;

    public IReadOnlyList<InvocationEvent> History => _history;

    /// <summary>Names of the events of the last command, with their steps.</summary>
    public IReadOnlyList<string> Last { get; private set; } = [];

    public static Step Work(string name, params string[] after) =>
        new() { Name = name, Action = new StepAction.Handler(name), After = [.. after], Retry = Once };

    public static Step Undoable(string name, params string[] after) =>
        Work(name, after) with { Undo = new StepAction.Handler("undo-" + name) };

    public static RetryPolicy Once { get; } = RetryPolicy.Default with { AttemptsMax = 1 };

    public static RetryPolicy Retries(int attempts) =>
        new(attempts, TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(10), false, []);

    public Scenario Start(
        string input = "{}", StartPolicy policy = StartPolicy.Attach, string correlation = "c", string? id = null) =>
        Do(new InvocationCommand.Start(_now, "hash", Payload.FromJson(input), correlation, policy, StartId: id));

    public Scenario Succeed(string step, string result = "null", int item = -1) => Do(new InvocationCommand.Finish(
        _now, State.Run, new StepRef(step, item), Find(step, item).Attempts, false, Payload.FromJson(result), null));

    public Scenario Fail(string step, bool permanent = true, int item = -1, string type = "broken") =>
        Do(new InvocationCommand.Finish(
            _now, State.Run, new StepRef(step, item), Find(step, item).Attempts, false, null,
            permanent ? Failure.Permanent(type, "no") : Failure.Transient(type, "not now")));

    public Scenario Undone(string step, int item = -1) => Do(new InvocationCommand.Finish(
        _now, State.Run, new StepRef(step, item), Find(step, item).UndoAttempts, true, Payload.Null, null));

    public Scenario UndoFails(string step, bool permanent, int item = -1) => Do(new InvocationCommand.Finish(
        _now, State.Run, new StepRef(step, item), Find(step, item).UndoAttempts, true, null,
        permanent ? Failure.Permanent("broken", "no") : Failure.Transient("broken", "not now")));

    public Scenario After(double seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return Do(new InvocationCommand.Tick(_now));
    }

    public Scenario Signal(string name, string? id = null, string data = "null") =>
        Do(new InvocationCommand.Signal(_now, name, id, Payload.FromJson(data)));

    public Scenario Cancel() => Do(new InvocationCommand.Cancel(_now, null));

    public Scenario Pause() => Do(new InvocationCommand.Pause(_now));

    public Scenario Resume() => Do(new InvocationCommand.Resume(_now));

    public Scenario Retry() => Do(new InvocationCommand.Retry(_now));

    /// <summary>Goes on with a machine that has read the history.</summary>
    public Scenario Reload()
    {
        _machine = new InvocationMachine(State.Id, _ => _process);
        foreach (var e in _history) _machine.Replay(e);
        return this;
    }

    public Failure? Refusal { get; private set; }

    public Scenario Do(InvocationCommand command)
    {
        var events = new List<InvocationEvent>();
        Refusal = _machine.Handle(command, events);
        _history.AddRange(events);
        Last = [.. events.Select(Describe)];
        CheckReplay();
        return this;
    }

    public Scenario Then(params string[] events)
    {
        Last.ShouldBe(events);
        return this;
    }

    public Scenario ThenNothing() => Then();

    public Scenario IsNow(InvocationStatus status)
    {
        State.Status.ShouldBe(status);
        return this;
    }

    public StepState Find(string step, int item)
    {
        State.TryFind(new StepRef(step, item), out _, out var found).ShouldBeTrue();
        return found;
    }

    private static string Describe(InvocationEvent e) => e switch
    {
        InvocationEvent.StepFailed { RetryAt: not null, IsUndo: false } f => $"StepFailed(retry) {f.Step}",
        InvocationEvent.StepFailed { RetryAt: not null } f => $"UndoFailed(retry) {f.Step}",
        InvocationEvent.OfStep s => $"{InvocationHistory.Describe(1, Noon, e).Type} {s.Step}",
        _ => e.GetType().Name,
    };

    private void CheckReplay()
    {
        if (State.Phase == InvocationPhase.Absent) return;
        var replayed = new InvocationMachine(State.Id, _ => _process);
        using var writer = new EventWriter();
        foreach (var e in _history) writer.Add(e);
        var (bytes, _, payloads) = writer.Take();
        foreach (var e in InvocationEventCodec.Read(bytes, h => Resolve(payloads, h))) replayed.Replay(e);
        var live = Text(State);
        Assert.Equal(live, Text(replayed.State));
        var events = new List<InvocationEvent>();
        replayed.Handle(new InvocationCommand.Tick(State.StartedAt), events);
        events.ShouldBeEmpty("looking again at a replayed state must find nothing new");
        Assert.Equal(live, Text(InvocationSnapshot.Read(State.Id, InvocationSnapshot.Write(State), _ => _process)));
    }

    private static Payload Resolve(ImmutableArray<Journal.PayloadBlob> payloads, Journal.PayloadHash hash) =>
        Payload.FromTrustedUtf8(payloads.First(p => p.Hash == hash).Bytes);

    private static string Text(InvocationState state) =>
        System.Text.Encoding.UTF8.GetString(InvocationSnapshot.Write(state).Span);
}
