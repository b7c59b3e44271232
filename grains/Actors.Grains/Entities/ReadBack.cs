using System.Globalization;
using System.Text.Json;

namespace Actors.Grains.Entities;

/// <summary>Compares a state with what became of it when it was read and written again.</summary>
internal static class ReadBack
{
    /// <summary>Path of the first difference; null: there is none but in the order of members.</summary>
    public static string? FirstDifference(Payload state, Payload again) => state == again
        ? null
        : FirstDifference(state.ToElement(), again.ToElement(), "$");

    private static string? FirstDifference(JsonElement state, JsonElement again, string path)
    {
        if (JsonElement.DeepEquals(state, again)) return null;
        if (state.ValueKind != again.ValueKind) return path;
        return state.ValueKind switch
        {
            JsonValueKind.Object => InObject(state, again, path),
            JsonValueKind.Array when state.GetArrayLength() == again.GetArrayLength() => InArray(state, again, path),
            _ => path,
        };
    }

    private static string InObject(JsonElement state, JsonElement again, string path)
    {
        foreach (var member in state.EnumerateObject())
        {
            var inner = $"{path}.{member.Name}";
            if (!again.TryGetProperty(member.Name, out var other)) return inner;
            if (FirstDifference(member.Value, other, inner) is { } found) return found;
        }

        return path;
    }

    private static string InArray(JsonElement state, JsonElement again, string path)
    {
        for (var i = 0; i < state.GetArrayLength(); i++)
        {
            var inner = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (FirstDifference(state[i], again[i], inner) is { } found) return found;
        }

        return path;
    }
}
