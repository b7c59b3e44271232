using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Core.Definitions.Types;

/// <summary>
/// What <see cref="Payload.JsonOptions"/> make of .NET types, by the schemas that System.Text.Json has of them.
/// </summary>
internal sealed class ClrShapes
{
    private readonly Dictionary<(Type Type, bool IsWritten), Shape> _known = [];

    /// <summary>The shape of a type's JSON.</summary>
    /// <param name="type">The type.</param>
    /// <param name="isWritten">
    /// Whether it is written, and so has the members of its type and no others; else it is read, which passes over
    /// members that are not known.
    /// </param>
    public Shape Of(Type type, bool isWritten)
    {
        if (_known.TryGetValue((type, isWritten), out var known)) return known;
        return _known[(type, isWritten)] = Read(type, isWritten);
    }

    private static Shape Read(Type type, bool isWritten)
    {
        var options = new JsonSchemaExporterOptions
        {
            TransformSchemaNode = (context, node) => Adjust(context.TypeInfo, node, isWritten),
        };
        try
        {
            return SchemaShapes.Read(Payload.JsonOptions.GetJsonSchemaAsNode(type, options).ToJsonString());
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // A type without a schema, or one that nests without end: nothing is certain about it.
            return Shape.Any;
        }
    }

    private static JsonNode Adjust(JsonTypeInfo type, JsonNode node, bool isWritten)
    {
        if (node is not JsonObject schema || schema.ContainsKey("$ref")) return node;
        if ((Nullable.GetUnderlyingType(type.Type) ?? type.Type).IsEnum)
        {
            // Written by name; read by name or number.
            var kinds = isWritten ? new JsonArray("string", "null") : new JsonArray("string", "integer", "null");
            return new JsonObject { ["type"] = kinds };
        }

        if (schema.ContainsKey("not")) return new JsonObject();
        if (type.Kind != JsonTypeInfoKind.Object) return node;
        var isOpen = type.PolymorphismOptions is not null || type.Properties.Any(p => p.IsExtensionData);
        if (isWritten && !isOpen && !schema.ContainsKey("additionalProperties")) schema["additionalProperties"] = false;
        if (isWritten) schema["required"] = new JsonArray([.. type.Properties.Select(p => (JsonNode)p.Name)]);
        return node;
    }
}
