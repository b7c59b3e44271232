using Actors.Core.JsonPath.Filters;
using Actors.Core.JsonPath.Walking;
using Actors.Core.Text;

namespace Actors.Core.JsonPath.Syntax;

/// <summary>What tests and comparisons are made of: literals, queries, functions.</summary>
internal sealed partial class PathParser
{
    private static readonly string[] Functions = ["length", "count", "match", "search", "value"];

    private Operand? OperandHere()
    {
        var at = _scanner.Position;
        switch (_scanner.Next)
        {
            case '@' when _filters == 0:
                return Fail<Operand>("'@' exists inside of filters only; begin with '$'");
            case '$' or '@':
                return Query() is { } query ? new Operand(at) { Query = query } : null;
            case '\'' or '"':
                return _scanner.TakeString() is { } literal ? Literal(at, FilterValue.Of(literal)) : null;
        }

        if (_scanner.IsAtNumber)
        {
            var number = _scanner.TakeNumber();
            return number.IsEmpty ? null : Literal(at, FilterValue.OfNumber(number));
        }

        if (_scanner.TryTakeFunctionName(out var name)) return Function(name, at);
        if (!_scanner.IsAtName) return Expecting<Operand>("'$', '@', a literal, a function or '('");
        var word = _scanner.TakeName();
        return word switch
        {
            "true" => Literal(at, FilterValue.Of(true)),
            "false" => Literal(at, FilterValue.Of(false)),
            "null" => Literal(at, FilterValue.Null),
            _ => Fail<Operand>($"'{word}' is no literal; paths begin with '$' or '@', text stands in quotes", at),
        };
    }

    private static Operand Literal(int at, FilterValue value) => new(at) { Value = new LiteralValue(value) };

    // Stands behind the parenthesis.
    private Operand? Function(string name, int at)
    {
        if (++_nesting > JsonPathLimits.NestingMax)
            return Fail<Operand>($"functions nest at most {JsonPathLimits.NestingMax} deep", at);
        var call = name switch
        {
            "length" => ValueArgument() is { } value ? new Operand(at) { Value = new LengthFunction(value) } : null,
            "count" => NodesArgument(name) is { } nodes ? new Operand(at) { Value = new CountFunction(nodes) } : null,
            "value" => NodesArgument(name) is { } nodes ? new Operand(at) { Value = new ValueFunction(nodes) } : null,
            "match" or "search" => RegexCall(name == "match", at),
            _ => Fail<Operand>(UnknownFunction(name), at),
        };
        _nesting--;
        if (call is null) return null;
        _scanner.SkipBlanks();
        if (_scanner.TryTake(')')) return call;
        return Expecting<Operand>($"')' after the {(call.Test is null ? "argument" : "two arguments")} of {name}");
    }

    private Operand? RegexCall(bool isWhole, int at)
    {
        if (ValueArgument() is not { } subject) return null;
        _scanner.SkipBlanks();
        if (!_scanner.TryTake(',')) return Expecting<Operand>("',' and a pattern");
        if (ValueArgument() is not { } pattern) return null;
        try
        {
            return new Operand(at) { Test = new RegexTest(subject, pattern, isWhole) };
        }
        catch (JsonPathException e)
        {
            return Fail<Operand>(e.Message, at);
        }
    }

    private ValueExpression? ValueArgument()
    {
        _scanner.SkipBlanks();
        return OperandHere() is { } operand ? Comparable(operand) : null;
    }

    private PathExpression? NodesArgument(string function)
    {
        _scanner.SkipBlanks();
        var at = _scanner.Position;
        if (OperandHere() is not { } operand) return null;
        return operand.Query ?? Fail<PathExpression>($"{function} takes a path", at);
    }

    private static string UnknownFunction(string name) => $"there is no function '{name}'; " +
        (Spelling.Nearest(name, Functions) is { } near
            ? $"did you mean '{near}'?"
            : $"functions: {string.Join(", ", Functions)}");

    /// <summary>One of a query, a value, or something true or false.</summary>
    private sealed class Operand(int position)
    {
        public int Position => position;

        public PathExpression? Query { get; init; }

        public ValueExpression? Value { get; init; }

        public LogicalExpression? Test { get; init; }
    }
}
