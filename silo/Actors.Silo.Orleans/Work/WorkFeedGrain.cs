using Actors.Grains.Work;
using Actors.Silo.Embedded;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using Actors.Silo.Orleans.Shells;
using Orleans.Placement;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Actors.Silo.Orleans.Work;

/// <summary>One part of the work stream on its way to the workers.</summary>
[Alias("actors.work-feed")]
internal interface IWorkFeedGrain : IGrainWithStringKey;

/// <summary>
/// Takes attempts out of one part of the work stream and gives them to the workers of the silo it is on: that of the
/// agent that pulls from the queue. If they are full it waits, and with it the stream; after a while it lets the
/// attempt go on to another part, and those behind it as well unless there is a place soon.
/// </summary>
[ImplicitStreamSubscription(WorkStream.Namespace)]
[PreferLocalPlacement]
[GrainType("actors.work-feed")]
internal sealed class WorkFeedGrain(
    ClusterSilo silo, SiloWork work, SiloRing ring, WorkParts parts, ActorsOptions options)
    : global::Orleans.Grain, IWorkFeedGrain, IStreamSubscriptionObserver
{
    private static readonly TimeSpan PlacePatience = TimeSpan.FromSeconds(5);

    /// <summary>The same if there was no place for the attempt before.</summary>
    private static readonly TimeSpan FullPatience = TimeSpan.FromMilliseconds(500);

    private IStepWorkerGrain? _worker;
    private bool _isFull;

    /// <inheritdoc/>
    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        await handleFactory.Create<Envelope>().ResumeAsync((envelope, _) => NextAsync(envelope));

    private async Task NextAsync(Envelope envelope)
    {
        await TakeAsync(envelope);
        // The part has gone to another silo, and goes on there; else all work would stay where it was first.
        if (!parts.IsHere(this.GetPrimaryKeyString())) DeactivateOnIdle();
    }

    private async Task TakeAsync(Envelope envelope)
    {
        var running = await silo.WhenRunningAsync();
        var item = MessageCodec.Read<WorkItem>(envelope).TimedNow(running.Time);
        if (work.IsStopping)
        {
            running.Post(item.Key.Invocation.Key, NotBegun(item, Stopping));
        }
        else if (MissingFor(item.Action) is { } handler)
        {
            running.Post(item.Key.Invocation.Key, Lacks(item, handler));
        }
        else if (!work.TryBegin(item.Key))
        {
            var reference = MessageCodec.Write(new WorkReference(item.Key));
            Shell.Of(GrainFactory, item.Key.Invocation.Key).TakenAsync(reference, ring.Here, work.Reference!).Ignore();
        }
        else if (await work.PlaceAsync(PatienceFor(item, running.Time)))
        {
            _isFull = false;
            (_worker ??= GrainFactory.GetGrain<IStepWorkerGrain>(0)).RunAsync(envelope).Ignore();
        }
        else
        {
            _isFull = true;
            work.End(item.Key, hadPlace: false);
            if (IsTooLate(item, running.Time))
            {
                WorkQueues.Ended(GrainFactory, item, succeeded: false);
                running.Post(item.Key.Invocation.Key, item.TooLate());
            }
            else
            {
                running.Post(item.Key.Invocation.Key, NotBegun(item, Full));
            }
        }
    }

    /// <summary>How long an attempt waits for a place: no longer than its step has time.</summary>
    private TimeSpan PatienceFor(WorkItem item, TimeProvider time)
    {
        var patience = _isFull ? FullPatience : PlacePatience;
        var left = item.StepTime?.LeftNow(time) ?? patience;
        return left >= patience ? patience : left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static bool IsTooLate(WorkItem item, TimeProvider time) => item.StepTime?.LeftNow(time) <= TimeSpan.Zero;

    /// <summary>While a new version is rolled out, not every silo has every handler.</summary>
    private string? MissingFor(WorkAction action) => action switch
    {
        WorkAction.Handler h => Lacks(h.Name) ? h.Name : null,
        WorkAction.Stages s => s.Run.FirstOrDefault(stage => Lacks(stage.Handler))?.Handler,
        _ => null,
    };

    private bool Lacks(string handler) => !options.Handlers.TryGetTypes(handler, out _, out _);

    private StepOutcome Lacks(WorkItem item, string handler)
    {
        var failure = Failure.Transient(
            WorkDispatcher.HandlerMissing,
            $"step '{item.Key.Step}' calls handler '{handler}', which no silo that was asked has. Register it with " +
            "HandlerRegistry.Add in at least one of the cluster.");
        return new StepOutcome(item.Key, null, failure)
        {
            NotBegun = true,
            RetryAfter = options.Worker.MissingHandlerRetryAfter,
        };
    }

    private static StepOutcome NotBegun(WorkItem item, Failure why) => new(item.Key, null, why) { NotBegun = true };

    private static Failure Stopping { get; } = Failure.Transient("unavailable", "the silo is stopping");

    private static Failure Full { get; } = Failure.Transient(
        WorkDispatcher.NoPlace, "as many attempts run on the silo as may");
}
