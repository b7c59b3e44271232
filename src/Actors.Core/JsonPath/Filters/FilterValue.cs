using System.Globalization;
using System.Text.Json;

namespace Actors.Core.JsonPath.Filters;

/// <summary>
/// A value that filters compare: nothing, a value of the document, or a literal. Whole numbers within 64 bits are
/// compared exactly, all other numbers as IEEE 754 doubles (RFC 7493, section 2.2).
/// </summary>
internal readonly struct FilterValue
{
    private readonly JsonElement _element;
    private readonly string? _text;
    private readonly long? _whole;
    private readonly double _number;

    private FilterValue(JsonValueKind kind, JsonElement element, string? text, long? whole, double number)
    {
        Kind = kind;
        _element = element;
        _text = text;
        _whole = whole;
        _number = number;
    }

    /// <summary>Its kind; undefined: nothing.</summary>
    public JsonValueKind Kind { get; }

    public static FilterValue Nothing => default;

    public static FilterValue Null => new(JsonValueKind.Null, default, null, null, 0);

    public static FilterValue Of(JsonElement element) => element.ValueKind == JsonValueKind.Number
        ? element.TryGetInt64(out var whole)
            ? Of(whole)
            : new FilterValue(JsonValueKind.Number, default, null, null, element.GetDouble())
        : new FilterValue(element.ValueKind, element, null, null, 0);

    public static FilterValue Of(string text) => new(JsonValueKind.String, default, text, null, 0);

    public static FilterValue Of(bool value) =>
        new(value ? JsonValueKind.True : JsonValueKind.False, default, null, null, 0);

    public static FilterValue Of(long whole) => new(JsonValueKind.Number, default, null, whole, whole);

    /// <summary>The number that a text of JSON's form stands for.</summary>
    public static FilterValue OfNumber(ReadOnlySpan<char> text)
    {
        const NumberStyles Sign = NumberStyles.AllowLeadingSign;
        if (long.TryParse(text, Sign, CultureInfo.InvariantCulture, out var whole)) return Of(whole);
        const NumberStyles Full = Sign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return new FilterValue(
            JsonValueKind.Number, default, null, null, double.Parse(text, Full, CultureInfo.InvariantCulture));
    }

    /// <summary>Its text, if it is a string.</summary>
    public string? Text => Kind == JsonValueKind.String ? _text ?? _element.GetString() : null;

    /// <summary>The number of characters, items or members (RFC 9535, section 2.4.4), else nothing.</summary>
    public FilterValue Length() => Kind switch
    {
        JsonValueKind.String => Of(CharactersOf(Text!)),
        JsonValueKind.Array => Of(_element.GetArrayLength()),
        JsonValueKind.Object => Of(_element.GetPropertyCount()),
        _ => Nothing,
    };

    public static bool AreEqual(in FilterValue a, in FilterValue b)
    {
        if (a.Kind != b.Kind) return false;
        return a.Kind switch
        {
            JsonValueKind.Number => CompareNumbers(a, b) == 0,
            JsonValueKind.String => AreSameText(a, b),
            JsonValueKind.Object or JsonValueKind.Array => JsonElement.DeepEquals(a._element, b._element),
            _ => true,
        };
    }

    /// <summary>Whether both are numbers or both are strings, and the first is the lesser.</summary>
    public static bool IsLess(in FilterValue a, in FilterValue b)
    {
        if (a.Kind != b.Kind) return false;
        return a.Kind switch
        {
            JsonValueKind.Number => CompareNumbers(a, b) < 0,
            JsonValueKind.String => CompareCharacters(a.Text!, b.Text!) < 0,
            _ => false,
        };
    }

    private static int CompareNumbers(in FilterValue a, in FilterValue b) =>
        a._whole is { } left && b._whole is { } right ? left.CompareTo(right) : a._number.CompareTo(b._number);

    private static bool AreSameText(in FilterValue a, in FilterValue b)
    {
        if (a._text is not null && b._text is not null) return a._text.Equals(b._text, StringComparison.Ordinal);
        if (a._text is not null) return b._element.ValueEquals(a._text);
        return b._text is not null ? a._element.ValueEquals(b._text) : JsonElement.DeepEquals(a._element, b._element);
    }

    // By Unicode scalar value: in UTF-16, surrogates (of the highest planes) sort before U+E000 to U+FFFF.
    private static int CompareCharacters(string a, string b)
    {
        var length = Math.Min(a.Length, b.Length);
        for (var i = 0; i < length; i++)
        {
            if (a[i] == b[i]) continue;
            var isHighA = char.IsSurrogate(a[i]);
            var isHighB = char.IsSurrogate(b[i]);
            return isHighA == isHighB ? a[i].CompareTo(b[i]) : isHighA.CompareTo(isHighB);
        }

        return a.Length.CompareTo(b.Length);
    }

    private static long CharactersOf(string text)
    {
        var count = text.Length;
        foreach (var c in text)
        {
            if (char.IsLowSurrogate(c)) count--;
        }

        return count;
    }
}
