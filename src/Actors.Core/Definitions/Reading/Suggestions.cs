namespace Actors.Core.Definitions.Reading;

/// <summary>What was probably meant.</summary>
internal static class Suggestions
{
    private const int CharactersMax = 128;

    /// <summary>
    /// The known word with the fewest edits (insert, remove, change, swap neighbours) to a text, if they are at most a
    /// third of its length; null if none is so near.
    /// </summary>
    public static string? Nearest(string text, IEnumerable<string> known)
    {
        if (text.Length is 0 or > CharactersMax) return null;
        var best = (Word: (string?)null, Edits: Math.Max(1, text.Length / 3) + 1);
        foreach (var word in known)
        {
            if (word.Length > CharactersMax || Math.Abs(word.Length - text.Length) >= best.Edits) continue;
            var edits = string.Equals(word, text, StringComparison.OrdinalIgnoreCase) ? 0 : Edits(text, word);
            if (edits < best.Edits) best = (word, edits);
        }

        return best.Word;
    }

    // Optimal string alignment over three rows.
    private static int Edits(string a, string b)
    {
        Span<int> twoBack = stackalloc int[b.Length + 1];
        Span<int> oneBack = stackalloc int[b.Length + 1];
        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) oneBack[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], oneBack[j]) + 1, oneBack[j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], twoBack[j - 2] + 1);
            }

            var recycled = twoBack;
            twoBack = oneBack;
            oneBack = row;
            row = recycled;
        }

        return oneBack[b.Length];
    }
}
