using System.Globalization;
using System.Text.Json;

namespace Actors.Core.Definitions.Types;

/// <summary>Reads what a JSON Schema makes certain of its values.</summary>
internal sealed class SchemaShapes
{
    private const int DepthMax = 64;

    private readonly JsonElement _root;
    private readonly Dictionary<string, Shape> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, JsonElement>> _parts = new(StringComparer.Ordinal);

    private SchemaShapes(JsonElement root) => _root = root;

    /// <summary>
    /// The shape of a schema that <c>JsonSchema</c> takes, or of one that .NET wrote; of any other nothing is certain.
    /// </summary>
    public static Shape Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
            return new SchemaShapes(document.RootElement).Read(document.RootElement, "#", 0);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or text that is not valid Unicode.
            return Shape.Any;
        }
    }

    private Shape Read(JsonElement schema, string at, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > DepthMax) return Shape.Any;
        if (_read.TryGetValue(at, out var known)) return known;
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var pointer = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : "";
            return Find(pointer) is { } target ? Read(target, pointer, depth + 1) : Shape.Any;
        }

        var shape = new Shape();
        _read[at] = shape;
        shape.Kinds = KindsOf(schema);
        ReadRecord(shape, schema, at, depth);
        if (schema.TryGetProperty("items", out var items)) shape.Items = Read(items, at + "/items", depth + 1);
        foreach (var (keyword, isAll) in new[] { ("anyOf", false), ("oneOf", false), ("allOf", true) })
        {
            if (!schema.TryGetProperty(keyword, out var parts) || parts.ValueKind != JsonValueKind.Array) continue;
            var shapes = parts.EnumerateArray().Select((p, i) => Read(p, $"{at}/{keyword}/{i}", depth + 1)).ToList();
            if (isAll) shapes.ForEach(part => Narrow(shape, part));
            else shape.Kinds &= Shape.Union(shapes).Kinds;
        }

        return shape;
    }

    private void ReadRecord(Shape shape, JsonElement schema, string at, int depth)
    {
        if (schema.TryGetProperty("properties", out var members) && members.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in members.EnumerateObject())
                shape.Members[member.Name] = Read(member.Value, $"{at}/properties/{Escape(member.Name)}", depth + 1);
        }

        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
            shape.Required.UnionWith(required.EnumerateArray().Select(r => r.ToString()));
        if (!schema.TryGetProperty("additionalProperties", out var others)) return;
        shape.IsClosed = others.ValueKind == JsonValueKind.False;
        shape.Others = Read(others, at + "/additionalProperties", depth + 1);
    }

    private static void Narrow(Shape shape, Shape part)
    {
        shape.Kinds &= part.Kinds;
        shape.Required.UnionWith(part.Required);
        foreach (var (name, member) in part.Members) shape.Members.TryAdd(name, member);
    }

    private static JsonKinds KindsOf(JsonElement schema)
    {
        var kinds = JsonKinds.Any;
        if (schema.TryGetProperty("type", out var type))
        {
            kinds = type.ValueKind == JsonValueKind.Array
                ? type.EnumerateArray().Aggregate(JsonKinds.None, (all, one) => all | KindOf(one.ToString()))
                : KindOf(type.ToString());
        }

        if (schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array)
            kinds &= values.EnumerateArray().Aggregate(JsonKinds.None, (all, one) => all | KindOf(one));
        if (schema.TryGetProperty("const", out var only)) kinds &= KindOf(only);
        return kinds;
    }

    private static JsonKinds KindOf(string type) => type switch
    {
        "null" => JsonKinds.Null,
        "boolean" => JsonKinds.Truth,
        "integer" => JsonKinds.Integer,
        "number" => JsonKinds.Integer | JsonKinds.Fraction,
        "string" => JsonKinds.Text,
        "array" => JsonKinds.List,
        "object" => JsonKinds.Record,
        _ => JsonKinds.Any,
    };

    /// <summary>The kind of a value that is there.</summary>
    public static JsonKinds KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonKinds.Null,
        JsonValueKind.True or JsonValueKind.False => JsonKinds.Truth,
        JsonValueKind.Number when value.TryGetInt64(out _) => JsonKinds.Integer,
        JsonValueKind.Number when value.TryGetDecimal(out var number) && !decimal.IsInteger(number) =>
            JsonKinds.Fraction,
        JsonValueKind.Number => JsonKinds.Integer | JsonKinds.Fraction,
        JsonValueKind.String => JsonKinds.Text,
        JsonValueKind.Array => JsonKinds.List,
        _ => JsonKinds.Record,
    };

    /// <summary>What a JSON Pointer (RFC 6901) in a URI fragment names; null: nothing.</summary>
    private JsonElement? Find(string pointer)
    {
        if (pointer != "#" && !pointer.StartsWith("#/", StringComparison.Ordinal)) return null;
        var (at, end) = (_root, 1);
        while (end < pointer.Length)
        {
            var next = pointer.IndexOf('/', end + 1);
            if (next < 0) next = pointer.Length;
            var name = pointer[(end + 1)..next].Replace("~1", "/", StringComparison.Ordinal)
                .Replace("~0", "~", StringComparison.Ordinal);
            if (!PartsOf(at, pointer[..end]).TryGetValue(name, out at)) return null;
            end = next;
        }

        return at;
    }

    // Looked up once per value: an element searches its members one after the other.
    private Dictionary<string, JsonElement> PartsOf(JsonElement value, string at)
    {
        if (_parts.TryGetValue(at, out var parts)) return parts;
        _parts[at] = parts = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject()) parts[member.Name] = member.Value;
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                parts[parts.Count.ToString(CultureInfo.InvariantCulture)] = item;
        }

        return parts;
    }

    private static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
