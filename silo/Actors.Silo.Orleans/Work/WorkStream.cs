using Actors.Grains.Work;
using Actors.Silo.Orleans.Hosting;
using Actors.Silo.Orleans.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace Actors.Silo.Orleans.Work;

/// <summary>
/// The stream that carries attempts to the workers. An attempt goes to the same part of it each time, so that one that
/// is handed out again while it runs is seen to run. It is volatile: the journals know what is outstanding.
/// </summary>
internal sealed class WorkStream(IServiceProvider services, ActorsClusterOptions options)
{
    /// <summary>Name of the stream provider.</summary>
    public const string Provider = "actors";

    /// <summary>Namespace of the streams.</summary>
    public const string Namespace = "actors.work";

    private IAsyncStream<Envelope>[]? _parts;

    /// <summary>How many parts it has.</summary>
    public int Parts => options.WorkPartitions;

    /// <summary>Puts an attempt into the stream.</summary>
    /// <param name="item">The attempt.</param>
    /// <param name="shift">
    /// How many parts further than the attempt's own: another part may be another silo's.
    /// </param>
    public Task PublishAsync(WorkItem item, int shift)
    {
        var parts = _parts ??= Open();
        var own = FrozenHash.Of($"{item.Key.Invocation}/{item.Key.Step}/{item.Key.Item}") % (uint)parts.Length;
        return parts[(own + (uint)shift) % (uint)parts.Length].OnNextAsync(MessageCodec.Write(item));
    }

    private IAsyncStream<Envelope>[] Open()
    {
        var provider = services.GetRequiredKeyedService<IStreamProvider>(Provider);
        return [.. Enumerable.Range(0, options.WorkPartitions)
            .Select(i => provider.GetStream<Envelope>(StreamId.Create(Namespace, WorkParts.KeyOf(i))))];
    }
}
