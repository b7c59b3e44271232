using System.Runtime.Intrinsics;

namespace Actors.Core.Definitions.Validation;

/// <summary>
/// Answers for many pairs of steps whether the one depends, over any number of steps, on the other. Almost all such
/// questions are answered at once: by the list of dependencies itself, or by one tree of the steps, in which each hangs
/// on the latest of its dependencies (the pre-order intervals of R. Agrawal, A. Borgida and H. V. Jagadish, "Efficient
/// management of transitive relationships in large data and knowledge bases", 1989). What is left is followed through
/// the part of the map between target and asker, for 512 targets at a time. Chains and fans take time in proportion to
/// their size; the worst map of 100,000 steps takes seconds.
/// </summary>
internal sealed class Ancestry
{
    private const int BlockTargets = 512;

    private readonly int[][] _dependencies;
    private readonly int[] _order;
    private readonly int[] _positions;
    private readonly AncestryTree _tree;

    /// <param name="dependencies">Of each step.</param>
    /// <param name="order">The steps, each behind its dependencies; without those on or behind a cycle.</param>
    public Ancestry(int[][] dependencies, int[] order)
    {
        _dependencies = dependencies;
        _order = order;
        _positions = new int[dependencies.Length];
        Array.Fill(_positions, -1);
        for (var p = 0; p < order.Length; p++) _positions[order[p]] = p;
        _tree = new AncestryTree(dependencies, order, _positions);
    }

    /// <summary>
    /// The questions whose answer is no, those of one step in the order they were asked. Steps on or behind a cycle are
    /// passed over.
    /// </summary>
    /// <param name="questions">The questions; those of one step stand together.</param>
    /// <param name="pair">Who asks, and for what step.</param>
    public IEnumerable<T> Unrelated<T>(IEnumerable<T> questions, Func<T, (int Step, int Target)> pair)
    {
        var open = Open(questions, pair).OrderBy(q => _positions[pair(q).Target]).ToList();
        var reached = open.Count == 0 ? [] : new Vector512<ulong>[_dependencies.Length];
        for (var from = 0; from < open.Count;)
        {
            var to = from;
            var targets = new Dictionary<int, int>();
            while (to < open.Count && (targets.Count < BlockTargets || targets.ContainsKey(pair(open[to]).Target)))
                targets.TryAdd(pair(open[to++]).Target, targets.Count);

            var block = open[from..to];
            Follow(reached, targets, _positions[pair(block[0]).Target], block.Max(q => _positions[pair(q).Step]));
            foreach (var question in block)
            {
                var (step, target) = pair(question);
                var isBehind = _positions[step] > _positions[target];
                if (!isBehind || (reached[step] & Bit(targets[target])) == default) yield return question;
            }

            from = to;
        }
    }

    private List<T> Open<T>(IEnumerable<T> questions, Func<T, (int Step, int Target)> pair)
    {
        var open = new List<T>();
        var dependentOf = new int[_dependencies.Length];
        Array.Fill(dependentOf, -1);
        var asker = -1;
        foreach (var question in questions)
        {
            var (step, target) = pair(question);
            if (_positions[step] < 0 || _positions[target] < 0) continue;
            if (step != asker)
            {
                asker = step;
                foreach (var dependency in _dependencies[step]) dependentOf[dependency] = step;
            }

            var isKnown = dependentOf[target] == step || step != target && _tree.IsBelow(step, target);
            if (!isKnown) open.Add(question);
        }

        return open;
    }

    private void Follow(Vector512<ulong>[] reached, Dictionary<int, int> targets, int first, int last)
    {
        for (var p = first; p <= last; p++)
        {
            var at = _order[p];
            var bits = targets.TryGetValue(at, out var bit) ? Bit(bit) : default;
            foreach (var dependency in _dependencies[at])
            {
                if (_positions[dependency] >= first) bits |= reached[dependency];
            }

            reached[at] = bits;
        }
    }

    private static Vector512<ulong> Bit(int number) =>
        Vector512<ulong>.Zero.WithElement(number / 64, 1UL << (number % 64));
}

/// <summary>A tree (or several) of the steps, in which each hangs on the latest of its dependencies.</summary>
internal sealed class AncestryTree
{
    private readonly int[] _starts;
    private readonly int[] _ends;

    public AncestryTree(int[][] dependencies, int[] order, int[] positions)
    {
        _starts = new int[dependencies.Length];
        _ends = new int[dependencies.Length];
        var parents = new int[dependencies.Length];
        var sizes = new int[dependencies.Length];
        foreach (var at in order)
        {
            parents[at] = -1;
            foreach (var dependency in dependencies[at])
            {
                if (parents[at] < 0 || positions[dependency] > positions[parents[at]]) parents[at] = dependency;
            }
        }

        for (var p = order.Length - 1; p >= 0; p--)
        {
            sizes[order[p]]++;
            if (parents[order[p]] >= 0) sizes[parents[order[p]]] += sizes[order[p]];
        }

        // Each step takes, in order, the next free part of its parent's interval: no recursion, whatever the depth.
        var free = 0;
        foreach (var at in order)
        {
            ref var next = ref free;
            if (parents[at] >= 0) next = ref _ends[parents[at]];
            _starts[at] = next;
            _ends[at] = next + 1;
            next += sizes[at];
        }

        foreach (var at in order) _ends[at] = _starts[at] + sizes[at];
    }

    /// <summary>Whether the one hangs, over any number of others, on the other; true of a step and itself.</summary>
    public bool IsBelow(int step, int target) => _starts[step] >= _starts[target] && _starts[step] < _ends[target];
}
