using System.Collections.Immutable;
using System.Text.Json;

namespace Actors.Core.JsonPath;

/// <summary>
/// Reads logical expressions and functions (RFC 9535 sections 2.3.5 and 2.4), and checks that they are well typed.
/// </summary>
internal sealed class LogicalParser(Scanner scanner, QueryParser queries)
{
    /// <summary>A whole text that is a logical expression.</summary>
    public Logical ReadAll()
    {
        scanner.SkipBlank();
        var expression = Read();
        scanner.SkipBlank();
        if (!scanner.IsAtEnd) throw scanner.Error("the condition goes on where it can't");
        return expression;
    }

    public Logical Read()
    {
        var parts = ImmutableArray.CreateBuilder<Logical>();
        parts.Add(ReadAnd());
        while (TryOperator("||")) parts.Add(ReadAnd());
        return parts.Count == 1 ? parts[0] : new Logical.Or(parts.ToImmutable());
    }

    private Logical ReadAnd()
    {
        var parts = ImmutableArray.CreateBuilder<Logical>();
        parts.Add(ReadBasic());
        while (TryOperator("&&")) parts.Add(ReadBasic());
        return parts.Count == 1 ? parts[0] : new Logical.And(parts.ToImmutable());
    }

    private bool TryOperator(string token)
    {
        var before = scanner.Position;
        scanner.SkipBlank();
        if (scanner.TryTake(token))
        {
            scanner.SkipBlank();
            return true;
        }

        scanner.BackTo(before);
        return false;
    }

    private Logical ReadBasic()
    {
        if (scanner.Current == '!' && scanner.Next != '=')
        {
            scanner.Take("!");
            scanner.SkipBlank();
            return new Logical.Not(scanner.Current == '(' ? Parenthesised() : Test(ReadComparable()));
        }

        if (scanner.Current == '(') return Parenthesised();
        var left = ReadComparable();
        var before = scanner.Position;
        scanner.SkipBlank();
        if (TryComparison() is not { } comparison)
        {
            scanner.BackTo(before);
            return Test(left);
        }

        scanner.SkipBlank();
        CheckComparable(left);
        var right = ReadComparable();
        CheckComparable(right);
        return new Logical.Compare(left, comparison, right);
    }

    private Logical Parenthesised()
    {
        scanner.Take("(");
        scanner.Enter();
        scanner.SkipBlank();
        var inner = Read();
        scanner.SkipBlank();
        scanner.Take(")");
        scanner.Leave();
        return inner;
    }

    private Logical Test(Comparable comparable) => comparable switch
    {
        Comparable.Query query => new Logical.Exists(query.Syntax),
        Comparable.Call { Function.IsLogical: true } call => new Logical.Test(call.Function),
        Comparable.Call => throw scanner.Error("the result of this function has to be compared"),
        _ => throw scanner.Error("a literal has to be compared"),
    };

    private ComparisonOperator? TryComparison()
    {
        if (scanner.TryTake("==")) return ComparisonOperator.Equal;
        if (scanner.TryTake("!=")) return ComparisonOperator.NotEqual;
        if (scanner.TryTake("<=")) return ComparisonOperator.LessOrEqual;
        if (scanner.TryTake(">=")) return ComparisonOperator.GreaterOrEqual;
        if (scanner.TryTake("<")) return ComparisonOperator.Less;
        return scanner.TryTake(">") ? ComparisonOperator.Greater : null;
    }

    private void CheckComparable(Comparable comparable)
    {
        if (comparable is Comparable.Query { Syntax.IsSingular: false }) throw scanner.Error("only a path to a single value can be compared");
        if (comparable is Comparable.Call { Function.IsLogical: true }) throw scanner.Error("the result of match and search can't be compared");
    }

    private Comparable ReadComparable()
    {
        if (scanner.Current is '$' or '@') return new Comparable.Query(queries.Read());
        if (TryLiteral() is { } literal) return literal;
        if (scanner.TryFunctionName(out var name)) return new Comparable.Call(Call(name));
        throw scanner.Error("a path, a literal or a function expected");
    }

    private Comparable.Literal? TryLiteral()
    {
        if (scanner.Current is '\'' or '"' && !scanner.IsAtEnd) return Literal(JsonSerializer.SerializeToElement(scanner.TakeString()));
        if (scanner.TakeNumber() is { } number) return Literal(JsonElement.Parse(number));
        foreach (var word in (ReadOnlySpan<string>)["true", "false", "null"])
        {
            if (scanner.TryTake(word)) return Literal(JsonElement.Parse(word));
        }

        return null;
    }

    private static Comparable.Literal Literal(JsonElement value) => new(value);

    private FunctionCall Call(string name)
    {
        var function = name switch
        {
            "length" => FunctionName.Length,
            "count" => FunctionName.Count,
            "match" => FunctionName.Match,
            "search" => FunctionName.Search,
            "value" => FunctionName.Value,
            _ => throw scanner.Error($"there is no function '{name}'; there are length, count, match, search and value"),
        };
        scanner.Take("(");
        scanner.Enter();
        var arguments = ImmutableArray.CreateBuilder<Comparable>();
        scanner.SkipBlank();
        if (scanner.Current != ')')
        {
            do
            {
                scanner.SkipBlank();
                arguments.Add(Argument());
                scanner.SkipBlank();
            }
            while (scanner.TryTake(","));
        }

        scanner.Take(")");
        scanner.Leave();
        var call = new FunctionCall(function, arguments.ToImmutable());
        CheckTypes(call, name);
        return call;
    }

    /// <summary>An argument is a comparable, or a logical expression where that is more than one.</summary>
    private Comparable Argument()
    {
        var start = scanner.Position;
        if (scanner.Current is not ('(' or '!'))
        {
            var comparable = ReadComparable();
            var after = scanner.Position;
            scanner.SkipBlank();
            if (scanner.Current is ',' or ')') return comparable;
            scanner.BackTo(after);
        }

        scanner.BackTo(start);
        return new Comparable.Condition(Read());
    }

    private void CheckTypes(FunctionCall call, string name)
    {
        var wanted = call.Name is FunctionName.Match or FunctionName.Search ? 2 : 1;
        if (call.Arguments.Length != wanted) throw scanner.Error($"{name} takes {wanted} argument{(wanted == 1 ? "" : "s")}");
        foreach (var argument in call.Arguments)
        {
            var fits = call.Name is FunctionName.Count or FunctionName.Value
                ? argument is Comparable.Query
                : argument is Comparable.Literal or Comparable.Query { Syntax.IsSingular: true } or Comparable.Call { Function.IsLogical: false };
            if (!fits) throw scanner.Error($"{name} does not take this kind of argument");
        }
    }
}
