using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Cli.Scenarios;
using Actors.Definitions;

namespace Actors.Cli.Files;

/// <summary>A scenario and its processes, as read from a folder.</summary>
internal sealed record ScenarioSource(string Folder, Scenario Scenario, ImmutableArray<StepMap> Processes);

/// <summary>Finds and reads what people name on the command line: process files, and folders that hold them.</summary>
internal static class Source
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    /// <summary>The folder of a scenario if the path is one; else null.</summary>
    public static string? ScenarioFolder(string path)
    {
        if (Directory.Exists(path)) return File.Exists(Path.Combine(path, ScenarioFile.Name)) ? path : null;
        return Path.GetFileName(path) == ScenarioFile.Name && File.Exists(path)
            ? Path.GetDirectoryName(Path.GetFullPath(path))
            : null;
    }

    /// <summary>The process files a path stands for: itself, or those of the folder; at least one.</summary>
    /// <exception cref="RefusedException">There is nothing there.</exception>
    public static ImmutableArray<string> ProcessFiles(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path))
            throw new RefusedException($"there is no file or folder '{path}'{Hint(path)}", "not-found");
        ImmutableArray<string> files =
        [
            .. Directory.EnumerateFiles(path)
                .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Where(file => Path.GetFileName(file) is not (ScenarioFile.Name or "actors.json"))
                .Order(StringComparer.Ordinal),
        ];
        return files.IsEmpty
            ? throw new RefusedException(
                $"folder '{path}' has neither a {ScenarioFile.Name} nor a process file (*.yaml, *.yml, *.json); name " +
                "the folder or the file that holds the process", "no-process")
            : files;
    }

    /// <summary>The only process file a path stands for.</summary>
    /// <exception cref="RefusedException">There is none, or several.</exception>
    public static string ProcessFile(string path)
    {
        var files = ProcessFiles(path);
        return files is [var file]
            ? file
            : throw new RefusedException(
                $"folder '{path}' has {files.Length} process files and no {ScenarioFile.Name}; name one of them: " +
                string.Join(", ", files.Take(10).Select(Path.GetFileName)), "ambiguous");
    }

    /// <summary>Reads a process file.</summary>
    /// <exception cref="RefusedException">The file can't be read.</exception>
    public static DefinitionResult Read(string file) => Core.Definitions.ProcessFile.Read(
        Text(file, Core.Definitions.ProcessFile.TextBytesMax), file);

    /// <summary>Reads a scenario with its processes.</summary>
    /// <exception cref="DefinitionException">Files break rules; it holds all errors of all files.</exception>
    /// <exception cref="RefusedException">A file can't be read.</exception>
    public static ScenarioSource ReadScenario(string folder)
    {
        var file = Path.Combine(folder, ScenarioFile.Name);
        var read = ScenarioFile.Read(Text(file, ScenarioFile.TextBytesMax), file);
        if (read.Scenario is not { } scenario) throw new DefinitionException(read.Errors);
        var results = ScenarioFile.ProcessFiles(scenario, Path.GetFullPath(folder))
            .Select(process => Read(Path.GetRelativePath(".", process)))
            .ToList();
        var errors = results.SelectMany(result => result.Errors).ToImmutableArray();
        if (!errors.IsEmpty) throw new DefinitionException(errors);
        return new ScenarioSource(folder, scenario, [.. results.Select(result => result.MapOrThrow())]);
    }

    /// <summary>
    /// A file's text, at most a byte more than its reader takes: the reader then says what is wrong with it.
    /// </summary>
    /// <exception cref="RefusedException">It can't be read.</exception>
    public static string Text(string file, int bytesMax)
    {
        try
        {
            using var stream = File.OpenRead(file);
            using var text = new MemoryStream();
            var buffer = new byte[81920];
            int count;
            while (text.Length <= bytesMax && (count = stream.Read(buffer)) > 0) text.Write(buffer, 0, count);
            var bytes = text.GetBuffer().AsSpan(0, (int)text.Length);
            // A text that was cut may end within a character.
            if (bytes.Length <= bytesMax && !Utf8.IsValid(bytes))
                throw new RefusedException($"file '{file}' is not UTF-8 text; save it as UTF-8", "not-utf-8");
            return Encoding.UTF8.GetString(bytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RefusedException($"there is no file '{file}'{Hint(file)}", "not-found");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"file '{file}' can't be read: {e.Message}", "not-readable");
        }
    }

    private static string Hint(string path)
    {
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        if (!Directory.Exists(folder)) return $"; there is no folder '{folder}' either";
        var names = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).OfType<string>().Take(10_000);
        return Hints.Nearest(Path.GetFileName(path), names) is { } near
            ? $"; did you mean '{(folder == "." ? near : Path.Combine(folder, near))}'?"
            : "; paths count from the working directory";
    }
}
