using System.Diagnostics.CodeAnalysis;
using Actors.Core.Processes;

namespace Actors.Grains.Invocations;

/// <summary>
/// The definitions a silo knows: by content hash all that were ever registered, by name the current one.
/// </summary>
public interface IDefinitionCatalog
{
    /// <summary>
    /// Whether a process that is not current may become so: a silo of a cluster is given grains while it starts, and
    /// while other silos know more than it does.
    /// </summary>
    bool MayStillCome(string process);

    /// <summary>The definition of a hash that an invocation has pinned.</summary>
    /// <exception cref="NotFoundException">It was never registered with this store.</exception>
    ValueTask<CompiledProcess> GetAsync(string hash, CancellationToken cancellationToken);

    /// <summary>
    /// The definition of a hash, if it is in memory: it is from its registration, or its first
    /// <see cref="GetAsync"/>, on.
    /// </summary>
    bool TryGet(string hash, [NotNullWhen(true)] out CompiledProcess? definition);

    /// <summary>The definition that new invocations of a process get.</summary>
    /// <returns>False if there is none.</returns>
    bool TryGetCurrent(string process, [NotNullWhen(true)] out CompiledProcess? definition);
}
