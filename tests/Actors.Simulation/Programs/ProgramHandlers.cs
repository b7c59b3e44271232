using System.Text.Json;
using Actors.Definitions;
using Actors.Silo.Embedded;
using Actors.Simulation.World;

namespace Actors.Simulation.Programs;

/// <summary>
/// The code of random programs: does to the world outside what the program says, by step and attempt.
/// </summary>
internal sealed class ProgramHandlers(RandomProgram program, ProgramOutside outside)
{
    private readonly Dictionary<ProgramProcess, StepMap> _maps = new(ReferenceEqualityComparer.Instance);

    public void Configure(ActorsOptions options, WorldContext context)
    {
        foreach (var group in program.Processes.GroupBy(p => p.Name))
        {
            var current = group.MaxBy(p => p.Version <= outside.Version ? p.Version : 0)!;
            if (!_maps.TryGetValue(current, out var map)) _maps[current] = map = ProgramMaps.Build(current);
            options.AddProcess(map);
        }

        options.AddHandler<JsonElement, int>("work", (input, step) => WorkAsync(input, step, context));
        options.AddHandler<JsonElement, int>("undo", (_, step) => UndoAsync(step, context));
        options.AddEntity<Counter>("counter");
        options.AddSubscriber(outside);
    }

    private async ValueTask<int> WorkAsync(JsonElement input, StepContext attempt, WorldContext context)
    {
        var step = program.Step(attempt.InvocationId.Process, attempt.Step);
        var ending = step.Items is null || attempt.Item == step.EndingItem ? step.Ending : Ending.Succeeds;
        var breaksOff = attempt.Attempt <= step.Outages || ending is Ending.Exhausts or Ending.RunsOutOfTime;
        if (step.Milliseconds > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(step.Milliseconds), context.Time, attempt.CancellationToken);
        var isRefused = ending == Ending.Refuses ||
            ending == Ending.RefusesAtFirst && EffectKey.Of(attempt.IdempotencyKey).Round == 0;
        if ((breaksOff || ending == Ending.Hangs) && step.EffectFirst && !isRefused)
            await context.Effects.DoAsync(attempt, step.Name);
        if (breaksOff) throw new TransientException("the receiver broke off", "outage");
        if (isRefused) throw new TerminalException("the receiver refused", "refused");
        if (ending == Ending.Hangs) await Task.Delay(TimeSpan.FromHours(1), context.Time, attempt.CancellationToken);
        if (step.Kind == StepKind.Work) await context.Effects.DoAsync(attempt, step.Name);
        return step.Amount + Sum(input);
    }

    private async ValueTask<int> UndoAsync(StepContext attempt, WorldContext context)
    {
        var step = program.Step(attempt.InvocationId.Process, attempt.Step);
        if (attempt.Attempt <= step.Outages) throw new TransientException("the receiver broke off", "outage");
        if (step.Undo == Undoing.Refuses) throw new TerminalException("the receiver keeps it", "kept");
        await context.Effects.DoAsync(attempt, step.Name);
        return 0;
    }

    private static int Sum(JsonElement input) => input.ValueKind switch
    {
        JsonValueKind.Number => input.GetInt32(),
        JsonValueKind.Array => input.EnumerateArray().Sum(Sum),
        _ => 0,
    };
}

/// <summary>What outlives all silos, besides the effects of handlers.</summary>
internal sealed class ProgramOutside : IEventSubscriber
{
    private readonly HashSet<string> _events = new(StringComparer.Ordinal);

    /// <summary>Version of the processes that silos which start now host.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Ids of the events that were told.</summary>
    public IReadOnlyCollection<string> Events => _events;

    public ValueTask OnEventAsync(PublishedEvent published, CancellationToken cancellationToken)
    {
        _events.Add(published.Id);
        return default;
    }
}

/// <summary>
/// A counter that remembers by whom it was changed, and so tells who was applied twice. Giving back tolerates that
/// nothing was taken, and is not overtaken: what comes after it counts no more.
/// </summary>
internal sealed class Counter : Entity<CounterState>
{
    public int Take(CounterChange change)
    {
        var token = State.Tokens.GetValueOrDefault(change.Token) ?? new TokenState();
        token.Taken++;
        if (token.GivenBack == 0) State.Value += change.Amount;
        State.Tokens[change.Token] = token;
        return change.Amount;
    }

    public int GiveBack(CounterChange change)
    {
        var token = State.Tokens.GetValueOrDefault(change.Token) ?? new TokenState();
        if (token is { Taken: > 0, GivenBack: 0 }) State.Value -= change.Amount;
        token.GivenBack++;
        State.Tokens[change.Token] = token;
        return 0;
    }

    public int Refuse(CounterChange change) => throw new TerminalException($"no more from {change.Token}", "refused");
}

internal sealed record CounterChange(string Token, int Amount);

internal sealed class CounterState
{
    public int Value { get; set; }

    public SortedDictionary<string, TokenState> Tokens { get; set; } = new(StringComparer.Ordinal);
}

internal sealed class TokenState
{
    public int Taken { get; set; }

    public int GivenBack { get; set; }
}

/// <summary>The parts of an idempotency key: <c>tenant/process/id/run/step[item]{/round}{/undo{/round}}</c>.</summary>
internal sealed record EffectKey(string Process, string Invocation, int Run, string Step, int Round, bool IsUndo)
{
    public static EffectKey Of(string key)
    {
        var parts = key.Split('/');
        var isUndo = parts.AsSpan(5).Contains("undo");
        var round = parts.Length > 5 && parts[5] != "undo" ? Parse(parts[5]) : 0;
        return new EffectKey(parts[1], parts[2], Parse(parts[3]), parts[4], round, isUndo);
    }

    private static int Parse(string number) => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
}
