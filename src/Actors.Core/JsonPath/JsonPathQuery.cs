using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Actors.Core.JsonPath;

/// <summary>A JSONPath query (RFC 9535), compiled once and evaluated often. Immutable.</summary>
public sealed class JsonPathQuery
{
    private readonly string _text;
    private readonly QuerySyntax _syntax;

    private JsonPathQuery(string text, QuerySyntax syntax)
    {
        _text = text;
        _syntax = syntax;
        References = SyntaxWalk.References(SyntaxWalk.Queries(syntax));
    }

    /// <summary>Whether it selects at most one node, by its form.</summary>
    public bool IsSingular => _syntax.IsSingular;

    /// <summary>
    /// The names that this query, and every absolute query inside its filters, follows before anything else: for
    /// example <c>steps, charge, result</c>.
    /// </summary>
    public ImmutableArray<ImmutableArray<string>> References { get; }

    /// <summary>Reads a query.</summary>
    /// <param name="text">Its text; no white space around it.</param>
    /// <param name="query">The query.</param>
    /// <param name="error">What is wrong with the text.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPathQuery? query, [NotNullWhen(false)] out JsonPathError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            query = new JsonPathQuery(text, new QueryParser(new Scanner(text)).ReadAll());
            error = null;
            return true;
        }
        catch (JsonPathSyntaxException e)
        {
            query = null;
            error = e.Error;
            return false;
        }
    }

    /// <summary>All nodes it selects, in order.</summary>
    /// <exception cref="JsonPathLimitException">It visits more than <see cref="JsonPathLimits.NodesMax"/>
    /// nodes.</exception>
    public IReadOnlyList<JsonElement> Select(JsonElement root) => Select(new ElementView(root));

    /// <summary>As <see cref="Select(JsonElement)"/>, over a view.</summary>
    /// <exception cref="JsonPathLimitException">It visits more than <see cref="JsonPathLimits.NodesMax"/>
    /// nodes.</exception>
    public IReadOnlyList<JsonElement> Select(JsonView root) => new Evaluator(root).Nodes(_syntax, default);

    /// <summary>All nodes with their normalised paths (RFC 9535 section 2.7).</summary>
    /// <exception cref="JsonPathLimitException">It visits more than <see cref="JsonPathLimits.NodesMax"/>
    /// nodes.</exception>
    public IReadOnlyList<(string Path, JsonElement Value)> SelectWithPaths(JsonElement root) =>
        new Evaluator(new ElementView(root)).NodesWithPaths(_syntax);

    /// <summary>The first node it selects.</summary>
    /// <returns>False if it selects nothing.</returns>
    /// <exception cref="JsonPathLimitException">It visits more than <see cref="JsonPathLimits.NodesMax"/>
    /// nodes.</exception>
    public bool TrySelectSingle(JsonView root, out JsonElement value)
    {
        if (_syntax.IsSingular) return Evaluator.TrySingle(_syntax, root, default, out value);
        var nodes = Select(root);
        value = nodes.Count > 0 ? nodes[0] : default;
        return nodes.Count > 0;
    }

    /// <summary>Its text.</summary>
    public override string ToString() => _text;
}
