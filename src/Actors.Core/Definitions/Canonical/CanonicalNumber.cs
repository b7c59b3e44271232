using System.Globalization;
using System.Numerics;
using System.Text;

namespace Actors.Core.Definitions.Canonical;

/// <summary>
/// One way to write each decimal number, without loss: <c>1.50</c>, <c>15e-1</c> and <c>+1.5</c> are <c>1.5</c>;
/// <c>-0</c> is <c>0</c>. From 1e21 on and below 1e-6 with an exponent.
/// </summary>
internal static class CanonicalNumber
{
    private const int CharactersMax = 1100;
    private const int ExponentMax = 308;

    /// <summary>Normalises a number of JSON or of YAML's core schema.</summary>
    /// <returns>False if the text is no number, or one that no reader of JSON could hold.</returns>
    public static bool TryNormalize(ReadOnlySpan<char> text, out string number)
    {
        number = "";
        if (text.IsEmpty || text.Length > CharactersMax) return false;
        if (TryReadRadix(text, out number)) return true;

        var negative = text[0] == '-';
        if (text[0] is '-' or '+') text = text[1..];
        var exponent = 0;
        var e = text.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            if (!TryReadExponent(text[(e + 1)..], out exponent)) return false;
            text = text[..e];
        }

        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? default : text[(point + 1)..];
        if (whole.IsEmpty && fraction.IsEmpty || !AllDigits(whole) || !AllDigits(fraction)) return false;
        return TryWrite(negative, string.Concat(whole, fraction), exponent - fraction.Length, out number);
    }

    /// <summary>Whether YAML's core schema takes the text for a number.</summary>
    public static bool LooksLikeNumber(ReadOnlySpan<char> text)
    {
        if (text.Length > 0 && text[0] is '-' or '+') text = text[1..];
        if (text.Length > 1 && text[0] == '.') text = text[1..];
        return text.Length > 0 && char.IsAsciiDigit(text[0]);
    }

    private static bool TryReadExponent(ReadOnlySpan<char> text, out int exponent)
    {
        exponent = 0;
        var digits = text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;
        return !digits.IsEmpty && digits.Length <= 4 && AllDigits(digits) &&
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent);
    }

    private static bool TryReadRadix(ReadOnlySpan<char> text, out string number)
    {
        number = "";
        if (text.Length < 3 || text[0] != '0' || text[1] is not ('x' or 'o')) return false;
        var radix = text[1] == 'x' ? 16 : 8;
        var value = BigInteger.Zero;
        foreach (var c in text[2..])
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix || text.Length > 66) return false;
            value = value * radix + digit;
        }

        number = value.ToString(CultureInfo.InvariantCulture);
        return true;
    }

    private static bool TryWrite(bool negative, string digits, int exponent, out string number)
    {
        digits = digits.TrimStart('0');
        var significant = digits.TrimEnd('0');
        exponent += digits.Length - significant.Length;
        number = "0";
        if (significant.Length == 0) return true;

        // The value is 0.significant times ten to the power of point.
        var point = significant.Length + exponent;
        if (point is > ExponentMax or < -ExponentMax) return false;
        var text = new StringBuilder(significant.Length + 8);
        if (negative) text.Append('-');
        if (point is > 21 or < -5) WriteScientific(text, significant, point - 1);
        else WritePlain(text, significant, point);
        number = text.ToString();
        return true;
    }

    private static void WritePlain(StringBuilder text, string digits, int point)
    {
        if (point <= 0) text.Append("0.").Append('0', -point).Append(digits);
        else if (point >= digits.Length) text.Append(digits).Append('0', point - digits.Length);
        else text.Append(digits, 0, point).Append('.').Append(digits, point, digits.Length - point);
    }

    private static void WriteScientific(StringBuilder text, string digits, int exponent)
    {
        text.Append(digits[0]);
        if (digits.Length > 1) text.Append('.').Append(digits, 1, digits.Length - 1);
        text.Append('e').Append(exponent.ToString(CultureInfo.InvariantCulture));
    }

    private static bool AllDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
