using System.Text.Json;

namespace Actors.Core.JsonPath.Walking;

/// <summary>
/// Goes through the segments of a query, depth first: the nodes arrive in the order that RFC 9535 asks for, and no list
/// of nodes is kept between segments. Every method says whether to go on.
/// </summary>
internal sealed class Walk(Segment[] segments, Evaluation evaluation, Collector found)
{
    public Evaluation Evaluation => evaluation;

    /// <summary>Goes on from a node with the segment <paramref name="at"/>.</summary>
    public bool From(JsonElement node, Location? location, int at)
    {
        evaluation.Visit();
        if (at == segments.Length) return found.Add(node, location);
        var segment = segments[at];
        return segment.IsDescendant
            ? Descend(node, location, segment, at + 1)
            : Apply(node, location, segment, at + 1);
    }

    private bool Apply(JsonElement node, Location? location, Segment segment, int next)
    {
        foreach (var selector in segment.Selectors)
        {
            if (!selector.Select(node, location, this, next)) return false;
        }

        return true;
    }

    // As deep as the document, which its parser has bounded.
    private bool Descend(JsonElement node, Location? location, Segment segment, int next)
    {
        evaluation.Visit();
        if (node.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)) return true;
        if (!Apply(node, location, segment, next)) return false;
        if (node.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in node.EnumerateObject())
            {
                if (!Descend(member.Value, location?.Member(member.Name), segment, next)) return false;
            }

            return true;
        }

        var index = 0;
        foreach (var item in node.EnumerateArray())
        {
            if (!Descend(item, location?.Item(index++), segment, next)) return false;
        }

        return true;
    }
}
