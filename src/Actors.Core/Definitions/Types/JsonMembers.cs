using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Core.Definitions.Types;

/// <summary>What <see cref="Payload.JsonOptions"/> call the members of .NET types.</summary>
internal static class JsonMembers
{
    /// <summary>The name of a member in the JSON of its owner; null: it is not there.</summary>
    /// <param name="owner">Type of the value that is asked, which may inherit the member.</param>
    /// <param name="member">The member.</param>
    public static string? NameOf(Type owner, MemberInfo member)
    {
        if (TypeInfoOf(owner) is not { } type || HasOwnConverter(type)) return Expected(member);
        return type.Properties.FirstOrDefault(p => IsWritten(p) && Is(p, member))?.Name;
    }

    // An ignored one is listed, but neither read nor written; extension data stands among the others, without a name.
    private static bool IsWritten(JsonPropertyInfo property) =>
        property is { IsExtensionData: false } and ({ Get: not null } or { Set: not null });

    private static bool Is(JsonPropertyInfo property, MemberInfo member) =>
        property.AttributeProvider is MemberInfo known && known.Name == member.Name;

    // What a converter that is not .NET's own writes is not known.
    private static bool HasOwnConverter(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.None &&
        type.Type != typeof(Payload) && type.Converter.GetType().Assembly != typeof(JsonSerializer).Assembly;

    private static string Expected(MemberInfo member) =>
        member.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
        ?? Payload.JsonOptions.PropertyNamingPolicy?.ConvertName(member.Name)
        ?? member.Name;

    private static JsonTypeInfo? TypeInfoOf(Type type)
    {
        try
        {
            return Payload.JsonOptions.GetTypeInfo(type);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // It can't be JSON: what is made of it says so.
            return null;
        }
    }
}
