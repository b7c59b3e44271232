using Actors.Core.Text;

namespace Actors.Cli.Rendering;

/// <summary>What was probably meant.</summary>
internal static class Hints
{
    /// <summary>The nearest of the known words; null if none is near.</summary>
    public static string? Nearest(string text, IEnumerable<string> known) => Spelling.Nearest(text, known);
}
