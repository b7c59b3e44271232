using Actors.Simulation.Faults;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.World;

/// <summary>Something that a handler did to the world outside.</summary>
/// <param name="Name">What the handler calls it.</param>
/// <param name="Invocation">Whose.</param>
/// <param name="Step">Its step.</param>
/// <param name="Item">Position in the mapped collection; null: it is not mapped.</param>
/// <param name="IsUndo">Whether it is the compensation.</param>
/// <param name="Attempt">By which attempt.</param>
/// <param name="Key">The idempotency key: one effect, however often it is tried.</param>
/// <param name="IsRepeat">Whether an effect with that key had happened before.</param>
public sealed record RecordedEffect(
    string Name, InvocationId Invocation, string Step, int? Item, bool IsUndo, int Attempt, string Key, bool IsRepeat);

/// <summary>
/// The world outside of all silos: what handlers did to it outlives every crash. Receivers are idempotent by key, as
/// the contract of steps asks; how often each was asked is kept, too.
/// </summary>
public sealed class EffectLog
{
    private readonly WorldFaults _faults;
    private readonly List<RecordedEffect> _effects = [];
    private readonly Dictionary<(string Key, bool IsUndo), int> _attempts = [];

    internal EffectLog(WorldFaults faults) => _faults = faults;

    /// <summary>All of them, in order, repeats included.</summary>
    public IReadOnlyList<RecordedEffect> All => _effects;

    /// <summary>How often an effect was asked for; 0: never.</summary>
    public int AttemptsOf(string key, bool isUndo) => _attempts.GetValueOrDefault((key, isUndo));

    /// <summary>
    /// Does the effect of the attempt that runs now. It may fail before or after, take long, or never return because
    /// the process dies; as chance and plan have it.
    /// </summary>
    /// <exception cref="TransientException">It failed; whether it was done is not known to the caller.</exception>
    public async ValueTask DoAsync(StepContext step, string name)
    {
        var node = NodeContext.RunningNode;
        if (_faults.Draws(FaultKind.HandlerHangs))
            await Task.Delay(TimeSpan.FromMinutes(2), node.Time, step.CancellationToken);
        if (_faults.Draws(FaultKind.HandlerFails)) throw Failed("before it was done");
        if (_faults.Cross(Boundary.EffectBegins, node)) await NeverAsync();
        Record(step, name);
        if (_faults.Cross(Boundary.EffectDone, node)) await NeverAsync();
        if (_faults.Draws(FaultKind.HandlerFailsAfter)) throw Failed("after it was done");
    }

    private static TransientException Failed(string when) =>
        new($"the receiver of the effect broke off {when}", "receiver");

    // Whatever waits for it is dead.
    private static Task NeverAsync() => new TaskCompletionSource().Task;

    private void Record(StepContext step, string name)
    {
        var times = AttemptsOf(step.IdempotencyKey, step.IsUndo);
        _attempts[(step.IdempotencyKey, step.IsUndo)] = times + 1;
        _effects.Add(new RecordedEffect(
            name, step.InvocationId, step.Step, step.Item, step.IsUndo, step.Attempt, step.IdempotencyKey, times > 0));
        NodeContext.RunningNode.Scheduler.Trace(name, (ulong)step.Attempt);
    }
}
