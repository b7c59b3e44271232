using System.Collections.Concurrent;
using Actors.Silo.Orleans.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using IGrainFactory = Orleans.IGrainFactory;

namespace Actors.Silo.Orleans.Work;

/// <summary>
/// The queues below the work stream, each a grain in memory, as those of Orleans' memory streams. But whoever takes
/// from one waits for the first attempt instead of looking again after a while: an attempt does not wait for the next
/// look, and a silo that has nothing to do does next to nothing.
/// </summary>
internal sealed class WorkQueueAdapter : IQueueAdapterFactory, IQueueAdapter
{
    private const int CacheCount = 4_096;

    private readonly IGrainFactory _grains;
    private readonly WorkParts _parts;
    private readonly SimpleQueueAdapterCache _cache;
    private readonly ConcurrentDictionary<QueueId, IWorkPartGrain> _queues = new();

    private WorkQueueAdapter(string name, WorkParts parts, IGrainFactory grains, ILoggerFactory loggers)
    {
        (Name, _parts, _grains) = (name, parts, grains);
        _cache = new SimpleQueueAdapterCache(new SimpleQueueCacheOptions { CacheSize = CacheCount }, name, loggers);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsRewindable => false;

    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    public static WorkQueueAdapter Create(IServiceProvider services, string name) => new(
        name, services.GetRequiredService<WorkParts>(), services.GetRequiredService<IGrainFactory>(),
        services.GetRequiredService<ILoggerFactory>());

    /// <inheritdoc/>
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    /// <inheritdoc/>
    public IQueueAdapterCache GetQueueAdapterCache() => _cache;

    /// <inheritdoc/>
    public IStreamQueueMapper GetStreamQueueMapper() => _parts;

    /// <inheritdoc/>
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    /// <inheritdoc/>
    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new Receiver(PartOf(queueId));

    /// <inheritdoc/>
    public async Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token,
        Dictionary<string, object>? requestContext)
    {
        var part = PartOf(_parts.GetQueueForStream(streamId));
        foreach (var work in events.Cast<Envelope>())
            await part.PutAsync(new WorkBatch { StreamId = streamId, Work = work, Context = requestContext });
    }

    private IWorkPartGrain PartOf(QueueId queue) => _queues.GetOrAdd(
        queue, static (id, grains) => grains.GetGrain<IWorkPartGrain>(id.GetNumericId()), _grains);

    /// <summary>Takes from one queue, for the agent that has it.</summary>
    private sealed class Receiver(IWorkPartGrain part) : IQueueAdapterReceiver
    {
        private const int TakenMax = 256;

        public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

        public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) =>
            (await part.TakeAsync(maxCount is > 0 and < TakenMax ? maxCount : TakenMax)).Value;

        public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

        public Task Shutdown(TimeSpan timeout) => Task.CompletedTask;
    }
}
