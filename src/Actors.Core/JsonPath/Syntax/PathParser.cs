using System.Collections.Immutable;
using Actors.Core.JsonPath.Filters;
using Actors.Core.JsonPath.Walking;

namespace Actors.Core.JsonPath.Syntax;

/// <summary>
/// Reads queries and conditions (RFC 9535, appendix A). A method that meets an error keeps it and answers null.
/// </summary>
internal sealed partial class PathParser(string text)
{
    private readonly Scanner _scanner = new(text);
    private readonly ImmutableArray<ImmutableArray<string>>.Builder _references =
        ImmutableArray.CreateBuilder<ImmutableArray<string>>();

    private int _nesting;
    private int _filters;

    public JsonPathError? Error => _scanner.Error;

    /// <summary>Leading names of all queries from the root.</summary>
    public ImmutableArray<ImmutableArray<string>> References => _references.ToImmutable();

    public PathExpression? ParseQuery()
    {
        if (!IsShortEnough()) return null;
        if (_scanner.Next != '$') return Fail<PathExpression>("a path begins with '$'");
        if (Query() is not { } path) return null;
        if (_scanner.IsAtEnd) return path;
        return Expecting<PathExpression>(_scanner.Next == '-'
            ? "'.', '[' or the end of the path (a name with a dash stands in brackets: $.steps['a-b'])"
            : "'.', '[' or the end of the path");
    }

    public LogicalExpression? ParseCondition()
    {
        if (!IsShortEnough()) return null;
        _scanner.SkipBlanks();
        if (Logical() is not { } expression) return null;
        _scanner.SkipBlanks();
        return _scanner.IsAtEnd ? expression : Expecting<LogicalExpression>("'&&', '||' or the end of the condition");
    }

    private bool IsShortEnough()
    {
        if (text.Length <= JsonPathLimits.CharactersMax) return true;
        Fail<object>($"a path has at most {JsonPathLimits.CharactersMax} characters");
        return false;
    }

    private T? Fail<T>(string message, int? position = null)
        where T : class => (T?)_scanner.Fail(message, position);

    private T? Expecting<T>(string what)
        where T : class => (T?)_scanner.FailExpecting(what);

    // Stands at '$' or '@'.
    private PathExpression? Query()
    {
        var isAbsolute = _scanner.Next == '$';
        _scanner.Position++;
        var segments = new List<Segment>();
        while (true)
        {
            var end = _scanner.Position;
            _scanner.SkipBlanks();
            if (_scanner.Next is not ('.' or '['))
            {
                _scanner.Position = end;
                break;
            }

            if (SegmentHere() is not { } segment) return null;
            segments.Add(segment);
        }

        var path = new PathExpression(isAbsolute, segments, _filters > 0);
        if (isAbsolute) _references.Add(path.NamePrefix);
        return path;
    }

    private Segment? SegmentHere()
    {
        var isDescendant = _scanner.TryTake("..");
        if (!isDescendant && _scanner.TryTake('.'))
        {
            if (_scanner.Next == '[')
                return Fail<Segment>("a name or '*' follows a dot; leave the dot out, or write '..'");
        }
        else if (_scanner.Next == '[')
        {
            return Bracketed() is { } selectors ? new Segment(isDescendant, selectors) : null;
        }

        if (_scanner.TryTake('*')) return new Segment(isDescendant, [new WildcardSelector()]);
        if (_scanner.IsAtName) return new Segment(isDescendant, [new NameSelector(_scanner.TakeName())]);
        return Expecting<Segment>(
            isDescendant ? "a name, '*' or '['" : "a name or '*' (other names stand in brackets, such as ['a-b'])");
    }

    private Selector[]? Bracketed()
    {
        _scanner.TryTake('[');
        var selectors = new List<Selector>();
        do
        {
            _scanner.SkipBlanks();
            if (SelectorHere() is not { } selector) return null;
            selectors.Add(selector);
            _scanner.SkipBlanks();
        }
        while (_scanner.TryTake(','));

        return _scanner.TryTake(']') ? [.. selectors] : Expecting<Selector[]>("',' or ']'");
    }

    private Selector? SelectorHere()
    {
        switch (_scanner.Next)
        {
            case '\'' or '"':
                return _scanner.TakeString() is { } name ? new NameSelector(name) : null;
            case '*':
                _scanner.Position++;
                return new WildcardSelector();
            case '?':
                return Filter();
            default:
                return _scanner.IsAtNumber || _scanner.Next == ':'
                    ? IndexOrSlice()
                    : Expecting<Selector>("a name in quotes, a number, a slice, '*' or '?'");
        }
    }

    private FilterSelector? Filter()
    {
        _scanner.Position++;
        _scanner.SkipBlanks();
        _filters++;
        var expression = Logical();
        _filters--;
        return expression is null ? null : new FilterSelector(expression);
    }

    private Selector? IndexOrSlice()
    {
        long? start = null;
        if (_scanner.IsAtNumber)
        {
            if (!_scanner.TryTakeWhole(out var index)) return null;
            start = index;
            var end = _scanner.Position;
            _scanner.SkipBlanks();
            if (_scanner.Next != ':')
            {
                _scanner.Position = end;
                return new IndexSelector(index);
            }
        }

        long? stop = null;
        long? step = null;
        _scanner.TryTake(':');
        if (!TryPart(ref stop)) return null;
        if (_scanner.TryTake(':') && !TryPart(ref step)) return null;
        return new SliceSelector(start, stop, step ?? 1);
    }

    private bool TryPart(ref long? part)
    {
        _scanner.SkipBlanks();
        if (!_scanner.IsAtNumber) return true;
        if (!_scanner.TryTakeWhole(out var value)) return false;
        part = value;
        _scanner.SkipBlanks();
        return true;
    }
}
