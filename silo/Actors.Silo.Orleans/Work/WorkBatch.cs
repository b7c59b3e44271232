using Actors.Silo.Orleans.Messaging;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Actors.Silo.Orleans.Work;

/// <summary>One attempt in a queue of the work stream.</summary>
[GenerateSerializer]
[Immutable]
[Alias("actors.work-batch")]
internal sealed class WorkBatch : IBatchContainer
{
    /// <summary>The part of the stream it is of.</summary>
    [Id(0)]
    public StreamId StreamId { get; set; }

    /// <summary>The attempt.</summary>
    [Id(1)]
    public Envelope Work { get; set; } = null!;

    /// <summary>What calls carry along: correlation, tenant, trace; null: nothing.</summary>
    [Id(2)]
    public Dictionary<string, object>? Context { get; set; }

    /// <summary>Its place in the queue; greater than all before it.</summary>
    [Id(3)]
    public long Sequence { get; set; }

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken => new EventSequenceTokenV2(Sequence);

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() =>
        Work is T work ? [Tuple.Create(work, SequenceToken)] : [];

    /// <inheritdoc/>
    public bool ImportRequestContext()
    {
        if (Context is null) return false;
        RequestContextExtensions.Import(Context);
        return true;
    }
}
