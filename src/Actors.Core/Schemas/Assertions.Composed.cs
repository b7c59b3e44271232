using System.Collections.Immutable;
using System.Text.Json;

namespace Actors.Core.Schemas;

/// <summary>Keywords made of other schemas, and formats.</summary>
internal static partial class Assertions
{
    public sealed class OfFormat(string name) : Assertion
    {
        public static ImmutableArray<string> Names { get; } = ["date-time", "date", "uuid", "email", "uri"];

        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.String) return;
            var text = value.GetString()!;
            if (!Formats.Fits(name, text)) check.Add(pointer, $"is {Show(value)}, has to be a {name}");
        }
    }

    public sealed class Combined(string keyword, ImmutableArray<SchemaNode> schemas) : Assertion
    {
        public override IEnumerable<SchemaNode> SameValue => schemas;

        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (keyword == "allOf")
            {
                foreach (var schema in schemas) schema.Check(value, pointer, check, depth);
                return;
            }

            var fitting = schemas.Count(s => s.Fits(value, check, depth));
            if (fitting == 0) check.Add(pointer, $"fits none of the {schemas.Length} alternatives");
            if (keyword == "oneOf" && fitting > 1)
                check.Add(pointer, $"fits {fitting} of the alternatives, has to fit exactly one");
        }
    }

    public sealed class Not(SchemaNode schema) : Assertion
    {
        public override IEnumerable<SchemaNode> SameValue => [schema];

        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (schema.Fits(value, check, depth)) check.Add(pointer, "has a form that is excluded");
        }
    }

    public sealed class Reference(SchemaNode target) : Assertion
    {
        public override IEnumerable<SchemaNode> SameValue => [target];

        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth) =>
            target.Check(value, pointer, check, depth);
    }
}
