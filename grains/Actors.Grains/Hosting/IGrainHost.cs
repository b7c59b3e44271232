namespace Actors.Grains.Hosting;

/// <summary>
/// The outside's view of a host, for clients, workers and the silo's edge. (A grain sees <see cref="IGrainTurn"/>
/// instead: it never awaits.)
/// </summary>
public interface IGrainHost
{
    /// <summary>The host's clock.</summary>
    TimeProvider Time { get; }

    /// <summary>Sends a request and waits for the answer. What the answer says is durable.</summary>
    /// <exception cref="OverloadedException">The grain's mailbox or the host is full; nothing was done.</exception>
    /// <exception cref="UnavailableException">The grain or the host went away: the request may or may not have been
    /// carried out.</exception>
    /// <exception cref="Actors.Journal.StoreException">The store did not take the events: for a full store, nothing
    /// was done; else uncertain.</exception>
    ValueTask<GrainReply> CallAsync<TReply>(
        GrainKey to, GrainRequest<TReply> request, CancellationToken cancellationToken = default)
        where TReply : GrainReply;

    /// <summary>Sends a message one way. It may be lost with the process.</summary>
    void Post(GrainKey to, GrainMessage message);
}

/// <summary>Makes grains. The host calls it once per activation.</summary>
public interface IGrainFactory
{
    /// <summary>A new, not yet activated grain for a key.</summary>
    /// <exception cref="NotFoundException">Nothing of that type is registered.</exception>
    Grain Create(GrainKey key);
}
