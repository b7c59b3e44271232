using Actors.Grains.Work;

namespace Actors.Faults;

/// <summary>A worker with the boundary between an effect and its result.</summary>
internal sealed class FaultWorker(IWorker inner, FaultPoint fault, StepOrder order) : IWorker
{
    public async ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken)
    {
        try
        {
            await order.SettledAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The inner worker answers for an attempt that was cancelled before it began.
        }

        var outcome = await inner.RunAsync(item, cancellationToken);
        fault.Cross(Boundary.AfterEffectBeforeResult);
        if (!cancellationToken.IsCancellationRequested) order.OutcomeLeaves();
        return outcome;
    }
}
