using Actors.Grains.Work;
using Actors.Silo.Orleans.Messaging;
using Orleans.Concurrency;

namespace Actors.Silo.Orleans.Work;

/// <summary>
/// Attempts that wait for a limit, or for the next stage of a queued pipeline, across all silos. Volatile: whoever
/// handed them out offers them again.
/// </summary>
[Alias("actors.queue")]
internal interface IWorkQueueGrain : IGrainWithStringKey
{
    /// <summary>Takes an attempt; what is known is not taken twice, what has begun is handed on again.</summary>
    /// <param name="work">The attempt.</param>
    /// <param name="shift">To how many parts of the stream behind its own it goes when its turn comes.</param>
    [Alias("offer")]
    [OneWay]
    Task OfferAsync(Envelope work, int shift);

    /// <summary>An attempt has ended.</summary>
    [Alias("ended")]
    [OneWay]
    Task EndedAsync(Envelope ended);

    /// <summary>
    /// Takes back an attempt that waits: it never begins, and whoever handed it out says so to its invocation. It may
    /// be asked again.
    /// </summary>
    /// <returns>False if it does not wait here: it has begun, has ended or was not offered.</returns>
    [Alias("withdraw")]
    Task<bool> WithdrawAsync(Envelope work);

    /// <summary>An invocation goes on to no other stage for now.</summary>
    [Alias("leave")]
    [OneWay]
    Task LeaveAsync(string invocation);

    /// <summary>Waits for a place in the first stage.</summary>
    /// <returns>False if none came in time.</returns>
    [Alias("admit")]
    Task<bool> AdmitAsync(string invocation, int capacity);

    /// <summary>Gives back a place that no invocation used.</summary>
    [Alias("cancel-admission")]
    [OneWay]
    Task CancelAdmissionAsync(string invocation);
}

/// <summary>Addresses of queues.</summary>
internal static class WorkQueues
{
    /// <summary>The stages of the pipeline that an invocation is in.</summary>
    public static IWorkQueueGrain Stages(IGrainFactory grains, InvocationId invocation) =>
        grains.GetGrain<IWorkQueueGrain>(
            new GrainKey(GrainKind.Queue, invocation.Tenant, "stages", invocation.Process).ToString());

    /// <summary>The queue whose limits hold for an attempt.</summary>
    public static IWorkQueueGrain Limits(IGrainFactory grains, WorkItem item)
    {
        var invocation = item.Key.Invocation;
        var queue = item.Limit!.Queue ?? $"{invocation.Process}/{item.Key.Step}";
        var key = new GrainKey(GrainKind.Queue, invocation.Tenant, "limits", queue);
        return grains.GetGrain<IWorkQueueGrain>(key.ToString());
    }

    /// <summary>Takes an attempt back from the queue that it waits in.</summary>
    /// <returns>Whether it waited in one, and never begins.</returns>
    public static async Task<bool> WithdrawAsync(IGrainFactory grains, WorkItem item)
    {
        var work = MessageCodec.Write(new WorkReference(item.Key));
        if (item.Stage is not null && await Stages(grains, item.Key.Invocation).WithdrawAsync(work)) return true;
        return item.Limit is not null && await Limits(grains, item).WithdrawAsync(work);
    }

    /// <summary>Tells the queues that an attempt went through that it has ended.</summary>
    public static void Ended(IGrainFactory grains, WorkItem item, bool succeeded)
    {
        if (item.Limit is null && item.Stage is null) return;
        var ended = MessageCodec.Write(new WorkEnded(item.Key, succeeded));
        if (item.Limit is not null) Limits(grains, item).EndedAsync(ended).Ignore();
        if (item.Stage is not null) Stages(grains, item.Key.Invocation).EndedAsync(ended).Ignore();
    }
}
