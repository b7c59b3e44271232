using System.Globalization;
using System.Text;

namespace Actors.Core.JsonPath.Syntax;

/// <summary>Reads the words of a path: blanks, names, strings, numbers. Keeps the first error.</summary>
internal sealed class Scanner(string text)
{
    private const long WholeMax = (1L << 53) - 1;

    public int Position { get; set; }

    public JsonPathError? Error { get; private set; }

    public bool IsAtEnd => Position >= text.Length;

    /// <summary>The next character; NUL, which no path holds, at the end.</summary>
    public char Next => Position < text.Length ? text[Position] : '\0';

    /// <summary>The character after the next one.</summary>
    public char AfterNext => Position + 1 < text.Length ? text[Position + 1] : '\0';

    public bool IsAtName => IsNameStart(Next) || IsAtPair;

    public bool IsAtNumber => Next == '-' || char.IsAsciiDigit(Next);

    private bool IsAtPair => char.IsHighSurrogate(Next) && char.IsLowSurrogate(AfterNext);

    /// <summary>Keeps the error, unless there is one already. Always null, for callers to return.</summary>
    public object? Fail(string message, int? position = null)
    {
        Error ??= new JsonPathError(message, position ?? Position);
        return null;
    }

    /// <summary>Says that something else stands here than what should.</summary>
    public object? FailExpecting(string what)
    {
        if (IsAtEnd) return Fail($"{what} is missing at the end");
        return Fail($"expected {what}, found '{text.Substring(Position, IsAtPair ? 2 : 1)}'");
    }

    public bool TryTake(char c)
    {
        if (IsAtEnd || text[Position] != c) return false;
        Position++;
        return true;
    }

    public bool TryTake(string word)
    {
        if (string.CompareOrdinal(text, Position, word, 0, word.Length) != 0) return false;
        Position += word.Length;
        return true;
    }

    public void SkipBlanks()
    {
        while (Next is ' ' or '\t' or '\n' or '\r') Position++;
    }

    /// <summary>A name as it is written after a dot.</summary>
    public string TakeName()
    {
        var start = Position;
        while (true)
        {
            if (IsNameStart(Next) || char.IsAsciiDigit(Next)) Position++;
            else if (IsAtPair) Position += 2;
            else return text[start..Position];
        }
    }

    /// <summary>A name of a function, if one with its parenthesis stands here.</summary>
    public bool TryTakeFunctionName(out string name)
    {
        var end = Position;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
        name = text[Position..end];
        if (end == Position || end >= text.Length || text[end] != '(' || !char.IsAsciiLetter(name[0])) return false;
        Position = end + 1;
        return true;
    }

    /// <summary>A whole number within the range of exact doubles, as indexes and slices have it.</summary>
    public bool TryTakeWhole(out long value)
    {
        var start = Position;
        TryTake('-');
        var digits = Position;
        while (char.IsAsciiDigit(Next)) Position++;
        value = 0;
        if (Position == digits)
        {
            Fail("a number has digits");
            return false;
        }

        if ((text[digits] == '0' && Position - digits > 1) || (text[digits] == '0' && digits > start))
        {
            Fail("a whole number has no leading zeros, and no sign if it is 0", start);
            return false;
        }

        const NumberStyles Sign = NumberStyles.AllowLeadingSign;
        if (long.TryParse(text.AsSpan(start, Position - start), Sign, CultureInfo.InvariantCulture, out value) &&
            value is >= -WholeMax and <= WholeMax) return true;
        Fail($"a whole number lies between {-WholeMax} and {WholeMax}", start);
        return false;
    }

    /// <summary>A number as JSON writes it.</summary>
    public ReadOnlySpan<char> TakeNumber()
    {
        var start = Position;
        TryTake('-');
        if (!TryTake('0') && !TakeDigits()) return FailNumber(start);
        if (char.IsAsciiDigit(Next)) return FailNumber(start);
        if (TryTake('.') && !TakeDigits()) return FailNumber(start);
        if (Next is 'e' or 'E')
        {
            Position++;
            if (Next is '+' or '-') Position++;
            if (!TakeDigits()) return FailNumber(start);
        }

        return text.AsSpan(start, Position - start);
    }

    /// <summary>A string in single or double quotes; null if it is none.</summary>
    public string? TakeString()
    {
        var start = Position;
        var quote = text[Position++];
        var value = new StringBuilder();
        while (!IsAtEnd)
        {
            var c = text[Position];
            if (c == quote)
            {
                Position++;
                return value.ToString();
            }

            if (c == '\\')
            {
                if (!TakeEscape(quote, value)) return null;
                continue;
            }

            if (c < ' ') return (string?)Fail("a string has no control characters; write them as escapes, such as \\n");
            if (IsAtPair)
            {
                value.Append(c);
                c = text[++Position];
            }
            else if (char.IsSurrogate(c))
            {
                return (string?)Fail("half of a surrogate pair is no character");
            }

            value.Append(c);
            Position++;
        }

        return (string?)Fail($"the string is not closed; {quote} is missing", start);
    }

    private static bool IsNameStart(char c) =>
        char.IsAsciiLetter(c) || c == '_' || (c >= 0x80 && !char.IsSurrogate(c));

    private bool TakeDigits()
    {
        var start = Position;
        while (char.IsAsciiDigit(Next)) Position++;
        return Position > start;
    }

    private ReadOnlySpan<char> FailNumber(int start)
    {
        Fail("a number is written as in JSON, such as 0, -1.5 or 2e3", start);
        return default;
    }

    private bool TakeEscape(char quote, StringBuilder value)
    {
        var start = Position++;
        if (!IsAtEnd)
        {
            var c = text[Position++];
            if (c == 'u') return TakeUnicode(start, value);
            var plain = c switch
            {
                'b' => '\b',
                't' => '\t',
                'n' => '\n',
                'f' => '\f',
                'r' => '\r',
                '/' or '\\' => c,
                _ when c == quote => c,
                _ => '\0',
            };
            if (plain != '\0')
            {
                value.Append(plain);
                return true;
            }
        }

        Fail($"escapes are \\b \\t \\n \\f \\r \\/ \\\\ \\{quote} and \\uXXXX", start);
        return false;
    }

    private bool TakeUnicode(int start, StringBuilder value)
    {
        if (!TakeHex(out var first))
        {
            Fail("\\u has four hexadecimal digits", start);
            return false;
        }

        if (!char.IsSurrogate(first))
        {
            value.Append(first);
            return true;
        }

        if (char.IsHighSurrogate(first) && TryTake("\\u") && TakeHex(out var second) && char.IsLowSurrogate(second))
        {
            value.Append(first).Append(second);
            return true;
        }

        Fail("half of a surrogate pair is no character", start);
        return false;
    }

    private bool TakeHex(out char unit)
    {
        unit = default;
        if (Position + 4 > text.Length) return false;
        var digits = text.AsSpan(Position, 4);
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit)) return false;
        }

        unit = (char)ushort.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Position += 4;
        return true;
    }
}
