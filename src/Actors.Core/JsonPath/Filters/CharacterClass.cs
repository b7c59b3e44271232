using System.Globalization;
using System.Text;

namespace Actors.Core.JsonPath.Filters;

/// <summary>A set of Unicode characters, written for .NET: one unit, or a pair for those beyond U+FFFF.</summary>
internal sealed class CharacterClass(bool isNegated)
{
    private const int LastUnit = 0xFFFF;
    private const int FirstPair = 0x10000;
    private const int LastPair = 0x10FFFF;
    private const string Surrogates = @"\uD800-\uDFFF";

    private readonly List<(int From, int To)> _ranges = [];
    private readonly StringBuilder _categories = new();
    private bool _hasComplement;

    public void Add(int from, int to) => _ranges.Add((from, to));

    public void AddCategory(string name, bool isComplement)
    {
        _categories.Append(isComplement ? @"\P{" : @"\p{").Append(name).Append('}');
        _hasComplement |= isComplement;
    }

    public void WriteTo(StringBuilder text)
    {
        if (!isNegated && _categories.Length == 0 && _ranges is [(var from, var to)] && from == to && from <= LastUnit)
        {
            Unit(text, from);
            return;
        }

        var pairs = Pairs();
        text.Append("(?:");
        var hasUnits = Units(text);
        foreach (var (first, last) in pairs)
        {
            if (hasUnits) text.Append('|');
            hasUnits = true;
            PairRange(text, first, last);
        }

        text.Append(')');
    }

    private bool Units(StringBuilder text)
    {
        var units = new StringBuilder();
        foreach (var (from, to) in _ranges)
        {
            if (from <= LastUnit) Span(units, from, Math.Min(to, LastUnit));
        }

        units.Append(_categories);
        if (isNegated)
        {
            text.Append("[^").Append(units).Append(Surrogates).Append(']');
            return true;
        }

        if (units.Length == 0) return false;
        text.Append('[').Append(units).Append("-[").Append(Surrogates).Append("]]");
        return true;
    }

    // The ranges beyond U+FFFF that belong to the set.
    private List<(int From, int To)> Pairs()
    {
        var named = new List<(int From, int To)>();
        foreach (var (from, to) in _ranges)
        {
            if (to >= FirstPair) named.Add((Math.Max(from, FirstPair), to));
        }

        if (_hasComplement) named = [(FirstPair, LastPair)];
        if (!isNegated) return named;
        named.Sort();
        var others = new List<(int From, int To)>();
        var free = FirstPair;
        foreach (var (from, to) in named)
        {
            if (from > free) others.Add((free, from - 1));
            free = Math.Max(free, to + 1);
        }

        if (free <= LastPair) others.Add((free, LastPair));
        return others;
    }

    private static void PairRange(StringBuilder text, int from, int to)
    {
        var (highFrom, lowFrom) = Split(from);
        var (highTo, lowTo) = Split(to);
        if (highFrom == highTo)
        {
            Pair(text, highFrom, highFrom, lowFrom, lowTo);
            return;
        }

        Pair(text, highFrom, highFrom, lowFrom, 0xDFFF);
        if (highTo - highFrom > 1)
        {
            text.Append('|');
            Pair(text, highFrom + 1, highTo - 1, 0xDC00, 0xDFFF);
        }

        text.Append('|');
        Pair(text, highTo, highTo, 0xDC00, lowTo);
    }

    private static void Pair(StringBuilder text, int highFrom, int highTo, int lowFrom, int lowTo)
    {
        text.Append('[');
        Span(text, highFrom, highTo);
        text.Append("][");
        Span(text, lowFrom, lowTo);
        text.Append(']');
    }

    private static void Span(StringBuilder text, int from, int to)
    {
        Unit(text, from);
        text.Append('-');
        Unit(text, to);
    }

    private static void Unit(StringBuilder text, int unit) =>
        text.Append(CultureInfo.InvariantCulture, $"\\u{unit:X4}");

    private static (int High, int Low) Split(int character) =>
        (0xD800 + ((character - FirstPair) >> 10), 0xDC00 + ((character - FirstPair) & 0x3FF));
}
