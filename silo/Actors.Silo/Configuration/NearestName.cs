namespace Actors.Silo.Configuration;

/// <summary>What was probably meant by a misspelt key or parameter.</summary>
internal static class NearestName
{
    /// <summary>The known name that is at most a third of its length away; null if none is.</summary>
    public static string? Of(string text, IEnumerable<string> known) => known
        .Select(name => (name, Distance: Distance(text, name)))
        .Where(candidate => candidate.Distance <= Math.Max(1, candidate.name.Length / 3))
        .OrderBy(candidate => candidate.Distance)
        .Select(candidate => candidate.name)
        .FirstOrDefault();

    /// <summary><c>; did you mean 'x'?</c>, or the names there are.</summary>
    public static string Hint(string text, IReadOnlyCollection<string> known) =>
        Of(text, known) is { } nearest
            ? $"; did you mean '{nearest}'?"
            : known.Count == 0 ? "; there are none" : $"; known: {string.Join(", ", known)}";

    // Optimal string alignment: Levenshtein's distance in which two swapped neighbours count once; case does not count.
    private static int Distance(string a, string b)
    {
        if (a.Length > 2 * b.Length) return int.MaxValue;
        var (beforeLast, last) = (new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray());
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last) = (last, row);
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
