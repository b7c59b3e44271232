using System.Collections.Immutable;

namespace Actors.Core.Definitions.Reading;

/// <summary>What was probably meant.</summary>
internal static class Suggestions
{
    /// <summary>The known word that is nearest to a text; null if none is near.</summary>
    public static string? Nearest(string text, ImmutableArray<string> known) =>
        known.FirstOrDefault(k => string.Equals(k, text, StringComparison.OrdinalIgnoreCase));
}
