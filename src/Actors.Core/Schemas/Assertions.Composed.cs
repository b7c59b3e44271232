using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Actors.Core.Schemas;

/// <summary>Keywords made of other schemas, and formats.</summary>
internal static partial class Assertions
{
    public sealed record OfFormat(string Name) : Assertion
    {
        public static ImmutableArray<string> Names { get; } = ["date-time", "date", "uuid", "email", "uri"];

        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.String) return;
            var text = value.GetString()!;
            var holds = Name switch
            {
                "date-time" => text.Contains('T', StringComparison.OrdinalIgnoreCase) && value.TryGetDateTimeOffset(out _),
                "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
                "uuid" => Guid.TryParseExact(text, "D", out _),
                "email" => IsEmail(text),
                _ => Uri.TryCreate(text, UriKind.Absolute, out _),
            };
            if (!holds) check.Add(pointer, $"is {Show(value)}, has to be a {Name}");
        }

        private static bool IsEmail(string text)
        {
            var at = text.LastIndexOf('@');
            return at > 0 && at < text.Length - 1 && !text.Any(char.IsWhiteSpace) && !text.AsSpan(0, at).Contains('@');
        }
    }

    public sealed record Combined(string Keyword, ImmutableArray<SchemaNode> Schemas) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (Keyword == "allOf")
            {
                foreach (var schema in Schemas) schema.Check(value, pointer, check, depth);
                return;
            }

            var fitting = Schemas.Count(s => s.Fits(value, depth));
            if (fitting == 0) check.Add(pointer, $"fits none of the {Schemas.Length} alternatives");
            else if (Keyword == "oneOf" && fitting > 1) check.Add(pointer, $"fits {fitting} of the alternatives, has to fit exactly one");
        }
    }

    public sealed record Not(SchemaNode Schema) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (Schema.Fits(value, depth)) check.Add(pointer, "has a form that is excluded");
        }
    }

    public sealed record Reference(SchemaNode Target) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth) =>
            Target.Check(value, pointer, check, depth);

        // The default would walk into itself where a schema refers to itself.
        public override string ToString() => "$ref";
    }
}
