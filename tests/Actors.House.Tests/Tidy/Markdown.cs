using System.Text.RegularExpressions;

namespace Actors.House.Tests.Tidy;

/// <summary>What the documents claim about the repository: links, and commands of ours.</summary>
internal static partial class Markdown
{
    /// <summary>The targets of relative links, without anchors.</summary>
    public static IEnumerable<string> RelativeLinks(string text) => Link.Matches(WithoutFences(text))
        .Select(match => match.Groups["target"].Value.Split('#')[0])
        .Where(target => target.Length > 0 && !target.Contains(':', StringComparison.Ordinal));

    /// <summary>
    /// The projects and solutions that the fenced commands <c>dotnet run</c> and <c>dotnet test</c> name.
    /// </summary>
    public static IEnumerable<string> ProjectsOfCommands(string text)
    {
        foreach (var line in FencedLines(text))
        {
            var words = line.Trim().TrimStart('$').Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is not ["dotnet", "run" or "test" or "build", ..]) continue;
            var option = Array.IndexOf(words, "--project");
            if (option > 0 && option + 1 < words.Length) yield return words[option + 1];
            else if (words.Length > 2 && !words[2].StartsWith('-')) yield return words[2];
        }
    }

    /// <summary>Whether <paramref name="path"/> is a project or solution, or a folder that holds a project.</summary>
    public static bool NamesProject(string path) => Repository.Exists(path)
        || Repository.Projects.Any(project => Path.GetDirectoryName(project) == path.TrimEnd('/'));

    private static IEnumerable<string> FencedLines(string text)
    {
        var fenced = false;
        foreach (var line in text.Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal)) fenced = !fenced;
            else if (fenced) yield return line;
        }
    }

    private static string WithoutFences(string text)
    {
        var fenced = FencedLines(text).ToHashSet(StringComparer.Ordinal);
        return string.Join('\n', text.Split('\n').Where(line => !fenced.Contains(line)));
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Link { get; }
}
