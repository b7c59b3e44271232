using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Actors.Core.JsonPath.Filters;

/// <summary>
/// Reads an I-Regexp (RFC 9485) and writes it as a .NET one. I-Regexp is about Unicode characters and .NET about UTF-16
/// units, so characters beyond U+FFFF become pairs. One difference remains: those have no category, so that
/// <c>\p{..}</c> never matches them and <c>\P{..}</c> always does. A bare <c>^</c> or <c>$</c> is an anchor, as the
/// RFC's mappings to other dialects (section 5) and the compliance suite have it. I-Regexp has neither back
/// references nor look-around, so each is matched in time proportional to the text.
/// </summary>
internal sealed class IRegexp
{
    private const int NestingMax = 64;

    private readonly string _pattern;
    private readonly StringBuilder _out = new();
    private int _at;
    private int _nesting;

    private IRegexp(string pattern) => _pattern = pattern;

    /// <param name="pattern">The I-Regexp.</param>
    /// <param name="isWhole">Whether it has to match the whole text rather than a part of it.</param>
    /// <returns>Null if it is none.</returns>
    /// <exception cref="JsonPathException">It is too large to be matched within bounds.</exception>
    public static Regex? TryTranslate(string pattern, bool isWhole)
    {
        if (pattern.Length > JsonPathLimits.CharactersMax) throw TooLarge();
        var reader = new IRegexp(pattern);
        if (!reader.Branches() || reader._at < pattern.Length) return null;
        var text = isWhole ? $@"\A(?:{reader._out})\z" : reader._out.ToString();
        try
        {
            const RegexOptions Options =
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
            return new Regex(text, Options, JsonPathLimits.MatchTimeMax);
        }
        catch (NotSupportedException)
        {
            throw TooLarge();
        }
    }

    private static JsonPathException TooLarge() => new("a regular expression is too large; use smaller repetitions");

    private bool Branches()
    {
        if (++_nesting > NestingMax) return false;
        while (true)
        {
            while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
            {
                if (!Piece()) return false;
            }

            if (_at >= _pattern.Length || _pattern[_at] != '|') break;
            _out.Append('|');
            _at++;
        }

        _nesting--;
        return true;
    }

    private bool Piece() => Atom() && Quantifier();

    private bool Atom()
    {
        switch (_pattern[_at])
        {
            case '(':
                _at++;
                _out.Append("(?:");
                if (!Branches() || _at >= _pattern.Length) return false;
                _at++;
                _out.Append(')');
                return true;
            case '.':
                _at++;
                var breaks = new CharacterClass(isNegated: true);
                breaks.Add('\n', '\n');
                breaks.Add('\r', '\r');
                breaks.WriteTo(_out);
                return true;
            case '^' or '$':
                _out.Append(_pattern[_at++] == '^' ? @"(?:\A)" : @"(?:\z)");
                return true;
            case '[':
                return BracketedClass();
            case '\\' when _at + 1 < _pattern.Length && _pattern[_at + 1] is 'p' or 'P':
                var escaped = new CharacterClass(isNegated: false);
                if (!Category(escaped)) return false;
                escaped.WriteTo(_out);
                return true;
            case '*' or '+' or '?' or ')' or ']' or '{' or '}' or '|':
                return false;
            default:
                if (!Character(out var character)) return false;
                var single = new CharacterClass(isNegated: false);
                single.Add(character, character);
                single.WriteTo(_out);
                return true;
        }
    }

    private bool Quantifier()
    {
        if (_at >= _pattern.Length) return true;
        if (_pattern[_at] is '*' or '+' or '?')
        {
            _out.Append(_pattern[_at++]);
            return true;
        }

        if (_pattern[_at] != '{') return true;
        _at++;
        if (!Count(out var least)) return false;
        int? most = least;
        if (_at < _pattern.Length && _pattern[_at] == ',')
        {
            _at++;
            most = null;
            if (_at < _pattern.Length && char.IsAsciiDigit(_pattern[_at]))
            {
                if (!Count(out var upper) || upper < least) return false;
                most = upper;
            }
        }

        if (_at >= _pattern.Length || _pattern[_at++] != '}') return false;
        _out.Append(CultureInfo.InvariantCulture, $"{{{least},{most}}}");
        return true;
    }

    private bool Count(out int count)
    {
        var start = _at;
        while (_at < _pattern.Length && char.IsAsciiDigit(_pattern[_at])) _at++;
        var digits = _pattern.AsSpan(start, _at - start);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }

    private bool BracketedClass()
    {
        _at++;
        var isNegated = _at < _pattern.Length && _pattern[_at] == '^';
        if (isNegated) _at++;
        var members = new CharacterClass(isNegated);
        for (var isFirst = true; _at < _pattern.Length; isFirst = false)
        {
            switch (_pattern[_at])
            {
                case ']':
                    _at++;
                    if (isFirst) return false;
                    members.WriteTo(_out);
                    return true;
                case '-' when isFirst || (_at + 1 < _pattern.Length && _pattern[_at + 1] == ']'):
                    _at++;
                    members.Add('-', '-');
                    break;
                case '-' or '[':
                    return false;
                case '\\' when _at + 1 < _pattern.Length && _pattern[_at + 1] is 'p' or 'P':
                    if (!Category(members)) return false;
                    break;
                default:
                    if (!Range(members)) return false;
                    break;
            }
        }

        return false;
    }

    private bool Range(CharacterClass members)
    {
        if (!Character(out var from)) return false;
        var to = from;
        if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
        {
            _at++;
            if (_pattern[_at] is '-' or '[' || !Character(out to) || to < from) return false;
        }

        members.Add(from, to);
        return true;
    }

    private bool Character(out int character)
    {
        character = _pattern[_at];
        if (character == '\\')
        {
            if (++_at >= _pattern.Length) return false;
            var escape = _pattern[_at++];
            character = escape switch { 'n' => '\n', 'r' => '\r', 't' => '\t', _ => escape };
            return escape is 'n' or 'r' or 't' || "()*+-.?[\\]^{|}".Contains(escape, StringComparison.Ordinal);
        }

        if (!Rune.TryGetRuneAt(_pattern, _at, out var rune)) return false;
        character = rune.Value;
        _at += rune.Utf16SequenceLength;
        return true;
    }

    private bool Category(CharacterClass members)
    {
        var isComplement = _pattern[_at + 1] == 'P';
        var end = _pattern.IndexOf('}', _at);
        if (end < 0 || _pattern[_at + 2] != '{') return false;
        var name = _pattern[(_at + 3)..end];
        var isKnown = name.Length is 1 or 2 && (name[0], name.Length == 2 ? name[1] : ' ') is
            ('L', ' ' or 'l' or 'm' or 'o' or 't' or 'u') or
            ('M', ' ' or 'c' or 'e' or 'n') or
            ('N', ' ' or 'd' or 'l' or 'o') or
            ('P', ' ' or 'c' or 'd' or 'e' or 'f' or 'i' or 'o' or 's') or
            ('Z', ' ' or 'l' or 'p' or 's') or
            ('S', ' ' or 'c' or 'k' or 'm' or 'o') or
            ('C', ' ' or 'c' or 'f' or 'n' or 'o');
        if (!isKnown) return false;
        _at = end + 1;
        members.AddCategory(name, isComplement);
        return true;
    }
}
