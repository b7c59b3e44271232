using System.Text.Json;
using Actors.Simulation.World;

namespace Actors.Simulation.Programs;

/// <summary>Holds what was observed against what the oracle says.</summary>
internal sealed class ProgramCheck(
    RandomProgram program, Observations observed, IReadOnlySet<string> startedOnFirst)
{
    private readonly Oracle _oracle = new(program);
    private readonly HashSet<EffectId> _known = [];
    private readonly Dictionary<string, int> _counters = new(StringComparer.Ordinal) { ["c0"] = 0, ["c1"] = 0 };
    private readonly HashSet<(string Counter, string Token)> _tokens = [];
    private Action<string> _violation = _ => { };

    public void Run(Action<string> violation)
    {
        _violation = violation;
        if (!observed.IsAtRest) violation("[rest] something that can run has not come to rest");
        foreach (var lane in program.Lanes) Check(lane);
        foreach (var (id, times) in observed.Standing)
        {
            if (!_known.Contains(id)) violation($"[effect] {id} happened ({times}), and nothing says that it may");
        }

        CheckCounters();
        new EffectOrder(program).Check(observed.Effects, violation);
    }

    private void Check(Lane lane)
    {
        if (!observed.Views.TryGetValue(lane.Key, out var view))
        {
            _violation($"[lost] '{lane.Key}' was acknowledged, and is not there");
            return;
        }

        if (view.Version != 1 && startedOnFirst.Contains(lane.Key))
            _violation($"[version] '{lane.Key}' was started on version 1, and runs on {view.Version}");
        var runs = lane.Commands.Any(c => c.Act == Act.Replace) ? 2 : 1;
        if (view.Run != runs) _violation($"[runs] '{lane.Key}' is in run {view.Run}, not {runs}");
        var ends = _oracle.EndsOf(lane, view.Version);
        var forecasts = _oracle.Forecasts(lane, view.Version, isLastRun: true);
        CheckRun(view, runs, ends, forecasts);
        if (runs == 2)
        {
            var first = _oracle.Forecasts(lane, 1, isLastRun: false);
            CheckEffects(lane.Process, lane.Key, 1, _oracle.EndOfFirstRun(lane), first);
        }

        foreach (var call in lane.Commands.Where(c => c.Act == Act.CallCounter))
        {
            CheckToken(call.Name, call.Id, Allowed.Done, 1000);
        }
    }

    private void CheckRun(InvocationView view, int run, Ends allowed, IReadOnlyList<Forecast> forecasts)
    {
        var end = EndOf(view.Status);
        if ((end & allowed) == Ends.None)
        {
            _violation($"[status] '{view.InvocationId}' is {view.Status}, not {allowed}: {view.Failure?.Message}");
            return;
        }

        CheckEffects(view.Process, view.InvocationId, run, end, forecasts);
        if (end == Ends.Completed) CheckOutput(view, forecasts);
        foreach (var step in view.Steps) CheckStep(view, step);
    }

    private void CheckEffects(string process, string invocation, int run, Ends end, IReadOnlyList<Forecast> forecasts)
    {
        foreach (var (id, allowed, amount) in Oracle.EffectsOf(process, invocation, run, end, forecasts))
        {
            var step = program.Step(process, id.Step);
            if (step.Kind == StepKind.Entity)
            {
                var item = id.Item is { } i ? $"[{i}]" : "";
                CheckToken(step.Target, $"{invocation}/{run}/{id.Step}{item}", allowed, amount);
                continue;
            }

            _known.Add(id);
            var times = observed.Standing.GetValueOrDefault(id);
            if (times > 1 || !(times == 1 ? allowed.MayBeDone : allowed.MayBeUndone))
                _violation($"[effect] {id} stands {times} times behind an end as {end}; allowed is {allowed}");
        }

        foreach (var child in forecasts.Where(f => f.Step.Kind == StepKind.Child))
            CheckChild(process, invocation, run, end, child, forecasts);
    }

    private void CheckChild(
        string process, string parent, int run, Ends end, Forecast step, IReadOnlyList<Forecast> forecasts)
    {
        var id = ProgramResults.ChildOf(process, parent, run, step.Step.Name);
        var ends = Oracle.EndsOfChild(step, end, forecasts);
        if (!observed.Views.TryGetValue(id, out var view))
        {
            if (ends is not null && Oracle.IsSure(step, end, forecasts))
                _violation($"[child] '{id}' was never started");
            return;
        }

        if (ends is not { } allowed) _violation($"[child] '{id}' was started, and nothing says that it may");
        else CheckRun(view, 1, allowed, _oracle.Forecasts(program.Find(view.Process, 1)));
    }

    private void CheckOutput(InvocationView view, IReadOnlyList<Forecast> forecasts)
    {
        var output = view.Output.ToElement();
        var at = 0;
        foreach (var (step, value, mayBeMissing) in Oracle.OutputOf(forecasts))
        {
            var found = output[at++];
            int? number = found.ValueKind == JsonValueKind.Number ? found.GetInt32() : null;
            if (number != value && !(number is null && mayBeMissing))
                _violation($"[output] '{view.InvocationId}' says {found} of step '{step}', not {value}");
        }
    }

    /// <summary>What is recorded of a step is what the world outside has seen.</summary>
    private void CheckStep(InvocationView view, StepView step)
    {
        if (step.Name.Contains('[', StringComparison.Ordinal)) return;
        if (program.Step(view.Process, step.Name) is not { Kind: StepKind.Work, Items: null }) return;
        var id = new EffectId(view.Process, view.InvocationId, view.Run, step.Name, null);
        var has = observed.Standing.TryGetValue(id, out var times);
        if (step.Status == StepStatus.Succeeded && times != 1)
            _violation($"[recorded] {id} is recorded as done, and stands {times} times");
        if (step.Status == StepStatus.Undone && times != 0)
            _violation($"[recorded] {id} is recorded as undone, and stands");
        if (step.Status == StepStatus.Skipped && has)
            _violation($"[recorded] {id} is recorded as skipped, and happened");
    }

    private void CheckToken(string counter, string token, Allowed allowed, int amount)
    {
        _tokens.Add((counter, token));
        var state = observed.Counters[counter].Tokens.GetValueOrDefault(token) ?? new TokenState();
        if (state.Taken > 1 || state.GivenBack > 1)
            _violation($"[operation] '{token}' was applied {state.Taken} times and given back {state.GivenBack} times");
        var stands = state is { Taken: > 0, GivenBack: 0 };
        if (!(stands ? allowed.MayBeDone : allowed.MayBeUndone))
            _violation($"[operation] '{token}' {(stands ? "stands" : "does not stand")}; allowed is {allowed}");
        if (stands) _counters[counter] += amount;
    }

    private void CheckCounters()
    {
        foreach (var (name, state) in observed.Counters)
        {
            if (state.Value != _counters[name])
                _violation($"[counter] '{name}' is {state.Value}, not {_counters[name]}");
            foreach (var token in state.Tokens.Keys.Where(t => !_tokens.Contains((name, t))))
                _violation($"[operation] '{token}' was applied, and nothing says that it may");
        }
    }

    private static Ends EndOf(InvocationStatus status) => status switch
    {
        InvocationStatus.Completed => Ends.Completed,
        InvocationStatus.Failed => Ends.Failed,
        InvocationStatus.Cancelled => Ends.Cancelled,
        _ => Ends.None,
    };
}

/// <summary>What depends on something comes behind it, and is undone before it.</summary>
internal sealed class EffectOrder(RandomProgram program)
{
    public void Check(IReadOnlyList<RecordedEffect> effects, Action<string> violation)
    {
        var retried = program.Lanes.Where(l => l.Commands.Any(c => c.Act == Act.RetryUntilCompleted))
            .Select(l => l.Key).ToHashSet(StringComparer.Ordinal);
        var first = new Dictionary<(string Invocation, int Run, string Step, bool IsUndo), int>();
        for (var i = 0; i < effects.Count; i++)
        {
            var key = EffectKey.Of(effects[i].Key);
            // After a person's retry some steps are in their first round, others in their second.
            if (retried.Contains(key.Invocation)) continue;
            first.TryAdd((key.Invocation, key.Run, effects[i].Step, key.IsUndo), i);
        }

        foreach (var ((invocation, run, name, isUndo), at) in first)
        {
            var step = program.Step(effects[at].Invocation.Process, name);
            if (step.Join != JoinKind.All) continue;
            foreach (var before in step.After)
            {
                if (!first.TryGetValue((invocation, run, before, isUndo), out var other)) continue;
                var how = isUndo ? "was undone behind" : "came before";
                if (isUndo ? other < at : other > at)
                    violation($"[order] '{name}' of '{invocation}' {how} '{before}'");
            }
        }
    }
}
