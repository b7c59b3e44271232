using System.Text.RegularExpressions;

namespace Actors.House.Tests.Tidy;

/// <summary>What may not stand in any text file, whatever its language.</summary>
internal static partial class TextRules
{
    private static readonly string[] Binary = [".png", ".ico", ".woff2", ".gz", ".zip", ".db"];

    /// <summary>The files that are text, by their ending.</summary>
    public static IEnumerable<string> Files =>
        Repository.Files.Where(file => !Binary.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase));

    /// <summary>Paths that exist on one machine only, such as somebody's home.</summary>
    [GeneratedRegex(@"(^|[^\w.~/-])(/(home|root|work|Users|mnt)/[\w.-]+|[A-Za-z]:\\(Users|work|src)\\)", Options)]
    public static partial Regex MachinePath { get; }

    /// <summary>Hosts that packages come from: where they come from is the business of whoever builds.</summary>
    [GeneratedRegex(@"(nuget|npmjs|yarnpkg|pypi|crates)\.(org|com|io)\b|jfrog\.|pkgs\.dev\.azure", Options)]
    public static partial Regex RegistryHost { get; }

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    /// <summary>The lines of <paramref name="text"/> that match, as "file:line: line".</summary>
    public static IEnumerable<string> Matches(string file, string text, Regex rule) => text
        .Split('\n')
        .Index()
        .Where(line => rule.IsMatch(line.Item))
        .Select(line => $"{file}:{line.Index + 1}: {line.Item.Trim()}");
}
