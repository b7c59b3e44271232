using System.Collections.Immutable;
using System.Text.Json;

namespace Actors.Core.JsonPath.Walking;

/// <summary>A query as a tree: from the root or from the current node, segment by segment.</summary>
internal sealed class PathExpression
{
    private readonly Segment[] _segments;
    private readonly bool _isRemembered;

    /// <param name="isAbsolute">Whether it begins at the root.</param>
    /// <param name="segments">Its segments.</param>
    /// <param name="isInFilter">Whether it is asked for once per node of another query.</param>
    public PathExpression(bool isAbsolute, IEnumerable<Segment> segments, bool isInFilter)
    {
        _segments = [.. segments];
        IsAbsolute = isAbsolute;
        IsSingular = Array.TrueForAll(_segments, segment => segment.IsSingular);
        _isRemembered = isAbsolute && isInFilter && IsSingular;
    }

    public bool IsAbsolute { get; }

    public bool IsSingular { get; }

    public ImmutableArray<string> NamePrefix =>
        [.. _segments.TakeWhile(segment => segment.Name is not null).Select(segment => segment.Name!.Name)];

    /// <summary>The names of the segments; null for what is no single name.</summary>
    public IReadOnlyList<string?> Names => [.. _segments.Select(segment => segment.Name?.Name)];

    /// <summary>The value of this singular query, seen from a filter.</summary>
    public bool TrySingle(JsonElement current, Evaluation evaluation, out JsonElement value)
    {
        evaluation.Visit();
        if (_isRemembered) return evaluation.TryRemembered(this, out value);
        return TrySingle(IsAbsolute ? evaluation.Root : JsonViewNode.FromElement(current), out value);
    }

    /// <summary>The value of this singular query.</summary>
    public bool TrySingle(JsonViewNode start, out JsonElement value)
    {
        var node = start;
        foreach (var segment in _segments)
        {
            if (segment.Name is { } name)
            {
                if (node.TryGetMember(name.Name, name.Utf8, out node)) continue;
                value = default;
                return false;
            }

            if (!segment.Index!.TryGet(node.ToElement(), out value)) return false;
            node = JsonViewNode.FromElement(value);
        }

        value = node.ToElement();
        return value.ValueKind != JsonValueKind.Undefined;
    }

    /// <summary>Runs this query, seen from a filter.</summary>
    public void Run(JsonElement current, Evaluation evaluation, Collector found) =>
        Run(IsAbsolute ? evaluation.Root : JsonViewNode.FromElement(current), evaluation, found, null);

    /// <summary>Runs this query.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="evaluation">What it is part of.</param>
    /// <param name="found">Takes the nodes.</param>
    /// <param name="location">Where the start stands; null: places are not asked for.</param>
    public void Run(JsonViewNode start, Evaluation evaluation, Collector found, Location? location)
    {
        var at = 0;
        var node = start;
        for (; node.View is not null && at < _segments.Length && _segments[at].Name is { } name; at++)
        {
            if (!node.TryGetMember(name.Name, name.Utf8, out node)) return;
            location = location?.Member(name.Name);
        }

        var element = node.ToElement();
        if (element.ValueKind == JsonValueKind.Undefined) return;
        new Walk(_segments, evaluation, found).From(element, location, at);
    }
}
