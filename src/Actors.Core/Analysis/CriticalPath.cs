using System.Collections.Immutable;
using Actors.Definitions;

namespace Actors.Core.Analysis;

/// <summary>
/// What declared durations say about a map: with unlimited workers it can't end before <see cref="Length"/>; with P
/// workers its makespan lies between max(Length, Work / P) and Work / P + Length (R. L. Graham, "Bounds for certain
/// multiprocessing anomalies", 1966).
/// </summary>
/// <param name="Length">Sum of the durations on the longest chain of dependencies.</param>
/// <param name="Work">Sum of all durations.</param>
/// <param name="Steps">Names of the steps on that chain, in order.</param>
/// <param name="Undeclared">Steps without a declared duration: they counted as nothing.</param>
public sealed record CriticalPath(TimeSpan Length, TimeSpan Work, ImmutableArray<string> Steps, int Undeclared)
{
    /// <summary>
    /// Finds it, in time proportional to steps and dependencies. Joins count as if they waited for all.
    /// </summary>
    /// <param name="map">A valid map.</param>
    /// <exception cref="ArgumentException">The dependencies form a cycle or name unknown steps.</exception>
    public static CriticalPath Of(StepMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var steps = map.Steps;
        var index = new Dictionary<string, int>(steps.Length, StringComparer.Ordinal);
        for (var i = 0; i < steps.Length; i++) index[steps[i].Name] = i;

        var (ends, before) = (new TimeSpan[steps.Length], new int[steps.Length]);
        var last = -1;
        foreach (var i in Order(map, index))
        {
            before[i] = -1;
            var start = TimeSpan.Zero;
            foreach (var name in steps[i].After)
            {
                var dependency = index[name];
                if (before[i] >= 0 && ends[dependency] <= start) continue;
                start = ends[dependency];
                before[i] = dependency;
            }

            ends[i] = start + DurationOf(steps[i]);
            if (last < 0 || ends[i] > ends[last]) last = i;
        }

        var path = new List<string>();
        for (var i = last; i >= 0; i = before[i]) path.Add(steps[i].Name);
        path.Reverse();
        return new CriticalPath(
            last < 0 ? TimeSpan.Zero : ends[last],
            steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + DurationOf(step)),
            [.. path],
            steps.Count(step => step.Duration is null));
    }

    private static TimeSpan DurationOf(Step step) => step.Duration ?? TimeSpan.Zero;

    private static List<int> Order(StepMap map, Dictionary<string, int> index)
    {
        var (open, dependents) = (new int[map.Steps.Length], new List<int>?[map.Steps.Length]);
        var order = new List<int>(map.Steps.Length);
        for (var i = 0; i < open.Length; i++)
        {
            open[i] = map.Steps[i].After.Length;
            if (open[i] == 0) order.Add(i);
            foreach (var name in map.Steps[i].After)
            {
                if (!index.TryGetValue(name, out var dependency))
                    throw new ArgumentException(
                        $"step '{map.Steps[i].Name}' depends on '{name}', which does not exist; validate the map first",
                        nameof(map));
                (dependents[dependency] ??= []).Add(i);
            }
        }

        for (var next = 0; next < order.Count; next++)
        {
            foreach (var dependent in dependents[order[next]] ?? [])
            {
                if (--open[dependent] == 0) order.Add(dependent);
            }
        }

        return order.Count == open.Length
            ? order
            : throw new ArgumentException(
                $"the dependencies of process '{map.Process}' form a cycle; validate the map first", nameof(map));
    }
}
