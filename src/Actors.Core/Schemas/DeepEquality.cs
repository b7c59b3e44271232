using System.Text.Json;

namespace Actors.Core.Schemas;

/// <summary>Equality of JSON values with a hash that looks all the way in.</summary>
internal sealed class DeepEquality : IEqualityComparer<JsonElement>
{
    public static DeepEquality Instance { get; } = new();

    public bool Equals(JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y);

    public int GetHashCode(JsonElement value)
    {
        var hash = new HashCode();
        hash.Add((int)value.ValueKind);
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                hash.Add(value.GetString()!, StringComparer.Ordinal);
                break;
            case JsonValueKind.Number:
                // Of all spellings of a number, 1 and 1.0 and 10e-1, the double is the same.
                hash.Add(value.GetDouble());
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) hash.Add(GetHashCode(item));
                break;
            case JsonValueKind.Object:
                // The order of members means nothing.
                var members = 0;
                foreach (var member in value.EnumerateObject())
                {
                    var name = member.Name.GetHashCode(StringComparison.Ordinal);
                    members += HashCode.Combine(name, GetHashCode(member.Value));
                }

                hash.Add(members);
                break;
        }

        return hash.ToHashCode();
    }
}
