using System.Diagnostics.CodeAnalysis;

namespace Actors;

/// <summary>
/// Names one invocation: the run of a process under an id that its starter chose or the engine made up.
/// </summary>
/// <param name="Tenant">Tenant.</param>
/// <param name="Process">Name of the process.</param>
/// <param name="Id">The idempotency key of its start, or a generated id.</param>
public readonly record struct InvocationId(string Tenant, string Process, string Id)
{
    /// <summary>An id in the default tenant.</summary>
    public InvocationId(string process, string id) : this(Names.DefaultTenant, process, id)
    {
    }

    /// <summary>The grain, and the journal, of this invocation.</summary>
    public GrainKey Key => new(GrainKind.Invocation, Tenant, Process, Id);

    /// <summary>
    /// <c>process/id</c>, with the tenant in front as <c>tenant/process/id</c> unless it is the default one and the id
    /// has no <c>/</c>: <see cref="TryParse"/> reads it back.
    /// </summary>
    public override string ToString() =>
        Tenant == Names.DefaultTenant && Id?.Contains('/', StringComparison.Ordinal) != true
            ? $"{Process}/{Id}"
            : $"{Tenant}/{Process}/{Id}";

    /// <summary>
    /// Reads <c>process/id</c> or, where the first two parts are names and a third follows, <c>tenant/process/id</c>.
    /// An id that itself contains <c>/</c> must be written with its tenant.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out InvocationId id)
    {
        id = default;
        if (text?.Split('/', 3) is not { Length: >= 2 } parts) return false;
        id = parts.Length == 2
            ? new InvocationId(parts[0], parts[1])
            : new InvocationId(parts[0], parts[1], parts[2]);
        return Names.IsName(id.Tenant) && Names.IsName(id.Process) && Names.IsId(id.Id);
    }
}

/// <summary>Names one shared entity.</summary>
/// <param name="Tenant">Tenant.</param>
/// <param name="Type">The name its class was registered under.</param>
/// <param name="Id">Which one of that type.</param>
public readonly record struct EntityId(string Tenant, string Type, string Id)
{
    /// <summary>An id in the default tenant.</summary>
    public EntityId(string type, string id) : this(Names.DefaultTenant, type, id)
    {
    }

    /// <summary>The grain, and the journal, of this entity.</summary>
    public GrainKey Key => new(GrainKind.Entity, Tenant, Type, Id);

    /// <inheritdoc/>
    public override string ToString() => Tenant == Names.DefaultTenant ? $"{Type}/{Id}" : $"{Tenant}/{Type}/{Id}";
}
