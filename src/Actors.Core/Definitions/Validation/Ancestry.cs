namespace Actors.Core.Definitions.Validation;

/// <summary>
/// Answers for many pairs of steps whether the one depends, over any number of steps, on the other. Sixty-four
/// targets are followed at once through the part of the map between them and who asks, so that 100,000 questions on a
/// chain take milliseconds and the worst map takes seconds, not hours.
/// </summary>
internal sealed class Ancestry
{
    private readonly int[][] _dependencies;
    private readonly int[] _order;
    private readonly int[] _positions;
    private readonly ulong[] _reached;

    /// <param name="dependencies">Of each step.</param>
    /// <param name="order">The steps, each behind its dependencies; without those on or behind a cycle.</param>
    public Ancestry(int[][] dependencies, int[] order)
    {
        _dependencies = dependencies;
        _order = order;
        _reached = new ulong[dependencies.Length];
        _positions = new int[dependencies.Length];
        Array.Fill(_positions, -1);
        for (var p = 0; p < order.Length; p++) _positions[order[p]] = p;
    }

    /// <summary>The questions whose answer is no. Steps on or behind a cycle are passed over.</summary>
    public IEnumerable<T> Unrelated<T>(IEnumerable<T> questions, Func<T, (int Step, int Target)> pair)
    {
        var open = questions.Where(q => IsOpen(pair(q))).OrderBy(q => _positions[pair(q).Target]).ToList();
        for (var from = 0; from < open.Count;)
        {
            var to = from;
            var targets = new Dictionary<int, int>();
            while (to < open.Count && (targets.Count < 64 || targets.ContainsKey(pair(open[to]).Target)))
                targets.TryAdd(pair(open[to++]).Target, targets.Count);

            var block = open[from..to];
            Follow(targets, _positions[pair(block[0]).Target], block.Max(q => _positions[pair(q).Step]));
            foreach (var question in block)
            {
                var (step, target) = pair(question);
                var isBehind = _positions[step] > _positions[target];
                if (!isBehind || (_reached[step] & 1UL << targets[target]) == 0) yield return question;
            }

            from = to;
        }
    }

    private bool IsOpen((int Step, int Target) pair) =>
        _positions[pair.Step] >= 0 && _positions[pair.Target] >= 0 && !_dependencies[pair.Step].Contains(pair.Target);

    private void Follow(Dictionary<int, int> targets, int first, int last)
    {
        for (var p = first; p <= last; p++)
        {
            var at = _order[p];
            var reached = targets.TryGetValue(at, out var bit) ? 1UL << bit : 0;
            foreach (var dependency in _dependencies[at])
            {
                if (_positions[dependency] >= first) reached |= _reached[dependency];
            }

            _reached[at] = reached;
        }
    }
}
