using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Actors.Core.Text;

namespace Actors.Core.Schemas;

/// <summary>Reads a schema into nodes, each keyword into one assertion.</summary>
internal sealed class SchemaReader(JsonElement root)
{
    private static readonly ImmutableArray<string> PassedOver =
        ["title", "description", "default", "examples", "$schema", "$id", "$comment", "$defs"];

    private static readonly ImmutableArray<string> Known =
    [
        "type", "required", "properties", "additionalProperties", "items", "enum", "const", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems",
        "maxItems", "uniqueItems", "format", "anyOf", "allOf", "oneOf", "not", "$ref", .. PassedOver,
    ];

    private readonly Dictionary<string, SchemaNode> _definitions = new(StringComparer.Ordinal);

    public SchemaNode Read()
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$defs", out var definitions))
        {
            Demand(definitions.ValueKind == JsonValueKind.Object, "#/$defs", "has to be an object");
            foreach (var d in definitions.EnumerateObject()) _definitions[d.Name] = new SchemaNode();
            foreach (var d in definitions.EnumerateObject())
                ReadInto(_definitions[d.Name], d.Value, $"#/$defs/{d.Name}");
        }

        var node = ReadNode(root, "#");
        if (SchemaCycles.Find(_definitions) is { } name)
            throw Invalid($"#/$defs/{name}", "refers to itself for the same value; do so from a member or an item");
        return node;
    }

    private SchemaNode ReadNode(JsonElement element, string at)
    {
        var node = new SchemaNode();
        ReadInto(node, element, at);
        return node;
    }

    private void ReadInto(SchemaNode node, JsonElement element, string at)
    {
        if (element.ValueKind is JsonValueKind.True) return;
        if (element.ValueKind is JsonValueKind.False)
        {
            node.Add(new Assertions.Never());
            return;
        }

        Demand(element.ValueKind == JsonValueKind.Object, at, "has to be an object, true or false");
        foreach (var keyword in element.EnumerateObject())
        {
            Demand(keyword.Name != "$defs" || at == "#", $"{at}/$defs", "is out of reach; put it at the top");
            if (!PassedOver.Contains(keyword.Name, StringComparer.Ordinal)) ReadKeyword(node, element, keyword, at);
        }
    }

    private void ReadKeyword(SchemaNode node, JsonElement owner, JsonProperty keyword, string at)
    {
        var value = keyword.Value;
        var place = $"{at}/{keyword.Name}";
        switch (keyword.Name)
        {
            case "type": node.Add(new Assertions.OfType(Types(value, place))); break;
            case "required": node.Add(new Assertions.Required(Strings(value, place))); break;
            case "properties" or "additionalProperties":
                if (keyword.Name == "properties" || !owner.TryGetProperty("properties", out _))
                    node.Add(Properties(owner, at));
                break;
            case "items": node.Add(new Assertions.Items(ReadNode(value, place))); break;
            case "enum":
                Demand(value.ValueKind == JsonValueKind.Array, place, "has to be an array");
                node.Add(new Assertions.OneOfValues([.. value.EnumerateArray().Select(v => v.Clone())]));
                break;
            case "const": node.Add(new Assertions.OneOfValues([value.Clone()])); break;
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf":
                var number = Number(value, place);
                Demand(keyword.Name != "multipleOf" || number.IsPositive, place, "has to be more than 0");
                node.Add(new Assertions.Number(keyword.Name, number));
                break;
            case "minLength" or "maxLength":
                node.Add(new Assertions.Length(keyword.Name == "minLength", Count(value, place)));
                break;
            case "minItems" or "maxItems":
                node.Add(new Assertions.ItemCount(keyword.Name == "minItems", Count(value, place)));
                break;
            case "uniqueItems":
                Demand(value.ValueKind is JsonValueKind.True or JsonValueKind.False, place, "has to be true or false");
                if (value.GetBoolean()) node.Add(new Assertions.Unique());
                break;
            case "pattern": node.Add(new Assertions.Matches(Pattern(value, place))); break;
            case "format": node.Add(Format(value, place)); break;
            case "anyOf" or "allOf" or "oneOf":
                node.Add(new Assertions.Combined(keyword.Name, Nodes(value, place)));
                break;
            case "not": node.Add(new Assertions.Not(ReadNode(value, place))); break;
            case "$ref": node.Add(new Assertions.Reference(Reference(value, place))); break;
            default:
                throw new InvalidSchemaException(
                    $"the schema has '{keyword.Name}' at {at}, which is not understood{Hint(keyword.Name, Known)}");
        }
    }

    private Assertions.Properties Properties(JsonElement owner, string at)
    {
        var known = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        if (owner.TryGetProperty("properties", out var properties))
        {
            Demand(properties.ValueKind == JsonValueKind.Object, at + "/properties", "has to be an object");
            foreach (var p in properties.EnumerateObject())
                known[p.Name] = ReadNode(p.Value, $"{at}/properties/{p.Name}");
        }

        var others = owner.TryGetProperty("additionalProperties", out var additional)
            ? ReadNode(additional, at + "/additionalProperties")
            : null;
        return new Assertions.Properties(known, others, additional.ValueKind == JsonValueKind.False);
    }

    private SchemaNode Reference(JsonElement value, string place)
    {
        const string Prefix = "#/$defs/";
        var target = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (target.StartsWith(Prefix, StringComparison.Ordinal) &&
            _definitions.TryGetValue(target[Prefix.Length..], out var node)) return node;
        throw new InvalidSchemaException(
            $"the schema refers to '{target}' at {place}; references go to '#/$defs/NAME' of the same schema" +
            Hint(target, _definitions.Keys.Select(name => Prefix + name)));
    }

    private ImmutableArray<SchemaNode> Nodes(JsonElement value, string place)
    {
        var hasSchemas = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0;
        Demand(hasSchemas, place, "has to be an array with at least one schema");
        return [.. value.EnumerateArray().Select((v, i) => ReadNode(v, $"{place}/{i}"))];
    }

    private static Assertions.OfFormat Format(JsonElement value, string place)
    {
        var name = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        DemandOneOf(name, Assertions.OfFormat.Names, place, "formats");
        return new Assertions.OfFormat(name);
    }

    private static Regex Pattern(JsonElement value, string place)
    {
        Demand(value.ValueKind == JsonValueKind.String, place, "has to be a string");
        var text = value.GetString()!;
        try
        {
            return EcmaPattern.Compile(text);
        }
        catch (ArgumentException e)
        {
            throw Invalid(place, $"is not a regular expression: {e.Message}");
        }
    }

    private static ImmutableArray<string> Types(JsonElement value, string place)
    {
        ImmutableArray<string> types =
            value.ValueKind == JsonValueKind.String ? [value.GetString()!] : Strings(value, place);
        foreach (var type in types) DemandOneOf(type, Assertions.OfType.Names, place, "types");
        return types;
    }

    private static ImmutableArray<string> Strings(JsonElement value, string place)
    {
        var areStrings = value.ValueKind == JsonValueKind.Array &&
            value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String);
        Demand(areStrings, place, "has to be an array of strings");
        return [.. value.EnumerateArray().Select(e => e.GetString()!)];
    }

    private static SchemaNumber Number(JsonElement value, string place) =>
        value.ValueKind == JsonValueKind.Number ? SchemaNumber.Of(value) : throw Invalid(place, "has to be a number");

    private static int Count(JsonElement value, string place) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0
            ? count
            : throw Invalid(place, "has to be a whole number from 0");

    private static void Demand(bool holds, string place, string message)
    {
        if (!holds) throw Invalid(place, message);
    }

    private static void DemandOneOf(string word, ImmutableArray<string> known, string place, string what) => Demand(
        known.Contains(word, StringComparer.Ordinal),
        place,
        $"is '{word}'{Hint(word, known)}; {what}: {string.Join(", ", known)}");

    private static string Hint(string word, IEnumerable<string> known) =>
        Spelling.Nearest(word, known) is { } near ? $"; did you mean '{near}'?" : "";

    private static InvalidSchemaException Invalid(string place, string message) =>
        new($"the schema's {place} {message}");

    internal sealed class InvalidSchemaException(string message) : Exception(message);
}
