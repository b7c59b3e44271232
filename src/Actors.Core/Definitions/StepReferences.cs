using System.Collections.Immutable;
using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>What a step looks at.</summary>
public static class StepReferences
{
    /// <summary>
    /// Names of the steps whose result this step refers to, in its condition, its collection, its input or its action
    /// (not in its undo): if one of them was skipped, so is this step. Each name once, in the order of first mention.
    /// Texts that don't parse refer to nothing.
    /// </summary>
    public static ImmutableArray<string> ResultsUsed(Step step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var expression in StepExpressions.Of(step))
        {
            if (expression.InUndo || expression.SeesResponse) continue;
            if (!Expressions.TryRead(expression.Kind, expression.Text, out var references, out _)) continue;
            foreach (var reference in references)
            {
                if (reference is ["steps", var name, "result", ..] && seen.Add(name)) names.Add(name);
            }
        }

        return [.. names];
    }
}
