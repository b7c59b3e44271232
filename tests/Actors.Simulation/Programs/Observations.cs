using Actors.Simulation.World;

namespace Actors.Simulation.Programs;

/// <summary>What can be seen of a program from outside: views, counters, effects.</summary>
internal sealed class Observations(RandomProgram program, WorldContext world, ProgramOutside outside)
{
    private static readonly string[] CounterNames = ["c0", "c1"];

    private readonly Dictionary<string, InvocationView> _views = new(StringComparer.Ordinal);
    private readonly Dictionary<EffectId, int> _standing = [];

    /// <summary>By invocation; children that were never started are missing.</summary>
    public IReadOnlyDictionary<string, InvocationView> Views => _views;

    /// <summary>
    /// How often each effect stands, compensation reckoned in; those that never happened are missing.
    /// </summary>
    public IReadOnlyDictionary<EffectId, int> Standing => _standing;

    public Dictionary<string, CounterState> Counters { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<RecordedEffect> Effects => world.Effects.All;

    /// <summary>Whether nothing is left to run, detached steps included.</summary>
    public bool IsAtRest => _views.Values.All(v => v.HasEnded && v.Steps.All(s =>
        s.Status is not (StepStatus.Running or StepStatus.Waiting or StepStatus.Undoing) &&
        (s.Status != StepStatus.Pending || v.Status != InvocationStatus.Completed)));

    public async Task ReadAsync()
    {
        _views.Clear();
        foreach (var lane in program.Lanes) await ReadAsync(new InvocationId(lane.Process, lane.Key));
        foreach (var name in CounterNames)
        {
            var id = new EntityId(Names.DefaultTenant, "counter", name);
            var state = await world.EventuallyAsync(client => client.GetEntityAsync(id));
            Counters[name] = state?.To<CounterState>() ?? new CounterState();
        }

        Count();
    }

    private async Task ReadAsync(InvocationId id)
    {
        InvocationView view;
        try
        {
            view = await world.EventuallyAsync(client => client.GetAsync(id));
        }
        catch (NotFoundException)
        {
            return;
        }

        _views[id.Id] = view;
        foreach (var step in program.Find(id.Process, view.Version).Steps.Where(s => s.Kind == StepKind.Child))
        {
            for (var run = 1; run <= view.Run; run++)
            {
                var child = ProgramResults.ChildOf(id.Process, id.Id, run, step.Name);
                await ReadAsync(new InvocationId(step.Target, child));
            }
        }
    }

    private void Count()
    {
        _standing.Clear();
        foreach (var byKey in Effects.GroupBy(e => Base(e.Key)))
        {
            var any = byKey.First();
            var run = EffectKey.Of(byKey.Key).Run;
            var stands = byKey.Any(e => !e.IsUndo) && !byKey.Any(e => e.IsUndo);
            if (byKey.Any(e => !e.IsUndo))
                Add(new EffectId(any.Invocation.Process, any.Invocation.Id, run, any.Step, any.Item), stands);
        }

        foreach (var told in outside.Events.Select(EffectKey.Of))
            Add(new EffectId(told.Process, told.Invocation, told.Run, told.Step, null), stands: true);
    }

    private void Add(EffectId id, bool stands) =>
        _standing[id] = _standing.GetValueOrDefault(id) + (stands ? 1 : 0);

    private static string Base(string key) => key.EndsWith("/undo", StringComparison.Ordinal) ? key[..^5] : key;
}
