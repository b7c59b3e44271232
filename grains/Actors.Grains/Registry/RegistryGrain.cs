using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Actors.Core.Journaling;
using Actors.Grains.Hosting;
using Actors.Journal;

namespace Actors.Grains.Registry;

/// <summary>Registers a definition; the repeat changes nothing. The answer says what was deployed.</summary>
/// <param name="Process">Name of the process.</param>
/// <param name="Version">Version, as people count.</param>
/// <param name="Definition">Content hash: SHA-256 of <paramref name="CanonicalJson"/>.</param>
/// <param name="CanonicalJson">The definition.</param>
public sealed record RegisterDefinition(string Process, int Version, string Definition, Payload CanonicalJson)
    : GrainRequest<DeployedReply>, IRepeatable;

/// <summary>
/// Registers a definition that came over the API, and makes it the one that new invocations of its process get; the
/// repeat changes nothing.
/// </summary>
/// <param name="Process">Name of the process.</param>
/// <param name="Version">Version, as people count.</param>
/// <param name="Definition">Content hash: SHA-256 of <paramref name="CanonicalJson"/>.</param>
/// <param name="CanonicalJson">The definition.</param>
public sealed record DeployDefinition(string Process, int Version, string Definition, Payload CanonicalJson)
    : GrainRequest<Done>, IRepeatable;

/// <summary>Lists all definitions that were ever registered.</summary>
public sealed record ReadRegistry : GrainRequest<RegistryReply>, IRepeatable;

/// <summary>The definitions.</summary>
/// <param name="Definitions">In the order of registration.</param>
public sealed record RegistryReply(ImmutableArray<RegisteredDefinition> Definitions) : GrainReply;

/// <summary>Lists what was deployed over the API.</summary>
public sealed record ReadDeployed : GrainRequest<DeployedReply>, IRepeatable;

/// <summary>What was deployed over the API.</summary>
/// <param name="Current">Content hashes of the current definitions, by process.</param>
public sealed record DeployedReply(ImmutableSortedDictionary<string, string> Current) : GrainReply;

/// <summary>One registered definition. Its text is kept as a payload under its content hash.</summary>
/// <param name="Process">Name of the process.</param>
/// <param name="Version">Version, as people count.</param>
/// <param name="Definition">Content hash.</param>
/// <param name="At">When it was first registered.</param>
public sealed record RegisteredDefinition(string Process, int Version, string Definition, DateTimeOffset At);

/// <summary>
/// Remembers every definition that an invocation may have pinned, so that it can be run on when the file it came from
/// has changed or is gone. The text is stored as a payload by hash, and the content hash of a definition is that
/// hash.
/// </summary>
public sealed class RegistryGrain : Grain
{
    private readonly Dictionary<string, RegisteredDefinition> _byHash = new(StringComparer.Ordinal);
    private ImmutableArray<RegisteredDefinition> _inOrder = [];
    private ImmutableSortedDictionary<string, string> _deployed =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Key of the one registry of a store.</summary>
    public static GrainKey Key { get; } = new(GrainKind.Registry, Names.DefaultTenant, "definitions", "all");

    /// <inheritdoc/>
    public override async ValueTask ActivateAsync(IGrainHistory history, CancellationToken cancellationToken)
    {
        await foreach (var record in history.Records.WithCancellation(cancellationToken))
        {
            using var events = JsonDocument.Parse(record.Events);
            foreach (var e in events.RootElement.EnumerateArray()) Fold(e);
        }
    }

    /// <inheritdoc/>
    public override void Receive(GrainMessage message, IGrainTurn turn)
    {
        switch (message)
        {
            case RegisterDefinition r:
                Register(r, turn);
                turn.Reply(new DeployedReply(_deployed));
                break;
            case DeployDefinition d: Deploy(d, turn); break;
            case ReadRegistry: turn.Reply(new RegistryReply(_inOrder)); break;
            case ReadDeployed: turn.Reply(new DeployedReply(_deployed)); break;
            case Activated or WakeUp: break;
            default: throw new InvalidOperationException($"the registry does not understand {message.GetType().Name}");
        }
    }

    private void Register(RegisterDefinition r, IGrainTurn turn)
    {
        if (!_byHash.ContainsKey(r.Definition))
        {
            var registered = new RegisteredDefinition(r.Process, r.Version, r.Definition, turn.Now);
            turn.Append(new DefinitionRegistered(registered, r.CanonicalJson));
            turn.Project(new Projection("Active", _inOrder.IsEmpty ? turn.Now : _inOrder[0].At));
            Fold(registered);
        }
    }

    private void Deploy(DeployDefinition d, IGrainTurn turn)
    {
        Register(new RegisterDefinition(d.Process, d.Version, d.Definition, d.CanonicalJson), turn);
        if (_deployed.GetValueOrDefault(d.Process) != d.Definition)
        {
            turn.Append(new DefinitionDeployed(d.Process, d.Definition, turn.Now));
            _deployed = _deployed.SetItem(d.Process, d.Definition);
        }

        turn.Reply(Done.Instance);
    }

    private void Fold(JsonElement e)
    {
        switch (e[0].GetInt32())
        {
            case 1:
                Fold(DefinitionRegistered.Read(e));
                break;
            case 2:
                var deployed = DefinitionDeployed.Read(e);
                _deployed = _deployed.SetItem(deployed.Process, deployed.Definition);
                break;
            default:
                throw new StoreCorruptException(
                    $"the registry holds an event of kind {e[0]} that this version does not know");
        }
    }

    private void Fold(RegisteredDefinition registered)
    {
        if (_byHash.TryAdd(registered.Definition, registered)) _inOrder = _inOrder.Add(registered);
    }

    /// <summary>
    /// Event 1: <c>[1, process, version, at in Unix milliseconds, reference to the text]</c>. Frozen.
    /// </summary>
    private sealed record DefinitionRegistered(RegisteredDefinition Definition, Payload CanonicalJson) : IJournalEvent
    {
        public void WriteTo(EventWriter writer)
        {
            var json = writer.Json;
            json.WriteStartArray();
            json.WriteNumberValue(1);
            json.WriteStringValue(Definition.Process);
            json.WriteNumberValue(Definition.Version);
            json.WriteNumberValue(Definition.At.ToUnixTimeMilliseconds());
            writer.WritePayloadByHash(CanonicalJson);
            json.WriteEndArray();
        }

        public static RegisteredDefinition Read(JsonElement e) =>
            PayloadReference.TryRead(JsonMarshal.GetRawUtf8Value(e[4]), out var hash)
                ? new RegisteredDefinition(
                    e[1].GetString()!, e[2].GetInt32(), hash.Hex,
                    DateTimeOffset.FromUnixTimeMilliseconds(e[3].GetInt64()))
                : throw new StoreCorruptException("the registry holds a definition without a reference to its text");
    }

    /// <summary>Event 2: <c>[2, process, content hash, at in Unix milliseconds]</c>. Frozen.</summary>
    private sealed record DefinitionDeployed(string Process, string Definition, DateTimeOffset At) : IJournalEvent
    {
        public void WriteTo(EventWriter writer)
        {
            var json = writer.Json;
            json.WriteStartArray();
            json.WriteNumberValue(2);
            json.WriteStringValue(Process);
            json.WriteStringValue(Definition);
            json.WriteNumberValue(At.ToUnixTimeMilliseconds());
            json.WriteEndArray();
        }

        public static DefinitionDeployed Read(JsonElement e) =>
            new(e[1].GetString()!, e[2].GetString()!, DateTimeOffset.FromUnixTimeMilliseconds(e[3].GetInt64()));
    }
}
