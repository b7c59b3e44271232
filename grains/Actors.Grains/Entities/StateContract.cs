using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Grains.Entities;

/// <summary>
/// Looks, once, at whether the state of an entity class comes back as it was written. What certainly does not is
/// refused; where it depends on what the class does with it, each state is read back before it is stored.
/// </summary>
internal sealed class StateContract
{
    /// <summary>What to do about a member that is written and not read.</summary>
    public const string WaysOut =
        "give it a public setter (set or init), a parameter of the constructor, or [JsonInclude]; or [JsonIgnore] if " +
        "it is not state, or derived from what is";

    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic |
        BindingFlags.DeclaredOnly;

    private const string OfProperty = ">k__BackingField";

    // Written from the top, and put on top of each other in that order when they are read.
    private static readonly ImmutableHashSet<Type> TurnedRound =
        [typeof(Stack<>), typeof(ConcurrentStack<>), typeof(ImmutableStack<>), typeof(IImmutableStack<>)];

    private readonly Type _entity;
    private readonly HashSet<Type> _seen = [];
    private bool _isDoubtful;

    private StateContract(Type entity) => _entity = entity;

    /// <summary>Whether a state has to be read back to know that nothing of it is lost.</summary>
    /// <exception cref="ArgumentException">Something of it would be lost.</exception>
    public static bool IsDoubtful(Type entity)
    {
        var contract = new StateContract(entity);
        for (var type = entity; type is not null && type != typeof(object); type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Entity<>))
            {
                contract.Visit(type.GetGenericArguments()[0]);
                break;
            }

            contract.CheckNothingKept(type);
        }

        return contract._isDoubtful;
    }

    /// <summary>What an entity keeps beside its state is gone with the object.</summary>
    private void CheckNothingKept(Type type)
    {
        var kept = type.GetFields(Own).FirstOrDefault(f => !f.IsInitOnly && !IsIgnored(f));
        if (kept is not null)
            throw new ArgumentException(
                $"entity class {_entity.Name} keeps '{NameOf(kept)}' beside its state, where it is not stored; move " +
                "it into the state, or give it [JsonIgnore] if it may be lost");
    }

    private void Visit(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (!_seen.Add(type)) return;
        var info = ContractOf(type);
        if (type.IsGenericType && TurnedRound.Contains(type.GetGenericTypeDefinition()))
            throw Refused(type, "comes back in reverse order", "use a list");
        if (info.Kind == JsonTypeInfoKind.Object) VisitObject(info);
        if (info.ElementType is { } element) Visit(element);
        if (info.KeyType is { } key) Visit(key);
        foreach (var derived in info.PolymorphismOptions?.DerivedTypes ?? []) Visit(derived.DerivedType);
    }

    private JsonTypeInfo ContractOf(Type type)
    {
        try
        {
            return Payload.JsonOptions.GetTypeInfo(type);
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            throw new ArgumentException(
                $"the state of entity class {_entity.Name} holds {type.Name}, which JSON can't hold: {e.Message}", e);
        }
    }

    private void VisitObject(JsonTypeInfo info)
    {
        if (info is { CreateObject: null, ConstructorAttributeProvider: null, PolymorphismOptions: null })
            throw Refused(
                info.Type, "can't be made when it is read",
                "give it one public constructor, or mark one with [JsonConstructor]; name the kinds of an abstract " +
                "type with [JsonDerivedType]");
        var written = info.Properties.Where(p => p.Get is not null).ToArray();
        var unread = written.Where(p => p is { Set: null, AssociatedParameter: null }).ToArray();
        if (unread.FirstOrDefault(p => IsLost(info, p)) is { } lost)
            throw Refused(info.Type, NameOf(lost), "is written and not read", WaysOut);
        var hasHidden = HasHiddenFields(info.Type, [.. written.Select(NameOf)]);
        // Made by a constructor it may be derived or not; put into what is there it may be there twice; calculated it
        // may be from what is not written.
        _isDoubtful |= unread.Length > 0 && (hasHidden || unread.Any(p => IsPopulated(info, p) || HasField(p)));
        foreach (var member in written) Visit(member.PropertyType);
    }

    // Nobody fills a list in a constructor only to have it ignored: it is what operations add to.
    private bool IsLost(JsonTypeInfo info, JsonPropertyInfo member) => !IsPopulated(info, member) &&
        (member.AttributeProvider is not PropertyInfo { SetMethod: null } ||
            HasField(member) && IsCollection(member.PropertyType));

    private bool IsCollection(Type type) => !type.IsArray && ContractOf(type) is
        { Kind: JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary, CreateObject: not null };

    /// <summary>Whether it has fields that are not written, from which others may be calculated.</summary>
    /// <exception cref="ArgumentException">One of them certainly is state.</exception>
    private bool HasHiddenFields(Type owner, HashSet<string> written)
    {
        var hasHidden = false;
        for (var type = owner; type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Own).Where(f => !written.Contains(NameOf(f)) && !IsIgnored(f)))
            {
                if (IsOfProperty(field) || field.IsPublic || written.Count == 0)
                    throw Refused(
                        owner, NameOf(field), "is not written",
                        "make it a public property, or give it [JsonInclude]; or [JsonIgnore] if it is not state");
                hasHidden = true;
            }
        }

        return hasHidden;
    }

    private ArgumentException Refused(Type type, string member, string what, string wayOut) =>
        Refused(type, $"loses '{member}', which {what}", wayOut);

    private ArgumentException Refused(Type type, string what, string wayOut) => new(
        $"the state of entity class {_entity.Name} can't be stored: {type.Name} {what}; {wayOut}");

    private static bool IsPopulated(JsonTypeInfo info, JsonPropertyInfo member) =>
        (member.ObjectCreationHandling ?? info.PreferredPropertyObjectCreationHandling) ==
        JsonObjectCreationHandling.Populate;

    private static bool HasField(JsonPropertyInfo member) => member.AttributeProvider is PropertyInfo property &&
        property.DeclaringType!.GetField($"<{property.Name}{OfProperty}", Own) is not null;

    private static bool IsOfProperty(FieldInfo field) => field.Name.EndsWith(OfProperty, StringComparison.Ordinal);

    private static string NameOf(JsonPropertyInfo member) =>
        (member.AttributeProvider as MemberInfo)?.Name ?? member.Name;

    private static string NameOf(FieldInfo field) =>
        IsOfProperty(field) ? field.Name[1..^OfProperty.Length] : field.Name;

    private static bool IsIgnored(FieldInfo field)
    {
        MemberInfo? member = IsOfProperty(field) ? field.DeclaringType!.GetProperty(NameOf(field), Own) : field;
        return member?.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always };
    }
}
