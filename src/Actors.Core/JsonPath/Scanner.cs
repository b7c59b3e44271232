using System.Globalization;
using System.Text;

namespace Actors.Core.JsonPath;

/// <summary>Signals where a text stops being a path. Never leaves the parser.</summary>
internal sealed class JsonPathSyntaxException(string message, int position) : Exception(message)
{
    public JsonPathError Error { get; } = new(message, position);
}

/// <summary>Reads the tokens of RFC 9535 off a text.</summary>
internal sealed class Scanner(string text)
{
    private const long IntegerMax = 9007199254740991;

    private int _nesting;

    public int Position { get; private set; }

    public bool IsAtEnd => Position >= text.Length;

    public char Current => Position < text.Length ? text[Position] : '\0';

    public char Next => Position + 1 < text.Length ? text[Position + 1] : '\0';

    public JsonPathSyntaxException Error(string message) => new(message, Position);

    public void Enter()
    {
        if (++_nesting > JsonPathLimits.NestingMax) throw Error($"more than {JsonPathLimits.NestingMax} levels of brackets");
    }

    public void Leave() => _nesting--;

    public void SkipBlank()
    {
        while (Current is ' ' or '\t' or '\n' or '\r' && !IsAtEnd) Position++;
    }

    public bool TryTake(string token)
    {
        if (string.CompareOrdinal(text, Position, token, 0, token.Length) != 0) return false;
        Position += token.Length;
        return true;
    }

    public void Take(string token)
    {
        if (!TryTake(token)) throw Error($"'{token}' expected");
    }

    public void BackTo(int position) => Position = position;

    /// <summary>member-name-shorthand</summary>
    public bool TryName(out string name)
    {
        var start = Position;
        while (!IsAtEnd && IsNameCharacter(start)) Position += char.IsSurrogatePair(text, Position) ? 2 : 1;
        name = text[start..Position];
        return name.Length > 0;
    }

    /// <summary>function-name</summary>
    public bool TryFunctionName(out string name)
    {
        var start = Position;
        if (char.IsAsciiLetterLower(Current))
        {
            while (char.IsAsciiLetterLower(Current) || char.IsAsciiDigit(Current) || Current == '_') Position++;
        }

        name = text[start..Position];
        if (name.Length > 0 && Current == '(') return true;
        Position = start;
        return false;
    }

    /// <summary>int: no leading zeros, no minus zero, within the range of exact integers of I-JSON.</summary>
    public bool TryInteger(out long value)
    {
        var start = Position;
        value = 0;
        if (Current == '-') Position++;
        var digits = Position;
        while (char.IsAsciiDigit(Current)) Position++;
        if (Position == digits)
        {
            Position = start;
            return false;
        }

        var length = Position - digits;
        if (text[digits] == '0' && (length > 1 || digits > start)) throw new JsonPathSyntaxException("an integer has no leading zero and no '-0'", start);
        if (!long.TryParse(text.AsSpan(start, Position - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) ||
            Math.Abs(value) > IntegerMax)
            throw new JsonPathSyntaxException($"an integer is from -{IntegerMax} to {IntegerMax}", start);
        return true;
    }

    /// <summary>number, as JSON text</summary>
    public string? TakeNumber()
    {
        var start = Position;
        if (Current == '-') Position++;
        var digits = Position;
        while (char.IsAsciiDigit(Current)) Position++;
        if (Position == digits)
        {
            Position = start;
            return null;
        }

        if (text[digits] == '0' && Position - digits > 1) throw new JsonPathSyntaxException("a number has no leading zero", start);
        if (Current == '.')
        {
            Position++;
            TakeDigits();
        }

        if (Current is 'e' or 'E')
        {
            Position++;
            if (Current is '+' or '-') Position++;
            TakeDigits();
        }

        return text[start..Position];
    }

    /// <summary>string-literal, in single or double quotes</summary>
    public string TakeString()
    {
        var quote = Current;
        Position++;
        var builder = new StringBuilder();
        while (true)
        {
            if (IsAtEnd) throw Error("the string is not closed");
            var c = Current;
            if (c == quote)
            {
                Position++;
                return builder.ToString();
            }

            if (c < ' ') throw Error("a control character has to be escaped");
            if (c == '\\')
            {
                TakeEscape(quote, builder);
                continue;
            }

            if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || !char.IsLowSurrogate(Next)) throw Error("half a surrogate pair");
                builder.Append(c);
                Position++;
            }

            builder.Append(Current);
            Position++;
        }
    }

    private void TakeDigits()
    {
        if (!char.IsAsciiDigit(Current)) throw Error("a digit expected");
        while (char.IsAsciiDigit(Current)) Position++;
    }

    private void TakeEscape(char quote, StringBuilder builder)
    {
        Position++;
        var c = Current;
        Position++;
        switch (c)
        {
            case 'b': builder.Append('\b'); break;
            case 'f': builder.Append('\f'); break;
            case 'n': builder.Append('\n'); break;
            case 'r': builder.Append('\r'); break;
            case 't': builder.Append('\t'); break;
            case '/' or '\\': builder.Append(c); break;
            case 'u': TakeUnicode(builder); break;
            case '\'' or '"' when c == quote: builder.Append(c); break;
            default: throw new JsonPathSyntaxException("no such escape", Position - 1);
        }
    }

    private void TakeUnicode(StringBuilder builder)
    {
        var unit = TakeHex();
        builder.Append(unit);
        if (!char.IsSurrogate(unit)) return;
        if (!char.IsHighSurrogate(unit) || !TryTake("\\u")) throw Error("half a surrogate pair");
        var low = TakeHex();
        if (!char.IsLowSurrogate(low)) throw Error("half a surrogate pair");
        builder.Append(low);
    }

    private char TakeHex()
    {
        if (Position + 4 > text.Length ||
            !ushort.TryParse(text.AsSpan(Position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            throw Error("four hexadecimal digits expected");
        Position += 4;
        return (char)unit;
    }

    private bool IsNameCharacter(int start)
    {
        var c = Current;
        if (char.IsAsciiLetter(c) || c == '_') return true;
        if (char.IsAsciiDigit(c)) return Position > start;
        if (c < '\u0080') return false;
        if (!char.IsSurrogate(c)) return true;
        return char.IsHighSurrogate(c) && char.IsLowSurrogate(Next);
    }
}
