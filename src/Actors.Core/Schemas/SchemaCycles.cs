namespace Actors.Core.Schemas;

/// <summary>
/// Finds schemas that apply themselves to the same value again, without going into a member or an item first: such a
/// check would never end.
/// </summary>
internal static class SchemaCycles
{
    /// <summary>One of <paramref name="named"/> that leads back to itself; null if none does.</summary>
    public static string? Find(IReadOnlyDictionary<string, SchemaNode> named)
    {
        var done = new HashSet<SchemaNode>();
        foreach (var (name, node) in named)
        {
            if (LeadsIntoCycle(node, done)) return name;
        }

        return null;
    }

    // Depth first, by a stack of its own: a chain of references may be as long as the schema.
    private static bool LeadsIntoCycle(SchemaNode start, HashSet<SchemaNode> done)
    {
        if (done.Contains(start)) return false;
        var open = new HashSet<SchemaNode> { start };
        var way = new Stack<(SchemaNode Node, IEnumerator<SchemaNode> Left)>();
        way.Push((start, start.SameValue.GetEnumerator()));
        while (way.TryPeek(out var top))
        {
            if (!top.Left.MoveNext())
            {
                way.Pop();
                open.Remove(top.Node);
                done.Add(top.Node);
                continue;
            }

            var next = top.Left.Current;
            if (open.Contains(next)) return true;
            if (done.Contains(next)) continue;
            open.Add(next);
            way.Push((next, next.SameValue.GetEnumerator()));
        }

        return false;
    }
}
