using Actors.Grains.Work;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.World;

/// <summary>
/// The engine's worker, watched: nothing runs whose cause is not safe, and, where nothing goes wrong, nothing that has
/// run to its end runs again.
/// </summary>
internal sealed class SimulatedWorker(IWorker inner, SimulatedWorld world, SimulatedNode node) : IWorker
{
    public async ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken)
    {
        // A process that has died in this very turn does nothing any more.
        if (node.IsDead) await new TaskCompletionSource().Task;
        if (!world.Causes.Knows(item)) world.Violation($"attempt {item.Key} runs, but nothing safe says so");
        if (world.IsOrderly && world.Causes.HasEnded(item.Key))
            world.Violation($"[again] attempt {item.Key} has run to its end, nothing went wrong, and it runs again");
        node.Attempts++;
        var outcome = await inner.RunAsync(item, cancellationToken);
        node.Attempts--;
        if (!node.IsDead && !cancellationToken.IsCancellationRequested) world.Causes.Ended(item.Key);
        return outcome;
    }
}
