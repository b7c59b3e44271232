using Actors.Grains.Work;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Shells;
using Orleans.Concurrency;
using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Work;

/// <summary>Runs attempts, each in a worker of its own on the silo of the caller.</summary>
[Alias("actors.worker")]
internal interface IStepWorkerGrain : IGrainWithIntegerKey
{
    /// <summary>Runs one attempt that has a place on this silo; its outcome goes to its invocation.</summary>
    [Alias("run")]
    [OneWay]
    Task RunAsync(Envelope work);
}

/// <summary>
/// A worker. How many there are at once is said by the places of the silo, which an attempt has before it comes here.
/// </summary>
[StatelessWorker(WorkersMax)]
[GrainType("actors.worker")]
internal sealed class StepWorkerGrain(
    ClusterSilo silo, SiloWork work, SiloRing ring, WorkerOfSilo worker, IGrainFactory grains)
    : global::Orleans.Grain, IStepWorkerGrain
{
    /// <summary>As many as the places of a silo may be.</summary>
    private const int WorkersMax = 100_000;

    /// <summary>Who runs for longer than this says so: it can then be told to stop, and is missed if it dies.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task RunAsync(Envelope envelope)
    {
        var running = await silo.WhenRunningAsync();
        var item = MessageCodec.Read<WorkItem>(envelope);
        StepOutcome outcome;
        try
        {
            using var said = running.Time.CreateTimer(_ => Say(item.Key), null, Quiet, Timeout.InfiniteTimeSpan);
            outcome = await worker.Worker.RunAsync(item, work.TokenOf(item.Key));
        }
        catch (Exception e)
        {
            outcome = new StepOutcome(item.Key, null, Failure.FromException(e));
        }

        work.End(item.Key, hadPlace: true);
        if (work.IsCancelled && outcome.Failure is { IsPermanent: false }) outcome = outcome with { NotBegun = true };
        if (!outcome.NotBegun) WorkQueues.Ended(grains, item, outcome.Failure is null);
        await running.SettleAsync(outcome);
    }

    private void Say(WorkKey key)
    {
        try
        {
            Shell.Of(grains, key.Invocation.Key)
                .TakenAsync(MessageCodec.Write(new WorkReference(key)), ring.Here, work.Reference!).Ignore();
        }
        catch (Exception e) when (WireFailures.IsLoss(e))
        {
            // A timer runs this: the silo may have ended before the attempt has.
        }
    }
}

/// <summary>What runs the code of steps on this silo; known once the engine starts.</summary>
internal sealed class WorkerOfSilo
{
    /// <summary>The worker.</summary>
    public IWorker Worker { get; set; } = null!;
}
