using System.Diagnostics.CodeAnalysis;

namespace Actors;

/// <summary>The kinds of grain. The numbers are stored in journals and frozen.</summary>
public enum GrainKind
{
    /// <summary>One run of a process; key: tenant / process / id.</summary>
    Invocation = 1,

    /// <summary>A shared entity; key: tenant / entity type / id.</summary>
    Entity = 2,

    /// <summary>A work queue with its limits; key: tenant / process / queue. Volatile: it has no journal.</summary>
    Queue = 3,

    /// <summary>The definitions of a tenant; key: tenant / "definitions" / "all".</summary>
    Registry = 4,
}

/// <summary>
/// Names one grain, and with it one journal. The tenant is part of every key.
/// </summary>
/// <param name="Kind">What kind of grain it is.</param>
/// <param name="Tenant">Tenant; <see cref="Names.DefaultTenant"/> where nobody said otherwise.</param>
/// <param name="Type">Process name, entity type or queue owner; a <see cref="Names">name</see>.</param>
/// <param name="Id">Chosen by the caller: 1 to 256 characters, no control characters.</param>
public readonly record struct GrainKey(GrainKind Kind, string Tenant, string Type, string Id)
{
    /// <summary>
    /// The key as <c>kind/tenant/type/id</c> with <c>/</c> and <c>%</c> in the parts percent-encoded.
    /// </summary>
    public override string ToString() =>
        $"{KindText(Kind)}/{Escape(Tenant)}/{Escape(Type)}/{Escape(Id)}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <returns>False if <paramref name="text"/> is not a key.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out GrainKey key)
    {
        key = default;
        if (text?.Split('/') is not { Length: 4 } parts || KindOf(parts[0]) is not { } kind) return false;
        key = new GrainKey(kind, Unescape(parts[1]), Unescape(parts[2]), Unescape(parts[3]));
        return true;
    }

    private static string KindText(GrainKind kind) => kind switch
    {
        GrainKind.Invocation => "invocation",
        GrainKind.Entity => "entity",
        GrainKind.Queue => "queue",
        GrainKind.Registry => "registry",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of grain"),
    };

    private static GrainKind? KindOf(string text) => text switch
    {
        "invocation" => GrainKind.Invocation,
        "entity" => GrainKind.Entity,
        "queue" => GrainKind.Queue,
        "registry" => GrainKind.Registry,
        _ => null,
    };

    private static string Escape(string part) =>
        part.AsSpan().IndexOfAny('/', '%') < 0
            ? part
            : part.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    private static string Unescape(string part) =>
        part.Contains('%', StringComparison.Ordinal)
            ? part.Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal)
            : part;
}
