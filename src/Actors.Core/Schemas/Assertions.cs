using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Actors.Core.Schemas;

/// <summary>The keywords.</summary>
internal static partial class Assertions
{
    public sealed record Never : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth) => check.Add(pointer, "is not allowed");
    }

    public sealed record OfType(ImmutableArray<string> Types) : Assertion
    {
        public static ImmutableArray<string> Names { get; } = ["object", "array", "string", "number", "integer", "boolean", "null"];

        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            foreach (var type in Types)
            {
                if (Is(value, type)) return;
            }

            check.Add(pointer, $"is {NameOf(value)}, has to be {string.Join(" or ", Types)}");
        }

        private static bool Is(JsonElement value, string type) => type switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && IsWhole(value),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => value.ValueKind == JsonValueKind.Null,
        };

        private static bool IsWhole(JsonElement value) => value.TryGetInt64(out _) ||
            (value.TryGetDecimal(out var number) ? decimal.Truncate(number) == number : value.GetDouble() % 1 == 0);
    }

    public sealed record Required(ImmutableArray<string> Names) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Object) return;
            foreach (var name in Names)
            {
                if (!value.TryGetProperty(name, out _)) check.Add(pointer, $"has no '{name}', which is required");
            }
        }
    }

    public sealed record Properties(Dictionary<string, SchemaNode> Known, SchemaNode? Others, bool AreOthersRefused) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Object) return;
            foreach (var member in value.EnumerateObject())
            {
                if (check.IsFull) return;
                var at = $"{pointer}/{member.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
                if (Known.TryGetValue(member.Name, out var schema)) schema.Check(member.Value, at, check, depth);
                else if (AreOthersRefused) check.Add(at, Unknown(member.Name));
                else Others?.Check(member.Value, at, check, depth);
            }
        }

        private string Unknown(string name) =>
            "is not known" + (Text.Spelling.Nearest(name, Known.Keys) is { } near ? $"; did you mean '{near}'?" : "");
    }

    public sealed record Items(SchemaNode Schema) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Array) return;
            var i = 0;
            foreach (var item in value.EnumerateArray())
            {
                if (check.IsFull) return;
                Schema.Check(item, $"{pointer}/{i++}", check, depth);
            }
        }
    }

    public sealed record OneOfValues(ImmutableArray<JsonElement> Values) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            foreach (var allowed in Values)
            {
                if (JsonElement.DeepEquals(allowed, value)) return;
            }

            check.Add(pointer, $"is {Show(value)}, has to be {string.Join(" or ", Values.Take(10).Select(Show))}");
        }
    }

    public sealed record Number(string Keyword, decimal Bound) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Number) return;
            var number = value.TryGetDecimal(out var exact) ? exact : value.GetDouble() > 0 ? decimal.MaxValue : decimal.MinValue;
            var (holds, rule) = Keyword switch
            {
                "minimum" => (number >= Bound, "at least"),
                "maximum" => (number <= Bound, "at most"),
                "exclusiveMinimum" => (number > Bound, "more than"),
                "exclusiveMaximum" => (number < Bound, "less than"),
                _ => (Bound != 0 && number % Bound == 0, "a multiple of"),
            };
            if (!holds) check.Add(pointer, $"is {value.GetRawText()}, has to be {rule} {Bound.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    public sealed record Length(bool IsMin, int Bound) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.String) return;
            var length = 0;
            foreach (var _ in value.GetString()!.EnumerateRunes()) length++;
            if (IsMin ? length < Bound : length > Bound)
                check.Add(pointer, $"has {length} characters, has to have {(IsMin ? "at least" : "at most")} {Bound}");
        }
    }

    public sealed record ItemCount(bool IsMin, int Bound) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Array) return;
            var count = value.GetArrayLength();
            if (IsMin ? count < Bound : count > Bound)
                check.Add(pointer, $"has {count} items, has to have {(IsMin ? "at least" : "at most")} {Bound}");
        }
    }

    public sealed record Unique : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.Array) return;
            var seen = new HashSet<JsonElement>(Comparer.Instance);
            if (!value.EnumerateArray().All(seen.Add)) check.Add(pointer, "has the same item twice");
        }

        private sealed class Comparer : IEqualityComparer<JsonElement>
        {
            public static Comparer Instance { get; } = new();

            public bool Equals(JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y);

            public int GetHashCode(JsonElement e) => e.ValueKind switch
            {
                JsonValueKind.String => e.GetString()!.GetHashCode(StringComparison.Ordinal),
                JsonValueKind.Number => e.GetDouble().GetHashCode(),
                JsonValueKind.Array => HashCode.Combine(JsonValueKind.Array, e.GetArrayLength()),
                _ => (int)e.ValueKind,
            };
        }
    }

    public sealed record Matches(Regex Pattern) : Assertion
    {
        public override void Check(JsonElement value, string pointer, SchemaCheck check, int depth)
        {
            if (value.ValueKind != JsonValueKind.String) return;
            try
            {
                if (!Pattern.IsMatch(value.GetString()!)) check.Add(pointer, $"is {Show(value)}, has to match '{Pattern}'");
            }
            catch (RegexMatchTimeoutException)
            {
                check.Add(pointer, $"takes too long to match against '{Pattern}'");
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

    private static string Show(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
