using System.Collections.Immutable;
using Actors.Definitions;
using Actors.Journal;

namespace Actors.Cli.Local;

/// <summary>What an engine in this process hosts.</summary>
/// <param name="Processes">Its processes.</param>
/// <param name="Store">Path of its store.</param>
/// <param name="Services">Addresses of services, over what the processes declare.</param>
/// <param name="TimeScale">Factor on the time of simulated steps; null: the engine's default.</param>
/// <param name="WorkersMax">Attempts that run at once; null: the engine's default.</param>
internal sealed record LocalEngineSettings(
    ImmutableArray<StepMap> Processes,
    string Store,
    ImmutableSortedDictionary<string, Uri> Services,
    double? TimeScale = null,
    int? WorkersMax = null);

/// <summary>
/// An engine that a run uses. Disposing one in this process drains it and closes its store; a silo goes on.
/// </summary>
internal interface IRunEngine : IAsyncDisposable
{
    /// <summary>Talks to it.</summary>
    IActorsClient Client { get; }

    /// <summary>Whether its store takes appends; one of a silo is the silo's business, and counts as ready.</summary>
    StoreHealth Health { get; }
}

/// <summary>Starts engines.</summary>
internal interface ILocalEngines
{
    /// <summary>Starts one; it takes up what its store holds unfinished.</summary>
    /// <exception cref="StoreOpenException">The store can't be opened.</exception>
    Task<IRunEngine> StartAsync(LocalEngineSettings settings, CancellationToken cancellationToken);
}
