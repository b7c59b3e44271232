using System.Text.Json;

namespace Actors.Core.JsonPath.Walking;

/// <summary>One evaluation over one document: its root, and what may still be looked at.</summary>
internal sealed class Evaluation(JsonViewNode root)
{
    private int _visitsLeft = JsonPathLimits.VisitsMax;
    private Dictionary<PathExpression, JsonElement>? _known;

    public JsonViewNode Root => root;

    public void Visit()
    {
        if (--_visitsLeft < 0)
            throw new JsonPathException($"a path visits more than {JsonPathLimits.VisitsMax} nodes; make it narrower");
    }

    /// <summary>
    /// The value of a singular query from the root, found once however often a filter asks for it.
    /// </summary>
    public bool TryRemembered(PathExpression path, out JsonElement value)
    {
        _known ??= new Dictionary<PathExpression, JsonElement>(ReferenceEqualityComparer.Instance);
        if (!_known.TryGetValue(path, out value))
        {
            if (!path.TrySingle(root, out value)) value = default;
            _known.Add(path, value);
        }

        return value.ValueKind != JsonValueKind.Undefined;
    }
}
