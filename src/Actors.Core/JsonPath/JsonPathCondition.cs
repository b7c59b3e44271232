using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Actors.Core.JsonPath;

/// <summary>
/// A logical expression of RFC 9535 as a condition of its own: <c>$.input.total &gt; 500 &amp;&amp; $.input.country
/// != 'CH'</c>.
/// </summary>
public sealed class JsonPathCondition
{
    private readonly string _text;
    private readonly Logical _expression;

    private JsonPathCondition(string text, Logical expression)
    {
        _text = text;
        _expression = expression;
        References = SyntaxWalk.References(SyntaxWalk.Queries(expression));
    }

    /// <summary>As <see cref="JsonPathQuery.References"/>, of all queries in it.</summary>
    public ImmutableArray<ImmutableArray<string>> References { get; }

    /// <summary>Reads a condition.</summary>
    /// <param name="text">Its text; white space around it is allowed.</param>
    /// <param name="condition">The condition.</param>
    /// <param name="error">What is wrong with the text.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out JsonPathCondition? condition, [NotNullWhen(false)] out JsonPathError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            var scanner = new Scanner(text);
            condition = new JsonPathCondition(text, new LogicalParser(scanner, new QueryParser(scanner)).ReadAll());
            error = null;
            return true;
        }
        catch (JsonPathSyntaxException e)
        {
            condition = null;
            error = e.Error;
            return false;
        }
    }

    /// <summary>Whether it holds.</summary>
    /// <exception cref="JsonPathLimitException">It visits more than <see cref="JsonPathLimits.NodesMax"/>
    /// nodes.</exception>
    public bool Evaluate(JsonView root) => new Evaluator(root).Holds(_expression, default);

    /// <summary>Its text.</summary>
    public override string ToString() => _text;
}
