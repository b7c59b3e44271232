using System.Text.Json;

namespace Actors.Core.JsonPath;

/// <summary>Comparisons, RFC 9535 section 2.3.5.2.2. An undefined element stands for nothing.</summary>
internal static class Comparison
{
    public static bool Holds(JsonElement left, ComparisonOperator op, JsonElement right) => op switch
    {
        ComparisonOperator.Equal => AreEqual(left, right),
        ComparisonOperator.NotEqual => !AreEqual(left, right),
        ComparisonOperator.Less => IsLess(left, right),
        ComparisonOperator.LessOrEqual => IsLess(left, right) || AreEqual(left, right),
        ComparisonOperator.Greater => IsLess(right, left),
        _ => IsLess(right, left) || AreEqual(left, right),
    };

    public static bool AreEqual(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind) return false;
        switch (left.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False: return true;
            case JsonValueKind.Number: return CompareNumbers(left, right) == 0;
            case JsonValueKind.String: return left.ValueEquals(right.GetString());
            case JsonValueKind.Array:
                return left.GetArrayLength() == right.GetArrayLength() &&
                    left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => AreEqual(pair.First, pair.Second));
            default: return AreObjectsEqual(left, right);
        }
    }

    private static bool AreObjectsEqual(JsonElement left, JsonElement right)
    {
        var count = 0;
        foreach (var member in left.EnumerateObject())
        {
            count++;
            if (!right.TryGetProperty(member.Name, out var other) || !AreEqual(member.Value, other)) return false;
        }

        return count == right.EnumerateObject().Count();
    }

    private static bool IsLess(JsonElement left, JsonElement right) => (left.ValueKind, right.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => CompareNumbers(left, right) < 0,
        (JsonValueKind.String, JsonValueKind.String) => CompareText(left.GetString()!, right.GetString()!) < 0,
        _ => false,
    };

    /// <summary>Exact where both fit a decimal, else as doubles.</summary>
    private static int CompareNumbers(JsonElement left, JsonElement right) =>
        left.TryGetDecimal(out var a) && right.TryGetDecimal(out var b)
            ? a.CompareTo(b)
            : left.GetDouble().CompareTo(right.GetDouble());

    /// <summary>
    /// By Unicode scalar values, which differs from the order of UTF-16 units beyond the basic plane.
    /// </summary>
    private static int CompareText(string left, string right)
    {
        var a = left.EnumerateRunes();
        var b = right.EnumerateRunes();
        while (true)
        {
            var (hasA, hasB) = (a.MoveNext(), b.MoveNext());
            if (!hasA || !hasB) return hasA.CompareTo(hasB);
            if (a.Current != b.Current) return a.Current.CompareTo(b.Current);
        }
    }
}
