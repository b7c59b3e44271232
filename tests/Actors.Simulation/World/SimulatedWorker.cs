using Actors.Grains.Work;
using Actors.Simulation.Scheduling;

namespace Actors.Simulation.World;

/// <summary>The engine's worker, watched: nothing runs whose cause is not safe.</summary>
internal sealed class SimulatedWorker(IWorker inner, SimulatedWorld world, SimulatedNode node) : IWorker
{
    public async ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken)
    {
        // A process that has died in this very turn does nothing any more.
        if (node.IsDead) await new TaskCompletionSource().Task;
        if (!world.Causes.Knows(item)) world.Violation($"attempt {item.Key} runs, but nothing safe says so");
        return await inner.RunAsync(item, cancellationToken);
    }
}
