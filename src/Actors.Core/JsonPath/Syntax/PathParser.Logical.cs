using Actors.Core.JsonPath.Filters;

namespace Actors.Core.JsonPath.Syntax;

/// <summary>Logical expressions: or, and, not, parentheses, comparisons, tests.</summary>
internal sealed partial class PathParser
{
    private LogicalExpression? Logical()
    {
        if (++_nesting > JsonPathLimits.NestingMax)
            return Fail<LogicalExpression>($"filters and parentheses nest at most {JsonPathLimits.NestingMax} deep");
        var parts = Chain("||", Conjunction);
        _nesting--;
        return parts is null or [_] ? parts?[0] : new AnyOf(parts);
    }

    private LogicalExpression? Conjunction()
    {
        var parts = Chain("&&", Basic);
        return parts is null or [_] ? parts?[0] : new AllOf(parts);
    }

    private LogicalExpression[]? Chain(string separator, Func<LogicalExpression?> part)
    {
        var parts = new List<LogicalExpression>();
        while (true)
        {
            if (part() is not { } next) return null;
            parts.Add(next);
            var end = _scanner.Position;
            _scanner.SkipBlanks();
            if (!_scanner.TryTake(separator))
            {
                _scanner.Position = end;
                return [.. parts];
            }

            _scanner.SkipBlanks();
        }
    }

    private LogicalExpression? Basic()
    {
        var isNegated = _scanner.TryTake('!');
        if (isNegated) _scanner.SkipBlanks();
        var inner = _scanner.Next == '(' ? Parenthesised() : TestOrComparison(isNegated);
        return inner is not null && isNegated ? new Negation(inner) : inner;
    }

    private LogicalExpression? Parenthesised()
    {
        _scanner.Position++;
        _scanner.SkipBlanks();
        if (Logical() is not { } expression) return null;
        _scanner.SkipBlanks();
        return _scanner.TryTake(')') ? expression : Expecting<LogicalExpression>("')', '&&' or '||'");
    }

    private LogicalExpression? TestOrComparison(bool isNegated)
    {
        if (OperandHere() is not { } left) return null;
        var end = _scanner.Position;
        _scanner.SkipBlanks();
        var at = _scanner.Position;
        if (TakeComparator() is not { } comparator)
        {
            _scanner.Position = end;
            return Test(left);
        }

        if (isNegated)
            return Fail<LogicalExpression>("'!' goes before a test; put the comparison in parentheses", at);
        _scanner.SkipBlanks();
        if (Comparable(left) is not { } a || OperandHere() is not { } right) return null;
        return Comparable(right) is { } b ? new Comparison(a, comparator, b) : null;
    }

    private LogicalExpression? Test(Operand operand)
    {
        if (operand.Test is { } test) return test;
        if (operand.Query is { } query) return new Exists(query);
        var kind = operand.Value is LiteralValue ? "a literal" : "a function that gives a value";
        return Fail<LogicalExpression>($"{kind} alone is no condition; compare it", operand.Position);
    }

    private ValueExpression? Comparable(Operand operand)
    {
        if (operand.Value is { } value) return value;
        if (operand.Test is not null)
            return Fail<ValueExpression>("this function is true or false and can't be a value", operand.Position);
        if (operand.Query is { IsSingular: true } query) return new QueryValue(query);
        return Fail<ValueExpression>(
            "only a path of names and indexes has a value; take value(..) or count(..) of others", operand.Position);
    }

    private Comparator? TakeComparator()
    {
        if (_scanner.TryTake("==")) return Comparator.Equal;
        if (_scanner.TryTake("!=")) return Comparator.NotEqual;
        if (_scanner.TryTake("<=")) return Comparator.LessOrEqual;
        if (_scanner.TryTake(">=")) return Comparator.GreaterOrEqual;
        if (_scanner.TryTake('<')) return Comparator.Less;
        return _scanner.TryTake('>') ? Comparator.Greater : null;
    }
}
