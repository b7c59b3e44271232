using System.Collections.Immutable;
using System.Diagnostics;

namespace Actors.House.Tests;

/// <summary>
/// The files of this repository: what git tracks or would track, or, in an export without git, the folder.
/// </summary>
internal static class Repository
{
    private static readonly string[] NeverOurs = [".git", ".vs", ".idea", "bin", "obj", "TestResults", "artifacts"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths relative to the root, with forward slashes, in ordinal order.</summary>
    public static ImmutableArray<string> Files { get; } =
        [.. (ByGit() ?? ByFolder()).Where(Exists).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> CSharp => WithExtension(".cs");

    public static IEnumerable<string> Projects => WithExtension(".csproj");

    public static IEnumerable<string> WithExtension(string extension) =>
        Files.Where(file => file.EndsWith(extension, StringComparison.Ordinal));

    public static bool Exists(string path) => File.Exists(Absolute(path));

    public static string Read(string path) => File.ReadAllText(Absolute(path));

    public static string Absolute(string path) => Path.Combine(Root, path);

    /// <summary>Resolves <paramref name="target"/> as seen from the folder of <paramref name="file"/>.</summary>
    public static string Resolve(string file, string target)
    {
        var folder = Path.GetDirectoryName(Absolute(file))!;
        return Slashes(Path.GetRelativePath(Root, Path.GetFullPath(Path.Combine(folder, target.Replace('\\', '/')))));
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Actors.sln"))) return at.FullName;
        throw new InvalidOperationException(
            $"No folder above '{AppContext.BaseDirectory}' holds Actors.sln.");
    }

    private static IEnumerable<string>? ByGit()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            UseShellExecute = false,
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            var complaints = git.StandardError.ReadToEndAsync();
            var listed = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            _ = complaints.GetAwaiter().GetResult();
            return git.ExitCode == 0 ? listed.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // git is not installed: the folder answers instead
        }
    }

    private static IEnumerable<string> ByFolder() => Directory
        .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
        .Select(file => Slashes(Path.GetRelativePath(Root, file)))
        .Where(file => !file.Split('/').Any(NeverOurs.Contains));

    private static string Slashes(string path) => path.Replace('\\', '/');
}
