using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Actors.Core.Text;

namespace Actors.Core.Schemas;

/// <summary>Reads what keywords are given. Null: it is something else, which is then among the errors.</summary>
internal static class SchemaValues
{
    public static ImmutableArray<string>? Types(JsonElement value, string place, SchemaErrors errors)
    {
        var types = value.ValueKind == JsonValueKind.String ? [value.GetString()!] : Strings(value, place, errors);
        if (types is not { } words) return null;
        var areKnown = true;
        foreach (var type in words) areKnown &= IsOneOf(type, Assertions.OfType.Names, place, "types", errors);
        return areKnown ? words : null;
    }

    public static ImmutableArray<string>? Strings(JsonElement value, string place, SchemaErrors errors)
    {
        var areStrings = value.ValueKind == JsonValueKind.Array &&
            value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String);
        if (!errors.Demand(areStrings, place, "has to be an array of strings")) return null;
        return [.. value.EnumerateArray().Select(e => e.GetString()!)];
    }

    public static SchemaNumber? Number(JsonElement value, string place, bool isPositive, SchemaErrors errors)
    {
        if (!errors.Demand(value.ValueKind == JsonValueKind.Number, place, "has to be a number")) return null;
        var number = SchemaNumber.Of(value);
        return errors.Demand(!isPositive || number.IsPositive, place, "has to be more than 0") ? number : null;
    }

    public static int? Count(JsonElement value, string place, SchemaErrors errors)
    {
        var count = 0;
        var isCount = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out count) && count >= 0;
        return errors.Demand(isCount, place, "has to be a whole number from 0") ? count : null;
    }

    public static string? Format(JsonElement value, string place, SchemaErrors errors)
    {
        var name = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return IsOneOf(name, Assertions.OfFormat.Names, place, "formats", errors) ? name : null;
    }

    public static Regex? Pattern(JsonElement value, string place, SchemaErrors errors)
    {
        if (!errors.Demand(value.ValueKind == JsonValueKind.String, place, "has to be a string")) return null;
        try
        {
            return EcmaPattern.Compile(value.GetString()!);
        }
        catch (ArgumentException e)
        {
            errors.Add(place, $"is not a regular expression: {e.Message.TrimEnd('.')}");
            return null;
        }
    }

    private static bool IsOneOf(
        string word, ImmutableArray<string> known, string place, string what, SchemaErrors errors)
    {
        if (known.Contains(word, StringComparer.Ordinal)) return true;
        errors.Add(place, $"is '{word}'; {what}: {string.Join(", ", known)}", Spelling.Nearest(word, known));
        return false;
    }
}
