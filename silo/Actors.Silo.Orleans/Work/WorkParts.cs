using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace Actors.Silo.Orleans.Work;

/// <summary>
/// Which silo looks after which part of the work stream: each has a queue of its own, and the queues go round the
/// active silos, so that no silo has more than one part more than another. Orleans' own ring leaves that to chance:
/// with eight parts a silo may well have none, and then it does no work.
/// </summary>
internal sealed class WorkParts(
    ActorsClusterOptions options, IServiceProvider services, ILogger<WorkParts> logger)
    : QueueBalancerBase(services, logger), IStreamQueueMapper
{
    private const string Prefix = "part-";

    private volatile SiloAddress[] _active = [];

    /// <summary>The key of the stream that is a part.</summary>
    public static string KeyOf(int part) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{part}");

    /// <summary>Whether a part is this silo's.</summary>
    /// <param name="key">The key of its stream.</param>
    public bool IsHere(string key) => IsHere(Parse(key));

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetAllQueues() => Enumerable.Range(0, options.WorkPartitions).Select(Queue);

    /// <inheritdoc/>
    public QueueId GetQueueForStream(StreamId streamId) => Queue(Parse(streamId.GetKeyAsString()));

    /// <inheritdoc/>
    public override IEnumerable<QueueId> GetMyQueues() =>
        GetAllQueues().Where(queue => IsHere((int)queue.GetNumericId()));

    /// <inheritdoc/>
    protected override void OnClusterMembershipChange(HashSet<SiloAddress> activeSilos)
    {
        _active = [.. activeSilos.Order()];
        NotifyListeners().Ignore();
    }

    private static int Parse(string key) => int.Parse(key.AsSpan(Prefix.Length), CultureInfo.InvariantCulture);

    private static QueueId Queue(int part) => QueueId.GetQueueId(WorkStream.Provider, (uint)part, (uint)part);

    private bool IsHere(int part)
    {
        var active = _active;
        return active.Length > 0 && active[part % active.Length].Equals(SiloAddress);
    }
}
