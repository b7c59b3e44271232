using Actors.Silo.Orleans.Messaging;
using Orleans.Concurrency;

namespace Actors.Silo.Orleans.Shells;

/// <summary>What one of our grains is for Orleans: an address that takes envelopes. Its key is the text of its
/// <see cref="GrainKey"/>.</summary>
[Alias("actors.grain")]
internal interface IActorsGrain : IGrainWithStringKey
{
    /// <summary>
    /// A request and its answer: the reply, an error, or, for what may be repeated, that there is none yet.
    /// </summary>
    [Alias("call")]
    Task<Envelope> CallAsync(Envelope request);

    /// <summary>A message that nobody waits for; it may be lost.</summary>
    [Alias("post")]
    [OneWay]
    Task PostAsync(Envelope message);

    /// <summary>A worker says what became of an attempt, and hears that it was heard.</summary>
    [Alias("settle")]
    Task SettleAsync(Envelope outcome);

    /// <summary>Waits until the journal has grown beyond a sequence, or for a while.</summary>
    /// <returns>Its last sequence.</returns>
    [Alias("grown")]
    Task<long> GrownAsync(long after);

    /// <summary>A worker says that it runs an attempt of this grain.</summary>
    [Alias("taken")]
    [OneWay]
    Task TakenAsync(Envelope work, SiloAddress by, IWorkControl control);
}

/// <summary>One run of a process.</summary>
[Alias("actors.invocation")]
internal interface IInvocationGrain : IActorsGrain;

/// <summary>One shared entity.</summary>
[Alias("actors.entity")]
internal interface IEntityGrain : IActorsGrain;

/// <summary>The definitions of a store.</summary>
[Alias("actors.registry")]
internal interface IRegistryGrain : IActorsGrain;

/// <summary>Reaches the attempts that run on one silo.</summary>
[Alias("actors.work-control")]
internal interface IWorkControl : IGrainObserver
{
    /// <summary>Tells an attempt to stop; nothing happens if it has ended.</summary>
    [Alias("cancel")]
    [OneWay]
    Task CancelAsync(Envelope work);
}
