using System.Runtime.InteropServices;

namespace Actors.Grains.Queues;

/// <summary>The place of a stage in a queued pipeline.</summary>
/// <param name="Position">From 0.</param>
/// <param name="Capacity">Length of the queue before the stage.</param>
/// <param name="Concurrency">Attempts of the stage that run at once.</param>
/// <param name="KeepsPlace">
/// Whether an invocation keeps its place in the stage until the next one has taken it in.
/// </param>
public sealed record StageSlot(int Position, int Capacity, int Concurrency, bool KeepsPlace);

/// <summary>
/// The bounded queues of one pipeline as a state machine without clock or threads. A stage that has done its work keeps
/// its place until the queue of the next stage has room ("blocking after service", H. G. Perros, "Queueing Networks
/// with Blocking", 1994); so a slow stage stops the ones before it, and in the end nobody is admitted any more. What is
/// taken in is taken in order. The embedded host drives it under a lock; in a cluster a grain per pipeline drives it.
/// </summary>
/// <typeparam name="TItem">What waits and runs.</typeparam>
public sealed class PipelineQueues<TItem>
{
    private readonly SortedDictionary<int, Stage> _stages = [];
    private readonly Dictionary<string, int> _kept = new(StringComparer.Ordinal);
    private readonly HashSet<string> _admitted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _unfinished = new(StringComparer.Ordinal);

    /// <summary>Whether nothing waits, runs or is admitted.</summary>
    public bool IsEmpty => _admitted.Count == 0 && _kept.Count == 0 &&
        _stages.Values.All(s => s.Occupied == 0 && s.Waiting.Count == 0 && s.Blocked.Count == 0);

    /// <summary>What waits for each stage, the next one first, and how many places the stage has.</summary>
    public IEnumerable<(int Concurrency, IEnumerable<TItem> Items)> Waiting =>
        _stages.Values.Select(s => (s.Concurrency, s.Waiting.Concat(s.Blocked.Select(b => b.Item))));

    /// <summary>Reserves a place in the first queue for an invocation that is about to start.</summary>
    /// <param name="invocation">Which.</param>
    /// <param name="capacity">Length of the first queue.</param>
    /// <returns>False if it is full.</returns>
    public bool TryAdmit(string invocation, int capacity)
    {
        var first = _stages.GetValueOrDefault(0);
        if (_admitted.Count + (first?.Waiting.Count ?? 0) + (first?.Blocked.Count ?? 0) >= capacity) return false;
        _admitted.Add(invocation);
        return true;
    }

    /// <summary>Gives back a place whose invocation did not start.</summary>
    public void CancelAdmission(string invocation) => _admitted.Remove(invocation);

    /// <summary>An attempt of a stage wants to run.</summary>
    /// <param name="invocation">Whose.</param>
    /// <param name="slot">Which stage.</param>
    /// <param name="item">The attempt.</param>
    /// <param name="begin">Receives the attempts that may run now, of any stage.</param>
    public void Offer(string invocation, StageSlot slot, TItem item, List<TItem> begin)
    {
        _admitted.Remove(invocation);
        CollectionsMarshal.GetValueRefOrAddDefault(_unfinished, invocation, out _)++;
        // It does not go on from there: it would wait for the place that it keeps itself.
        if (_kept.TryGetValue(invocation, out var kept) && kept >= slot.Position) Leave(invocation, begin);
        var stage = StageOf(slot);
        if (stage.Waiting.Count < stage.Capacity) Accept(stage, invocation, item, begin);
        else stage.Blocked.Enqueue((invocation, item));
        Pump(stage, begin);
    }

    /// <summary>An attempt of a stage has ended.</summary>
    /// <param name="invocation">Whose.</param>
    /// <param name="slot">Which stage.</param>
    /// <param name="succeeded">
    /// Whether its invocation goes on to the next stage. One that has another attempt here does not: nobody asks any
    /// more what became of this one.
    /// </param>
    /// <param name="begin">Receives the attempts that may run now.</param>
    public void Finish(string invocation, StageSlot slot, bool succeeded, List<TItem> begin)
    {
        var stage = StageOf(slot);
        ref var unfinished = ref CollectionsMarshal.GetValueRefOrAddDefault(_unfinished, invocation, out _);
        var isLast = --unfinished <= 0;
        if (isLast) _unfinished.Remove(invocation);
        if (succeeded && isLast && slot.KeepsPlace && _kept.TryAdd(invocation, slot.Position)) return;
        stage.Occupied--;
        Pump(stage, begin);
    }

    /// <summary>An invocation goes on to no other stage for now: it has ended, failed, waits or is paused.</summary>
    public void Leave(string invocation, List<TItem> begin)
    {
        _admitted.Remove(invocation);
        if (!_kept.Remove(invocation, out var position)) return;
        _stages[position].Occupied--;
        Pump(_stages[position], begin);
    }

    private Stage StageOf(StageSlot slot)
    {
        if (!_stages.TryGetValue(slot.Position, out var stage)) _stages[slot.Position] = stage = new Stage();
        (stage.Capacity, stage.Concurrency) = (slot.Capacity, slot.Concurrency);
        return stage;
    }

    private void Accept(Stage stage, string invocation, TItem item, List<TItem> begin)
    {
        stage.Waiting.Enqueue(item);
        Leave(invocation, begin);
    }

    private void Pump(Stage stage, List<TItem> begin)
    {
        while (true)
        {
            while (stage.Occupied < stage.Concurrency && stage.Waiting.TryDequeue(out var item))
            {
                stage.Occupied++;
                begin.Add(item);
            }

            if (stage.Waiting.Count >= stage.Capacity || !stage.Blocked.TryDequeue(out var next)) return;
            Accept(stage, next.Invocation, next.Item, begin);
        }
    }

    private sealed class Stage
    {
        public int Capacity { get; set; }

        public int Concurrency { get; set; }

        /// <summary>Attempts that run, and places that are kept.</summary>
        public int Occupied { get; set; }

        public Queue<TItem> Waiting { get; } = new();

        public Queue<(string Invocation, TItem Item)> Blocked { get; } = new();
    }
}
