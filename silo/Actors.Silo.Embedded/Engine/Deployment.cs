using System.Text;
using Actors.Core.Definitions;
using Actors.Core.Processes;
using Actors.Definitions;
using Actors.Grains.Hosting;
using Actors.Grains.Registry;
using Actors.Silo.Embedded.Hosting;

namespace Actors.Silo.Embedded;

/// <summary>
/// Processes that come over the API rather than from the silo's files or code. The registry remembers them, so every
/// silo of the store hosts them, also after a restart.
/// </summary>
internal sealed class Deployment(
    DefinitionCatalog catalog, IClientHost edge, ActorsOptions options, MissingParts missing, bool isShared)
{
    /// <summary>Checks, registers and makes current.</summary>
    /// <exception cref="DefinitionException">It breaks the rules.</exception>
    /// <exception cref="ConflictException">The process is the silo's own, and another one.</exception>
    public async Task<CompiledProcess> DeployAsync(Payload definition, CancellationToken cancellationToken)
    {
        var map = ProcessFile.Read(Encoding.UTF8.GetString(definition.Utf8.Span), "definition.json").MapOrThrow();
        var errors = ProcessCheck.Check(map, options);
        if (!errors.IsEmpty) throw new DefinitionException(errors);
        var (compiled, text) = Prepare(map);
        if (catalog.IsOwn(map.Process)) return OwnOf(map.Process, compiled.Hash);
        await edge.CallAsync(
            RegistryGrain.Key, new DeployDefinition(map.Process, map.Version, compiled.Hash, text), cancellationToken);
        await catalog.DeployAsync(compiled.Hash, cancellationToken);
        missing.Warn([map]);
        return compiled;
    }

    /// <summary>
    /// Looks which deployed definitions are current, so that a start that follows a deployment on another silo finds
    /// it. Nothing to do for a process of the silo's own, or where no other silo shares the store.
    /// </summary>
    public async ValueTask RefreshAsync(string? process, CancellationToken cancellationToken)
    {
        if (!isShared || process is not null && catalog.IsOwn(process)) return;
        await ReadAsync(null, cancellationToken);
    }

    /// <summary>Warns of what is missing for the processes there are.</summary>
    public void WarnOfMissing() => missing.Warn(catalog.Current.Select(process => process.Map));

    /// <summary>Registers a process of the silo's own.</summary>
    /// <returns>What the registry says is deployed.</returns>
    public async Task<GrainReply> RegisterAsync(
        CompiledProcess definition, Payload text, CancellationToken cancellationToken)
    {
        var (process, version) = (definition.Map.Process, definition.Map.Version);
        var reply = await edge.CallAsync(
            RegistryGrain.Key, new RegisterDefinition(process, version, definition.Hash, text), cancellationToken);
        catalog.MakeCurrent(definition);
        return reply;
    }

    /// <summary>Makes all that was deployed current.</summary>
    /// <param name="known">What the registry says is deployed; null: it is asked.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ReadAsync(GrainReply? known, CancellationToken cancellationToken)
    {
        known ??= await edge.CallAsync(RegistryGrain.Key, new ReadDeployed(), cancellationToken);
        if (known is not DeployedReply deployed)
            throw new UnavailableException("the registry of definitions did not say what is deployed; try again");
        foreach (var hash in deployed.Current.Values) await catalog.DeployAsync(hash, cancellationToken);
    }

    /// <summary>What is registered of a map: its compiled form, and the text that its hash is of.</summary>
    public static (CompiledProcess Definition, Payload Text) Prepare(StepMap map)
    {
        var text = StepMapJson.Write(map);
        return (
            CompiledProcess.Compile(map, ContentHash.OfCanonical(text)),
            Payload.FromTrustedUtf8(Encoding.UTF8.GetBytes(text)));
    }

    private CompiledProcess OwnOf(string process, string hash) =>
        catalog.TryGetCurrent(process, out var own) && own.Hash == hash
            ? own
            : throw new ConflictException(
                $"process '{process}' comes from the silo's own files or code, and they say something else: change " +
                "it there, or give this one another name");
}
