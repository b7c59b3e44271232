using System.Text.Json;

namespace Actors.Core.JsonPath;

/// <summary>One evaluation over one document. Counts the nodes it visits.</summary>
internal sealed class Evaluator(JsonView root)
{
    private int _visited;

    /// <summary>Follows a singular query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="root">What <c>$</c> stands for.</param>
    /// <param name="current">What <c>@</c> stands for.</param>
    /// <param name="value">The node.</param>
    public static bool TrySingle(QuerySyntax query, JsonView root, JsonElement current, out JsonElement value)
    {
        var at = 0;
        value = query.IsAbsolute ? Follow(query, root, out at) : current;
        if (value.ValueKind == JsonValueKind.Undefined) return false;
        for (; at < query.Segments.Length; at++)
        {
            if (!TryChild(value, query.Segments[at].Selectors[0], out value)) return false;
        }

        return true;
    }

    public List<JsonElement> Nodes(QuerySyntax query, JsonElement current)
    {
        var start = query.IsAbsolute ? Follow(query, root, out var at) : Start(current, out at);
        var nodes = new List<JsonElement>();
        if (start.ValueKind != JsonValueKind.Undefined) nodes.Add(start);
        for (; at < query.Segments.Length && nodes.Count > 0; at++)
        {
            var next = new List<JsonElement>();
            foreach (var node in nodes) Apply(query.Segments[at], node, null, (value, _) => next.Add(value));
            nodes = next;
        }

        return nodes;
    }

    public List<(string Path, JsonElement Value)> NodesWithPaths(QuerySyntax query)
    {
        var nodes = new List<(string Path, JsonElement Value)> { ("$", root.ToElement()) };
        foreach (var segment in query.Segments)
        {
            var next = new List<(string, JsonElement)>();
            foreach (var (path, value) in nodes) Apply(segment, value, path, (v, p) => next.Add((p!, v)));
            nodes = next;
        }

        return nodes;
    }

    public bool Holds(Logical logical, JsonElement current) => logical switch
    {
        Logical.Or or => or.Parts.Any(p => Holds(p, current)),
        Logical.And and => and.Parts.All(p => Holds(p, current)),
        Logical.Not not => !Holds(not.Inner, current),
        Logical.Exists { Query.IsSingular: true } exists => TrySingle(exists.Query, root, current, out _),
        Logical.Exists exists => Nodes(exists.Query, current).Count > 0,
        Logical.Test test => Functions.Test(this, test.Call, current),
        Logical.Compare compare => Comparison.Holds(
            ValueOf(compare.Left, current), compare.Operator, ValueOf(compare.Right, current)),
        _ => throw new InvalidOperationException($"unknown expression {logical.GetType().Name}"),
    };

    /// <summary>The value of one side of a comparison; undefined: nothing.</summary>
    public JsonElement ValueOf(Comparable comparable, JsonElement current) => comparable switch
    {
        Comparable.Literal literal => literal.Value,
        Comparable.Query query => TrySingle(query.Syntax, root, current, out var value) ? value : default,
        Comparable.Call call => Functions.Value(this, call.Function, current),
        _ => throw new InvalidOperationException($"unknown comparable {comparable.GetType().Name}"),
    };

    /// <summary>Follows the names of an absolute query through the view, as far as that goes.</summary>
    private static JsonElement Follow(QuerySyntax query, JsonView root, out int at)
    {
        var view = root;
        for (at = 0; at < query.Prefix.Length; at++)
        {
            if (!view.TryGetMember(query.Prefix[at], out var node)) return default;
            if (node.View is { } inner)
            {
                view = inner;
                continue;
            }

            at++;
            return node.ToElement();
        }

        return view.ToElement();
    }

    private static JsonElement Start(JsonElement current, out int at)
    {
        at = 0;
        return current;
    }

    private static bool TryChild(JsonElement value, Selector selector, out JsonElement child)
    {
        child = default;
        if (selector is Selector.Name name)
            return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name.Text, out child);
        if (value.ValueKind != JsonValueKind.Array) return false;
        var length = value.GetArrayLength();
        var index = ((Selector.Index)selector).Position;
        if (index < 0) index += length;
        if (index < 0 || index >= length) return false;
        child = value[(int)index];
        return true;
    }

    private void Apply(Segment segment, JsonElement node, string? path, Action<JsonElement, string?> found)
    {
        foreach (var selector in segment.Selectors) Select(selector, node, path, found);
        if (!segment.IsDescendant) return;
        if (node.ValueKind == JsonValueKind.Array)
        {
            var i = 0;
            foreach (var item in node.EnumerateArray()) Apply(segment, item, NormalPath.Index(path, i++), found);
        }
        else if (node.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in node.EnumerateObject()) Apply(segment, member.Value, NormalPath.Name(path, member.Name), found);
        }
    }

    private void Select(Selector selector, JsonElement node, string? path, Action<JsonElement, string?> found)
    {
        Visit();
        switch (selector)
        {
            case Selector.Name name when TryChild(node, name, out var child): found(child, NormalPath.Name(path, name.Text)); break;
            case Selector.Index index when TryChild(node, index, out var item):
                found(item, NormalPath.Index(path, index.Position < 0 ? index.Position + node.GetArrayLength() : index.Position));
                break;
            case Selector.Slice slice when node.ValueKind == JsonValueKind.Array: SelectSlice(slice, node, path, found); break;
            case Selector.Wildcard: Children(node, path, found); break;
            case Selector.Filter filter:
                Children(node, path, (value, p) =>
                {
                    if (Holds(filter.Condition, value)) found(value, p);
                });
                break;
        }
    }

    private void Children(JsonElement node, string? path, Action<JsonElement, string?> found)
    {
        if (node.ValueKind == JsonValueKind.Array)
        {
            var i = 0;
            foreach (var item in node.EnumerateArray())
            {
                Visit();
                found(item, NormalPath.Index(path, i++));
            }
        }
        else if (node.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in node.EnumerateObject())
            {
                Visit();
                found(member.Value, NormalPath.Name(path, member.Name));
            }
        }
    }

    /// <summary>RFC 9535 section 2.3.4.2.2.</summary>
    private void SelectSlice(Selector.Slice slice, JsonElement array, string? path, Action<JsonElement, string?> found)
    {
        if (slice.Step == 0) return;
        long length = array.GetArrayLength();
        var start = Normalise(slice.Start ?? (slice.Step > 0 ? 0 : length - 1), length);
        var end = Normalise(slice.End ?? (slice.Step > 0 ? length : -length - 1), length);
        var (lower, upper) = slice.Step > 0
            ? (Math.Clamp(start, 0, length), Math.Clamp(end, 0, length))
            : (Math.Clamp(end, -1, length - 1), Math.Clamp(start, -1, length - 1));
        if (slice.Step > 0)
        {
            for (var i = lower; i < upper; i += slice.Step) Take(i);
        }
        else
        {
            for (var i = upper; i > lower; i += slice.Step) Take(i);
        }

        void Take(long i)
        {
            Visit();
            found(array[(int)i], NormalPath.Index(path, i));
        }
    }

    private static long Normalise(long index, long length) => index >= 0 ? index : length + index;

    private void Visit()
    {
        if (++_visited > JsonPathLimits.NodesMax)
            throw new JsonPathLimitException($"a path visits more than {JsonPathLimits.NodesMax} nodes; select less, or split the data");
    }
}
