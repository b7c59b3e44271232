using Actors.Core.Invocations;
using Actors.Grains.Work;
using Actors.Journal;

namespace Actors.Simulation.World;

/// <summary>
/// Which attempts the safe part of the store knows of: an attempt that runs without being known here was handed out
/// before its cause was durable.
/// </summary>
internal sealed class DurableCauses(List<string>? trace)
{
    private readonly Dictionary<GrainKey, int> _runs = [];
    private readonly HashSet<WorkKey> _scheduled = [];
    private readonly HashSet<WorkKey> _ended = [];

    /// <summary>Which events became safe last, by their types.</summary>
    public string Last { get; private set; } = "";

    public void Add(JournalAppend append)
    {
        Last = append.Key.Kind.ToString();
        if (append.Key.Kind != GrainKind.Invocation) return;
        var id = new InvocationId(append.Key.Tenant, append.Key.Type, append.Key.Id);
        foreach (var e in InvocationEventCodec.Read(append.Events, static _ => Payload.Null))
        {
            Last = $"{Last}+{e.GetType().Name}";
            trace?.Add($"{"",12} {id}: {e}");
            if (e is InvocationEvent.Started started) _runs[append.Key] = started.Run;
            if (e is not InvocationEvent.StepScheduled s) continue;
            var key = new WorkKey(id, _runs[append.Key], s.Step.Name, s.Step.Item, s.IsUndo, s.Attempt);
            _scheduled.Add(key);
            // Twice in one journal it can't be; behind the removal of a journal it may.
            _ended.Remove(key);
        }
    }

    /// <summary>A worker has said what came of an attempt.</summary>
    public void Ended(WorkKey key) => _ended.Add(key);

    /// <summary>Whether a worker has said what came of it.</summary>
    public bool HasEnded(WorkKey key) => _ended.Contains(key);

    /// <summary>Whether it was to run. What is pure has no effect, and may run before that is safe.</summary>
    public bool Knows(WorkItem item) => item.IsPure || _scheduled.Contains(item.Key);
}
