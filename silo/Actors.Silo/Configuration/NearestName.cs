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

    // Levenshtein distance, ignoring case; texts longer than any name are far from all.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > b.Length) return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (same ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
