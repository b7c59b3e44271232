using System.Text.Json;
using Actors.Core.JsonPath.Walking;

namespace Actors.Core.JsonPath.Filters;

/// <summary>A part of a filter that has a value or is nothing (RFC 9535: ValueType).</summary>
internal abstract class ValueExpression
{
    public abstract FilterValue Value(JsonElement current, Evaluation evaluation);
}

/// <summary>A literal.</summary>
internal sealed class LiteralValue(FilterValue value) : ValueExpression
{
    public FilterValue Literal => value;

    public override FilterValue Value(JsonElement current, Evaluation evaluation) => value;
}

/// <summary>The value that a singular query selects.</summary>
internal sealed class QueryValue(PathExpression path) : ValueExpression
{
    public override FilterValue Value(JsonElement current, Evaluation evaluation) =>
        path.TrySingle(current, evaluation, out var value) ? FilterValue.Of(value) : FilterValue.Nothing;
}

/// <summary><c>length(value)</c>.</summary>
internal sealed class LengthFunction(ValueExpression argument) : ValueExpression
{
    public override FilterValue Value(JsonElement current, Evaluation evaluation) =>
        argument.Value(current, evaluation).Length();
}

/// <summary><c>count(nodes)</c>.</summary>
internal sealed class CountFunction(PathExpression path) : ValueExpression
{
    public override FilterValue Value(JsonElement current, Evaluation evaluation)
    {
        var found = Collector.Counting();
        path.Run(current, evaluation, found);
        return FilterValue.Of(found.Count);
    }
}

/// <summary><c>value(nodes)</c>: the value of the only node.</summary>
internal sealed class ValueFunction(PathExpression path) : ValueExpression
{
    public override FilterValue Value(JsonElement current, Evaluation evaluation)
    {
        var found = Collector.Single();
        path.Run(current, evaluation, found);
        return found.Count == 1 ? FilterValue.Of(found.FirstNode) : FilterValue.Nothing;
    }
}
