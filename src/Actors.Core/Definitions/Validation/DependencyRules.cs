namespace Actors.Core.Definitions.Validation;

/// <summary>Rules of the dependencies: known, once, not in a circle, and not on what nobody waits for.</summary>
internal static class DependencyRules
{
    private const int NamesShownMax = 20;

    public static void Check(MapCheck check)
    {
        var steps = check.Map.Steps;
        for (var i = 0; i < steps.Length; i++)
        {
            if (check.Index[steps[i].Name] != i)
            {
                check.Add("duplicate-name", i, [],
                    "is there twice; names of steps are unique in a process: rename one");
            }

            check.Dependencies[i] = Resolve(check, i);
        }

        check.Order = Sort(check);
        if (check.Order.Length < steps.Length) ReportCycles(check);
    }

    private static int[] Resolve(MapCheck check, int i)
    {
        var step = check.Map.Steps[i];
        if (step.After.IsEmpty) return [];
        var known = new List<int>(step.After.Length);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in step.After)
        {
            if (!seen.Add(name))
            {
                check.Add("duplicate-dependency", i, ["after"], $"depends on '{name}' twice; write it once");
            }
            else if (!check.Index.TryGetValue(name, out var dependency))
            {
                if (check.Errors.IsFull) break;
                check.Add("unknown-dependency", i, ["after"],
                    $"in process '{check.Map.Process}' depends on '{name}', which does not exist",
                    check.NearestStep(name, i));
            }
            else
            {
                known.Add(dependency);
                if (check.Map.Steps[dependency].Detached && !step.Detached)
                {
                    check.Add("detached-dependency", i, ["after"],
                        $"waits for '{name}', which is detached: nobody may wait for it but other detached steps; " +
                        $"make '{name}' an ordinary step, or this one detached too");
                }
            }
        }

        return [.. known];
    }

    // Kahn, "Topological sorting of large networks", 1962.
    private static int[] Sort(MapCheck check)
    {
        var count = check.Dependencies.Length;
        var dependents = Dependents(check.Dependencies);
        var open = new int[count];
        var order = new int[count];
        var end = 0;
        for (var i = 0; i < count; i++)
        {
            open[i] = check.Dependencies[i].Length;
            if (open[i] == 0) order[end++] = i;
        }

        for (var next = 0; next < end; next++)
        {
            foreach (var dependent in dependents[order[next]])
            {
                if (--open[dependent] == 0) order[end++] = dependent;
            }
        }

        return order[..end];
    }

    public static List<int>[] Dependents(int[][] dependencies)
    {
        var dependents = new List<int>[dependencies.Length];
        for (var i = 0; i < dependencies.Length; i++) dependents[i] = [];
        for (var i = 0; i < dependencies.Length; i++)
        {
            foreach (var dependency in dependencies[i]) dependents[dependency].Add(i);
        }

        return dependents;
    }

    private static void ReportCycles(MapCheck check)
    {
        foreach (var cycle in Cycles.Find(check.Dependencies)) Report(check, cycle);
    }

    private static void Report(MapCheck check, List<int> cycle)
    {
        var first = cycle.Min();
        var turn = cycle.IndexOf(first);
        var names = cycle[turn..].Concat(cycle[..turn]).Append(first).Select(i => check.Map.Steps[i].Name).ToList();
        if (names.Count > NamesShownMax) names = [.. names[..(NamesShownMax - 1)], "…", names[^1]];
        check.Add("cycle", first, ["after"],
            names.Count == 2
                ? $"depends on itself: {string.Join(" -> ", names)}; remove it from its 'after'"
                : $"depends on itself in a circle: {string.Join(" -> ", names)}; remove one of these dependencies");
    }
}
