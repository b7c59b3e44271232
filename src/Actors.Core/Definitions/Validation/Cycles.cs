namespace Actors.Core.Definitions.Validation;

/// <summary>Finds one cycle in every knot of steps that depend on each other.</summary>
internal static class Cycles
{
    /// <summary>
    /// The strongly connected components that hold a cycle (Tarjan, "Depth-first search and linear graph algorithms",
    /// 1972; without recursion, which a long chain would exhaust), and of each one cycle.
    /// </summary>
    public static IEnumerable<List<int>> Find(int[][] dependencies)
    {
        var component = Components(dependencies);
        var sizes = new int[dependencies.Length];
        foreach (var c in component) sizes[c]++;
        var seen = new bool[dependencies.Length];
        for (var i = 0; i < dependencies.Length; i++)
        {
            var c = component[i];
            if (seen[c]) continue;
            seen[c] = true;
            if (sizes[c] > 1 || dependencies[i].Contains(i)) yield return CycleIn(dependencies, component, i);
        }
    }

    // In a component every step has a dependency within it: following them comes back to a step of the walk.
    private static List<int> CycleIn(int[][] dependencies, int[] component, int start)
    {
        var walk = new List<int>();
        var places = new Dictionary<int, int>();
        var at = start;
        while (places.TryAdd(at, walk.Count))
        {
            walk.Add(at);
            at = Array.Find(dependencies[at], d => component[d] == component[start]);
        }

        return walk[places[at]..];
    }

    private static int[] Components(int[][] dependencies)
    {
        var count = dependencies.Length;
        var (index, low, next, component) = (new int[count], new int[count], new int[count], new int[count]);
        Array.Fill(component, -1);
        var (open, path) = (new Stack<int>(), new Stack<int>());
        var (counter, components) = (0, 0);
        for (var root = 0; root < count; root++)
        {
            if (index[root] == 0) path.Push(root);
            while (path.TryPeek(out var at))
            {
                if (index[at] == 0)
                {
                    index[at] = low[at] = ++counter;
                    open.Push(at);
                }

                if (next[at] < dependencies[at].Length)
                {
                    var to = dependencies[at][next[at]++];
                    if (index[to] == 0) path.Push(to);
                    else if (component[to] < 0) low[at] = Math.Min(low[at], index[to]);
                    continue;
                }

                path.Pop();
                if (path.TryPeek(out var parent)) low[parent] = Math.Min(low[parent], low[at]);
                if (low[at] == index[at]) Close(at, components++);
            }
        }

        return component;

        void Close(int at, int number)
        {
            int member;
            do
            {
                member = open.Pop();
                component[member] = number;
            }
            while (member != at);
        }
    }
}
