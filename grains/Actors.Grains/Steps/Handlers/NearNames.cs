namespace Actors.Grains.Steps;

/// <summary>Names that were perhaps meant.</summary>
internal static class NearNames
{
    private const int CandidatesMax = 1000;

    /// <summary>
    /// At most three names within a third of the name's length in edits (Levenshtein), nearest first.
    /// </summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known)
    {
        var editsMax = Math.Max(1, name.Length / 3);
        return
        [
            .. known.Take(CandidatesMax)
                .Select(candidate => (candidate, edits: Edits(name, candidate)))
                .Where(c => c.edits <= editsMax)
                .OrderBy(c => c.edits).ThenBy(c => c.candidate, StringComparer.Ordinal)
                .Take(3)
                .Select(c => c.candidate),
        ];
    }

    private static int Edits(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
