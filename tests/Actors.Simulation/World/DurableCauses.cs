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
            if (e is InvocationEvent.StepScheduled s)
                _scheduled.Add(new WorkKey(id, _runs[append.Key], s.Step.Name, s.Step.Item, s.IsUndo, s.Attempt));
        }
    }

    /// <summary>Whether it was to run. Stages of direct pipelines run in one go and are not announced.</summary>
    public bool Knows(WorkItem item) => item.Action is WorkAction.Stages || _scheduled.Contains(item.Key);
}
