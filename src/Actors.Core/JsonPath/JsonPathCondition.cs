using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Actors.Core.JsonPath.Filters;
using Actors.Core.JsonPath.Syntax;
using Actors.Core.JsonPath.Walking;

namespace Actors.Core.JsonPath;

/// <summary>
/// A logical expression of RFC 9535 (section 2.3.5) that stands alone, as in
/// <c>$.input.total &gt; 500 &amp;&amp; $.input.country != 'CH'</c>. All queries begin at <c>$</c>; <c>@</c> exists
/// only inside their filters. A query alone asks whether it selects anything, be it false or null; a comparison with a
/// query that selects nothing is false, unless both sides are nothing. Evaluated from any number of threads.
/// </summary>
public sealed class JsonPathCondition
{
    private readonly string _text;
    private readonly LogicalExpression _expression;

    private JsonPathCondition(
        string text, LogicalExpression expression, ImmutableArray<ImmutableArray<string>> references)
    {
        _text = text;
        _expression = expression;
        References = references;
        if (references.IsEmpty) Constant = Evaluate(new ElementView(default));
    }

    /// <summary>What it says whatever the document, as of <c>1 == 2</c>; null if it looks at the document.</summary>
    public bool? Constant { get; }

    /// <summary>The names that its queries begin with; see <see cref="JsonPathQuery.References"/>.</summary>
    public ImmutableArray<ImmutableArray<string>> References { get; }

    /// <summary>Parses a condition. Blanks around it are allowed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="condition">The condition, if it is one.</param>
    /// <param name="error">The first error, if it is none.</param>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out JsonPathCondition? condition,
        [NotNullWhen(false)] out JsonPathError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new PathParser(text);
        var expression = parser.ParseCondition();
        error = parser.Error;
        condition = expression is null ? null : new JsonPathCondition(text, expression, parser.References);
        return condition is not null;
    }

    /// <summary>Whether it holds.</summary>
    /// <param name="root">The document.</param>
    /// <exception cref="JsonPathException">A bound was reached, or text is not valid Unicode.</exception>
    public bool Evaluate(JsonView root)
    {
        if (Constant is { } constant) return constant;
        try
        {
            return _expression.Holds(default, new Evaluation(JsonViewNode.FromView(root)));
        }
        catch (InvalidOperationException e)
        {
            throw new JsonPathException($"condition '{_text}' meets text that is not valid Unicode: {e.Message}", e);
        }
    }

    /// <summary>The text.</summary>
    public override string ToString() => _text;
}
