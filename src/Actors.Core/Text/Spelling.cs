namespace Actors.Core.Text;

/// <summary>Finds what was probably meant.</summary>
public static class Spelling
{
    private const int CharactersMax = 256;

    /// <summary>
    /// The candidate that is nearest to a wrong word by insertions, deletions, substitutions and swaps of neighbours
    /// (Damerau-Levenshtein, restricted), without regard to case; of equally near ones the first.
    /// </summary>
    /// <param name="wrong">What was written.</param>
    /// <param name="candidates">What there is.</param>
    /// <returns>Null if none is nearer than a third of the word's length, at least one edit.</returns>
    public static string? Nearest(string wrong, IEnumerable<string> candidates)
    {
        if (wrong.Length is 0 or > CharactersMax) return null;
        var best = Math.Max(1, wrong.Length / 3) + 1;
        string? nearest = null;
        foreach (var candidate in candidates)
        {
            if (candidate.Length > CharactersMax || Math.Abs(candidate.Length - wrong.Length) >= best) continue;
            var distance = Distance(wrong.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance >= best) continue;
            best = distance;
            nearest = candidate;
            if (best == 0) break;
        }

        return nearest;
    }

    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }
}
