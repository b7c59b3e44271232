using System.Collections.Immutable;
using System.Text.Json;

namespace Actors.Core.JsonPath;

/// <summary>A query as read: where it starts and its segments.</summary>
/// <param name="IsAbsolute"><c>$</c> or <c>@</c>.</param>
/// <param name="Segments">In order.</param>
internal sealed record QuerySyntax(bool IsAbsolute, ImmutableArray<Segment> Segments)
{
    /// <summary>At most one node, by its form (RFC 9535 section 2.3.5.1, singular-query).</summary>
    public bool IsSingular { get; } = Segments.All(s => !s.IsDescendant && s.Selectors is [Selector.Name or Selector.Index]);

    /// <summary>The names it follows before anything else.</summary>
    public ImmutableArray<string> Prefix { get; } =
        [.. Segments.TakeWhile(s => !s.IsDescendant && s.Selectors is [Selector.Name]).Select(s => ((Selector.Name)s.Selectors[0]).Text)];
}

/// <summary>A child or descendant segment.</summary>
internal sealed record Segment(bool IsDescendant, ImmutableArray<Selector> Selectors);

/// <summary>What a segment selects.</summary>
internal abstract record Selector
{
    public sealed record Name(string Text) : Selector;

    public sealed record Wildcard : Selector;

    public sealed record Index(long Position) : Selector;

    public sealed record Slice(long? Start, long? End, long Step) : Selector;

    public sealed record Filter(Logical Condition) : Selector;
}

/// <summary>A logical expression.</summary>
internal abstract record Logical
{
    public sealed record Or(ImmutableArray<Logical> Parts) : Logical;

    public sealed record And(ImmutableArray<Logical> Parts) : Logical;

    public sealed record Not(Logical Inner) : Logical;

    public sealed record Exists(QuerySyntax Query) : Logical;

    public sealed record Test(FunctionCall Call) : Logical;

    public sealed record Compare(Comparable Left, ComparisonOperator Operator, Comparable Right) : Logical;
}

/// <summary>One side of a comparison, or an argument.</summary>
internal abstract record Comparable
{
    public sealed record Literal(JsonElement Value) : Comparable;

    public sealed record Query(QuerySyntax Syntax) : Comparable;

    public sealed record Call(FunctionCall Function) : Comparable;

    public sealed record Condition(Logical Expression) : Comparable;
}

/// <summary>The comparison operators.</summary>
internal enum ComparisonOperator
{
    Equal = 1,
    NotEqual = 2,
    Less = 3,
    LessOrEqual = 4,
    Greater = 5,
    GreaterOrEqual = 6,
}

/// <summary>The functions of RFC 9535 section 2.4.</summary>
internal enum FunctionName
{
    Length = 1,
    Count = 2,
    Match = 3,
    Search = 4,
    Value = 5,
}

/// <summary>A call of a function, well typed.</summary>
internal sealed record FunctionCall(FunctionName Name, ImmutableArray<Comparable> Arguments)
{
    /// <summary>Whether its result is a logical value and not a JSON value.</summary>
    public bool IsLogical => Name is FunctionName.Match or FunctionName.Search;
}

/// <summary>All queries inside a piece of syntax.</summary>
internal static class SyntaxWalk
{
    public static IEnumerable<QuerySyntax> Queries(QuerySyntax query) => query.Segments
        .SelectMany(s => s.Selectors).OfType<Selector.Filter>().SelectMany(f => Queries(f.Condition)).Prepend(query);

    public static IEnumerable<QuerySyntax> Queries(Logical logical) => logical switch
    {
        Logical.Or or => or.Parts.SelectMany(Queries),
        Logical.And and => and.Parts.SelectMany(Queries),
        Logical.Not not => Queries(not.Inner),
        Logical.Exists exists => Queries(exists.Query),
        Logical.Test test => test.Call.Arguments.SelectMany(Queries),
        Logical.Compare compare => Queries(compare.Left).Concat(Queries(compare.Right)),
        _ => [],
    };

    public static ImmutableArray<ImmutableArray<string>> References(IEnumerable<QuerySyntax> queries) =>
        [.. queries.Where(q => q.IsAbsolute).Select(q => q.Prefix)];

    private static IEnumerable<QuerySyntax> Queries(Comparable comparable) => comparable switch
    {
        Comparable.Query query => Queries(query.Syntax),
        Comparable.Call call => call.Function.Arguments.SelectMany(Queries),
        Comparable.Condition condition => Queries(condition.Expression),
        _ => [],
    };
}
