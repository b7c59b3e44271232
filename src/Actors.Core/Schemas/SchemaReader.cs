using System.Collections.Immutable;
using System.Text.Json;
using Actors.Core.Text;

namespace Actors.Core.Schemas;

/// <summary>
/// Reads a schema into nodes, each keyword into one assertion. A keyword that is wrong is noted and passed over, so
/// that reading goes on to the next mistake.
/// </summary>
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
    private readonly SchemaErrors _errors = new();

    public ImmutableArray<SchemaError> Errors => _errors.ToImmutable();

    /// <summary>The schema; to be used only if there are no errors.</summary>
    public SchemaNode Read()
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$defs", out var definitions) &&
            _errors.Demand(definitions.ValueKind == JsonValueKind.Object, "#/$defs", "has to be an object"))
        {
            foreach (var d in definitions.EnumerateObject()) _definitions[d.Name] = new SchemaNode();
            foreach (var d in definitions.EnumerateObject())
                ReadInto(_definitions[d.Name], d.Value, Below("#/$defs", d.Name));
        }

        var node = ReadNode(root, "#");
        if (SchemaCycles.Find(_definitions) is { } name)
            _errors.Add(Below("#/$defs", name), "refers to itself for the same value; do so from a member or an item");
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

        var isObject = element.ValueKind == JsonValueKind.Object;
        if (!_errors.Demand(isObject, at, "has to be an object, true or false")) return;
        foreach (var keyword in element.EnumerateObject())
        {
            if (keyword.Name == "$defs" && at != "#") _errors.Add($"{at}/$defs", "is out of reach; put it at the top");
            if (PassedOver.Contains(keyword.Name, StringComparer.Ordinal)) continue;
            if (ReadKeyword(element, keyword, at) is { } assertion) node.Add(assertion);
        }
    }

    // Null: there is nothing to assert, or a mistake, which is among the errors.
    private Assertion? ReadKeyword(JsonElement owner, JsonProperty keyword, string at)
    {
        var value = keyword.Value;
        var place = Below(at, keyword.Name);
        switch (keyword.Name)
        {
            case "type":
                return SchemaValues.Types(value, place, _errors) is { } types ? new Assertions.OfType(types) : null;
            case "required":
                return SchemaValues.Strings(value, place, _errors) is { } names ? new Assertions.Required(names) : null;
            case "properties": return Properties(owner, at);
            case "additionalProperties" when owner.TryGetProperty("properties", out _): return null;
            case "additionalProperties": return Properties(owner, at);
            case "items": return new Assertions.Items(ReadNode(value, place));
            case "enum":
                return _errors.Demand(value.ValueKind == JsonValueKind.Array, place, "has to be an array")
                    ? new Assertions.OneOfValues([.. value.EnumerateArray().Select(v => v.Clone())])
                    : null;
            case "const": return new Assertions.OneOfValues([value.Clone()]);
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf":
                return SchemaValues.Number(value, place, keyword.Name == "multipleOf", _errors) is { } number
                    ? new Assertions.Number(keyword.Name, number)
                    : null;
            case "minLength" or "maxLength":
                return SchemaValues.Count(value, place, _errors) is { } characters
                    ? new Assertions.Length(keyword.Name == "minLength", characters)
                    : null;
            case "minItems" or "maxItems":
                return SchemaValues.Count(value, place, _errors) is { } items
                    ? new Assertions.ItemCount(keyword.Name == "minItems", items)
                    : null;
            case "uniqueItems":
                var isFlag = value.ValueKind is JsonValueKind.True or JsonValueKind.False;
                return _errors.Demand(isFlag, place, "has to be true or false") && value.GetBoolean()
                    ? new Assertions.Unique()
                    : null;
            case "pattern":
                return SchemaValues.Pattern(value, place, _errors) is { } regex
                    ? new Assertions.Matches(regex, value.GetString()!)
                    : null;
            case "format":
                return SchemaValues.Format(value, place, _errors) is { } name ? new Assertions.OfFormat(name) : null;
            case "anyOf" or "allOf" or "oneOf":
                return Nodes(value, place) is { } nodes ? new Assertions.Combined(keyword.Name, nodes) : null;
            case "not": return new Assertions.Not(ReadNode(value, place));
            case "$ref": return Reference(value, place) is { } target ? new Assertions.Reference(target) : null;
            default:
                _errors.AddUnknown(place, keyword.Name, Known);
                return null;
        }
    }

    private Assertions.Properties Properties(JsonElement owner, string at)
    {
        var known = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        if (owner.TryGetProperty("properties", out var properties) &&
            _errors.Demand(properties.ValueKind == JsonValueKind.Object, at + "/properties", "has to be an object"))
        {
            foreach (var p in properties.EnumerateObject())
                known[p.Name] = ReadNode(p.Value, Below(at + "/properties", p.Name));
        }

        var others = owner.TryGetProperty("additionalProperties", out var additional)
            ? ReadNode(additional, at + "/additionalProperties")
            : null;
        return new Assertions.Properties(known, others, additional.ValueKind == JsonValueKind.False);
    }

    private SchemaNode? Reference(JsonElement value, string place)
    {
        const string Prefix = "#/$defs/";
        var target = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (target.StartsWith(Prefix, StringComparison.Ordinal) &&
            _definitions.TryGetValue(target[Prefix.Length..], out var node)) return node;
        _errors.Add(
            place, $"refers to '{target}'; references go to '#/$defs/NAME' of the same schema",
            Spelling.Nearest(target, _definitions.Keys.Select(name => Prefix + name)));
        return null;
    }

    private ImmutableArray<SchemaNode>? Nodes(JsonElement value, string place)
    {
        var hasSchemas = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0;
        if (!_errors.Demand(hasSchemas, place, "has to be an array with at least one schema")) return null;
        return [.. value.EnumerateArray().Select((v, i) => ReadNode(v, $"{place}/{i}"))];
    }

    private static string Below(string at, string name) =>
        $"{at}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
