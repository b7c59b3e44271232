using System.Globalization;
using System.Text.Json;

namespace Actors.Core.Schemas;

/// <summary>A number: exact within the range of decimals, an IEEE 754 double beyond it.</summary>
internal readonly struct SchemaNumber
{
    private readonly decimal? _exact;
    private readonly double _double;

    private SchemaNumber(decimal? exact, double value)
    {
        _exact = exact;
        _double = value;
    }

    public bool IsPositive => _double > 0;

    public bool IsWhole =>
        _exact is { } exact ? decimal.Truncate(exact) == exact : Math.Truncate(_double).Equals(_double);

    public static SchemaNumber Of(JsonElement number)
    {
        var value = number.GetDouble();

        // What is too small for a decimal reads as 0 there.
        var isExact = number.TryGetDecimal(out var exact) && (exact != 0 || value == 0);
        return new SchemaNumber(isExact ? exact : null, value);
    }

    /// <summary>Less than 0: this is the lesser; more: the other.</summary>
    public int Against(SchemaNumber other) => _exact is { } exact && other._exact is { } otherExact
        ? exact.CompareTo(otherExact)
        : _double.CompareTo(other._double);

    public bool IsMultipleOf(SchemaNumber divisor) => _exact is { } exact && divisor._exact is { } by
        ? exact % by == 0
        : Math.IEEERemainder(_double, divisor._double) == 0;

    public override string ToString() =>
        _exact?.ToString(CultureInfo.InvariantCulture) ?? _double.ToString("R", CultureInfo.InvariantCulture);
}
