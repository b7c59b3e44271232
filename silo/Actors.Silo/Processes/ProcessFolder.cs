using System.Collections.Immutable;
using System.Text;
using Actors.Core.Definitions;
using Actors.Definitions;
using Actors.Silo.Configuration;

namespace Actors.Silo.Processes;

/// <summary>A process and the file it stands in.</summary>
/// <param name="Map">The process.</param>
/// <param name="File">Path of its file.</param>
public sealed record FolderProcess(StepMap Map, string File);

/// <summary>
/// The process files of a folder: every <c>*.yaml</c>, <c>*.yml</c> and <c>*.json</c> directly in it.
/// </summary>
public static class ProcessFolder
{
    /// <summary>Most files in a folder.</summary>
    public const int FilesMax = 10_000;

    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    // Read by the silo and the command line; they are no processes.
    private static readonly string[] Others = [SiloConfiguration.FileName, "scenario.yaml"];

    /// <summary>Reads all of them, in the order of their names.</summary>
    /// <param name="folder">Path of the folder; one that is missing has no processes.</param>
    /// <returns>The processes; their names differ.</returns>
    /// <exception cref="DefinitionException">
    /// Files break the rules, or two define the same process; it holds every error of every file.
    /// </exception>
    /// <exception cref="SiloStartException">The folder or a file can't be read, or there are too many.</exception>
    public static ImmutableArray<FolderProcess> Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        try
        {
            if (File.Exists(folder))
                throw new SiloStartException($"the folder of processes '{folder}' is a file; name the folder it is in");
            return Directory.Exists(folder) ? ReadAll(Files(folder)) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SiloStartException($"the folder of processes '{folder}' can't be read: {e.Message}", e);
        }
    }

    private static List<string> Files(string folder)
    {
        var files = Directory.EnumerateFiles(folder)
            .Where(f => Endings.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
            .Where(f => !Others.Contains(Path.GetFileName(f), StringComparer.OrdinalIgnoreCase))
            .Take(FilesMax + 1)
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count <= FilesMax
            ? files
            : throw new SiloStartException(
                $"the folder of processes '{folder}' has more than {FilesMax} files; split it among several silos");
    }

    private static ImmutableArray<FolderProcess> ReadAll(List<string> files)
    {
        var maps = ImmutableArray.CreateBuilder<FolderProcess>();
        var errors = ImmutableArray.CreateBuilder<DefinitionError>();
        var fileOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var read = ProcessFile.Read(Text(file), file);
            errors.AddRange(read.Errors);
            if (read.Map is not { } map) continue;
            maps.Add(new FolderProcess(map, file));
            if (!fileOf.TryAdd(map.Process, file))
            {
                errors.Add(new DefinitionError(
                    "duplicate-process", $"process '{map.Process}' is defined in {fileOf[map.Process]} already; one " +
                    "folder holds one version of a process", file, 1));
            }
        }

        return errors.Count == 0 ? maps.ToImmutable() : throw new DefinitionException(errors.ToImmutable());
    }

    // A file above the reader's limit is cut just behind it: the reader then says what is wrong with it.
    private static string Text(string file)
    {
        using var stream = File.OpenRead(file);
        var bytes = new byte[Math.Min(stream.Length, ProcessFile.TextBytesMax + 1L)];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
