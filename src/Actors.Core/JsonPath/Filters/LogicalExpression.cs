using System.Text.Json;
using Actors.Core.JsonPath.Walking;

namespace Actors.Core.JsonPath.Filters;

/// <summary>A part of a filter that is true or false (RFC 9535: LogicalType).</summary>
internal abstract class LogicalExpression
{
    public abstract bool Holds(JsonElement current, Evaluation evaluation);
}

/// <summary>One of several.</summary>
internal sealed class AnyOf(LogicalExpression[] parts) : LogicalExpression
{
    public override bool Holds(JsonElement current, Evaluation evaluation)
    {
        foreach (var part in parts)
        {
            if (part.Holds(current, evaluation)) return true;
        }

        return false;
    }
}

/// <summary>All of several.</summary>
internal sealed class AllOf(LogicalExpression[] parts) : LogicalExpression
{
    public override bool Holds(JsonElement current, Evaluation evaluation)
    {
        foreach (var part in parts)
        {
            if (!part.Holds(current, evaluation)) return false;
        }

        return true;
    }
}

/// <summary>The contrary.</summary>
internal sealed class Negation(LogicalExpression part) : LogicalExpression
{
    public override bool Holds(JsonElement current, Evaluation evaluation) => !part.Holds(current, evaluation);
}

/// <summary>Whether a query selects anything.</summary>
internal sealed class Exists(PathExpression path) : LogicalExpression
{
    public override bool Holds(JsonElement current, Evaluation evaluation)
    {
        if (path.IsSingular) return path.TrySingle(current, evaluation, out _);
        var found = Collector.First();
        path.Run(current, evaluation, found);
        return found.Count > 0;
    }
}

/// <summary>How two values are compared.</summary>
internal enum Comparator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>Compares two values (RFC 9535, section 2.3.5.2.2).</summary>
internal sealed class Comparison(ValueExpression left, Comparator comparator, ValueExpression right) : LogicalExpression
{
    public override bool Holds(JsonElement current, Evaluation evaluation)
    {
        var a = left.Value(current, evaluation);
        var b = right.Value(current, evaluation);
        return comparator switch
        {
            Comparator.Equal => FilterValue.AreEqual(a, b),
            Comparator.NotEqual => !FilterValue.AreEqual(a, b),
            Comparator.Less => FilterValue.IsLess(a, b),
            Comparator.LessOrEqual => FilterValue.IsLess(a, b) || FilterValue.AreEqual(a, b),
            Comparator.Greater => FilterValue.IsLess(b, a),
            _ => FilterValue.IsLess(b, a) || FilterValue.AreEqual(a, b),
        };
    }
}
