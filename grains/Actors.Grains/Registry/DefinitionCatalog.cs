using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Actors.Core.Definitions;
using Actors.Core.Processes;
using Actors.Grains.Invocations;
using Actors.Journal;

namespace Actors.Grains.Registry;

/// <summary>
/// Compiled definitions, kept in memory once they are needed. Those that are not in memory are read from the store,
/// where registration put their text under their hash.
/// </summary>
public sealed class DefinitionCatalog(IJournalStore store) : IDefinitionCatalog
{
    private readonly ConcurrentDictionary<string, CompiledProcess> _byHash = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CompiledProcess> _current = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _own = new(StringComparer.Ordinal);
    private volatile bool _isComplete;

    /// <summary>
    /// Says whether other silos may know a process that this one does not; null: there are no others.
    /// </summary>
    public Func<string, bool>? MayBeElsewhere { get; set; }

    /// <summary>The processes that can be started, by name.</summary>
    public IReadOnlyCollection<CompiledProcess> Current =>
        [.. _current.Values.OrderBy(p => p.Map.Process, StringComparer.Ordinal)];

    /// <summary>
    /// Makes a registered definition of this silo's own files or code the one that new invocations of its process get.
    /// </summary>
    public void MakeCurrent(CompiledProcess definition)
    {
        _byHash[definition.Hash] = definition;
        _own[definition.Map.Process] = true;
        _current[definition.Map.Process] = definition;
    }

    /// <summary>
    /// Makes a deployed definition the one that new invocations of its process get, unless the process is this silo's
    /// own.
    /// </summary>
    public async ValueTask DeployAsync(string hash, CancellationToken cancellationToken)
    {
        var definition = await GetAsync(hash, cancellationToken);
        if (!IsOwn(definition.Map.Process)) _current[definition.Map.Process] = definition;
    }

    /// <summary>Whether the process comes from this silo's own files or code, and not over the API.</summary>
    public bool IsOwn(string process) => _own.ContainsKey(process);

    /// <summary>All processes of this silo are current.</summary>
    public void Complete() => _isComplete = true;

    /// <inheritdoc/>
    public bool MayStillCome(string process) => !_isComplete || MayBeElsewhere?.Invoke(process) == true;

    /// <inheritdoc/>
    public async ValueTask<CompiledProcess> GetAsync(string hash, CancellationToken cancellationToken)
    {
        if (_byHash.TryGetValue(hash, out var known)) return known;
        var bytes = await store.ReadPayloadAsync(new PayloadHash(hash), cancellationToken);
        return _byHash.GetOrAdd(hash, Compile(hash, bytes));
    }

    /// <summary>Reads a definition as registration stored it.</summary>
    /// <exception cref="StoreCorruptException">This version can't read it.</exception>
    internal static CompiledProcess Compile(string hash, ReadOnlyMemory<byte> bytes)
    {
        var result = StepMapJson.Read(Encoding.UTF8.GetString(bytes.Span));
        if (result.IsValid) return CompiledProcess.Compile(result.Map, hash);
        throw new StoreCorruptException(
            $"definition {hash} is in the store, but this version can't read it: {result.Errors[0]}");
    }

    /// <inheritdoc/>
    public bool TryGet(string hash, [NotNullWhen(true)] out CompiledProcess? definition) =>
        _byHash.TryGetValue(hash, out definition);

    /// <inheritdoc/>
    public bool TryGetCurrent(string process, [NotNullWhen(true)] out CompiledProcess? definition) =>
        _current.TryGetValue(process, out definition);
}
