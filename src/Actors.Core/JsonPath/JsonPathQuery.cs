using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Actors.Core.JsonPath.Syntax;
using Actors.Core.JsonPath.Walking;

namespace Actors.Core.JsonPath;

/// <summary>
/// A JSONPath query (RFC 9535), with all of its selectors, filters and functions. Parsed once and evaluated as often as
/// needed, from any number of threads. What an evaluation may cost is bounded by <see cref="JsonPathLimits"/>.
/// </summary>
public sealed class JsonPathQuery
{
    private readonly string _text;
    private readonly PathExpression _path;

    private JsonPathQuery(string text, PathExpression path, ImmutableArray<ImmutableArray<string>> references)
    {
        _text = text;
        _path = path;
        References = references;
    }

    /// <summary>Whether it selects at most one node whatever the document: only names and indexes, one each.</summary>
    public bool IsSingular => _path.IsSingular;

    /// <summary>Of a singular query its names, with null for an index; null: it is not singular.</summary>
    internal IReadOnlyList<string?>? SingularNames => _path.IsSingular ? _path.Names : null;

    /// <summary>
    /// The names that this query, and every query from the root inside its filters, begin with:
    /// <c>$.steps.charge.result[0].id</c> gives <c>steps, charge, result</c>. An empty one stands for a query that may
    /// look at anything, such as <c>$..id</c>.
    /// </summary>
    public ImmutableArray<ImmutableArray<string>> References { get; }

    /// <summary>Parses a query.</summary>
    /// <param name="text">The text, which begins with <c>$</c>.</param>
    /// <param name="query">The query, if it is one.</param>
    /// <param name="error">The first error, if it is none.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out JsonPathQuery? query, [NotNullWhen(false)] out JsonPathError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new PathParser(text);
        var path = parser.ParseQuery();
        error = parser.Error;
        query = path is null ? null : new JsonPathQuery(text, path, parser.References);
        return query is not null;
    }

    /// <summary>All nodes that it selects, in order; a node selected twice is there twice.</summary>
    /// <exception cref="JsonPathException">A bound was reached, or text is not valid Unicode.</exception>
    public IReadOnlyList<JsonElement> Select(JsonElement root) => Select(JsonViewNode.FromElement(root));

    /// <summary>
    /// All nodes that it selects, in order; a node selected twice is there twice. Leading names go through views; what
    /// another selector is applied to is made in full.
    /// </summary>
    /// <exception cref="JsonPathException">A bound was reached, or text is not valid Unicode.</exception>
    public IReadOnlyList<JsonElement> Select(JsonView root) => Select(JsonViewNode.FromView(root));

    /// <summary>
    /// All nodes that it selects with their normalised paths (RFC 9535, section 2.7), in the order of
    /// <see cref="Select(JsonElement)"/>.
    /// </summary>
    /// <exception cref="JsonPathException">A bound was reached, or text is not valid Unicode.</exception>
    public IReadOnlyList<(string Path, JsonElement Value)> SelectWithPaths(JsonElement root)
    {
        try
        {
            var start = JsonViewNode.FromElement(root);
            var found = Collector.Located();
            _path.Run(start, new Evaluation(start), found, Location.Root);
            var nodes = new List<(string Path, JsonElement Value)>(found.Count);
            for (var i = 0; i < found.Count; i++) nodes.Add((found.Locations![i].ToString(), found.Elements![i]));
            return nodes;
        }
        catch (InvalidOperationException e)
        {
            throw Unreadable(e);
        }
    }

    /// <summary>
    /// The first node that it selects. Allocates nothing if the query is singular and the document is not made on
    /// demand.
    /// </summary>
    /// <param name="root">The document.</param>
    /// <param name="value">The node's value.</param>
    /// <returns>False if it selects none.</returns>
    /// <exception cref="JsonPathException">A bound was reached, or text is not valid Unicode.</exception>
    public bool TrySelectSingle(JsonView root, out JsonElement value)
    {
        try
        {
            if (_path.IsSingular) return _path.TrySingle(JsonViewNode.FromView(root), out value);
            var found = Collector.First();
            _path.Run(JsonViewNode.FromView(root), new Evaluation(JsonViewNode.FromView(root)), found, null);
            value = found.FirstNode;
            return found.Count > 0;
        }
        catch (InvalidOperationException e)
        {
            throw Unreadable(e);
        }
    }

    /// <summary>The text.</summary>
    public override string ToString() => _text;

    private IReadOnlyList<JsonElement> Select(JsonViewNode root)
    {
        try
        {
            if (_path.IsSingular) return _path.TrySingle(root, out var only) ? [only] : [];
            var found = Collector.All();
            _path.Run(root, new Evaluation(root), found, null);
            return found.Elements!;
        }
        catch (InvalidOperationException e)
        {
            throw Unreadable(e);
        }
    }

    // System.Text.Json says so of escapes that stand for half of a surrogate pair, and only then.
    private JsonPathException Unreadable(InvalidOperationException e) =>
        new($"path '{_text}' meets text that is not valid Unicode: {e.Message}", e);
}
