using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Actors.Core.Schemas;

/// <summary>The keywords.</summary>
internal static partial class Assertions
{
    public sealed class Never : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth) =>
            check.Add(pointer, "is not allowed");
    }

    public sealed class OfType(ImmutableArray<string> types) : Assertion
    {
        public static ImmutableArray<string> Names { get; } =
            ["object", "array", "string", "number", "integer", "boolean", "null"];

        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            foreach (var type in types)
            {
                if (Is(value, type)) return;
            }

            check.Add(pointer, $"is {NameOf(value)}, has to be {string.Join(" or ", types)}");
        }

        private static bool Is(JsonElement value, string type) => type switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && SchemaNumber.Of(value).IsWhole,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => value.ValueKind == JsonValueKind.Null,
        };
    }

    public sealed class Required(ImmutableArray<string> names) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Object) return;
            foreach (var name in names)
            {
                if (!value.TryGetProperty(name, out _)) check.Add(pointer, $"has no '{name}', which is required");
            }
        }
    }

    public sealed class Properties(Dictionary<string, SchemaNode> known, SchemaNode? others, bool areOthersRefused)
        : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Object) return;
            foreach (var member in value.EnumerateObject())
            {
                if (!check.GoesOn()) return;
                var at = $"{pointer}/{Escape(member.Name)}";
                if (known.TryGetValue(member.Name, out var schema)) schema.Check(member.Value, at, check, depth);
                else if (areOthersRefused) check.Add(at, Unknown(member.Name));
                else others?.Check(member.Value, at, check, depth);
            }
        }

        private string Unknown(string name) =>
            "is not known" + (Text.Spelling.Nearest(name, known.Keys) is { } near ? $"; did you mean '{near}'?" : "");
    }

    public sealed class Items(SchemaNode schema) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Array) return;
            var i = 0;
            foreach (var item in value.EnumerateArray())
            {
                if (!check.GoesOn()) return;
                schema.Check(item, $"{pointer}/{i++}", check, depth);
            }
        }
    }

    public sealed class OneOfValues(ImmutableArray<JsonElement> values) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            foreach (var allowed in values)
            {
                if (JsonElement.DeepEquals(allowed, value)) return;
            }

            check.Add(pointer, $"is {Show(value)}, has to be {string.Join(" or ", values.Take(10).Select(Show))}");
        }
    }

    public sealed class Number(string keyword, SchemaNumber bound) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Number) return;
            var number = SchemaNumber.Of(value);
            var (holds, rule) = keyword switch
            {
                "minimum" => (number.Against(bound) >= 0, "at least"),
                "maximum" => (number.Against(bound) <= 0, "at most"),
                "exclusiveMinimum" => (number.Against(bound) > 0, "more than"),
                "exclusiveMaximum" => (number.Against(bound) < 0, "less than"),
                _ => (number.IsMultipleOf(bound), "a multiple of"),
            };
            if (!holds) check.Add(pointer, $"is {Show(value)}, has to be {rule} {bound}");
        }
    }

    public sealed class Length(bool isMin, int bound) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.String) return;
            var length = 0;
            foreach (var _ in value.GetString()!.EnumerateRunes()) length++;
            if (isMin ? length < bound : length > bound)
                check.Add(pointer, $"has {length} characters, has to have {(isMin ? "at least" : "at most")} {bound}");
        }
    }

    public sealed class ItemCount(bool isMin, int bound) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Array) return;
            var count = value.GetArrayLength();
            if (isMin ? count < bound : count > bound)
                check.Add(pointer, $"has {count} items, has to have {(isMin ? "at least" : "at most")} {bound}");
        }
    }

    public sealed class Unique : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Array) return;
            var seen = new HashSet<JsonElement>(DeepEquality.Instance);
            if (!value.EnumerateArray().All(seen.Add)) check.Add(pointer, "has the same item twice");
        }
    }

    public sealed class Matches(Regex regex, string pattern) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.String) return;
            try
            {
                if (!regex.IsMatch(value.GetString()!))
                    check.Add(pointer, $"is {Show(value)}, has to match '{pattern}'");
            }
            catch (RegexMatchTimeoutException)
            {
                check.Add(pointer, $"takes too long to match against '{pattern}'");
            }
        }
    }

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    private static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Show(JsonElement value)
    {
        var text = value.GetRawText();
        if (text.Length <= 60) return text;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[59]) ? 59 : 60), "…");
    }
}
