using System.Collections.Immutable;
using System.Text;
using Actors.Core.Definitions.Reading;
using Actors.Core.Text;
using Actors.Definitions;

namespace Actors.Cli.Scenarios;

/// <summary>A scenario, or everything that is wrong with its file.</summary>
/// <param name="Scenario">Null if there are errors.</param>
/// <param name="Errors">By line; empty if there are none.</param>
internal sealed record ScenarioFileResult(Scenario? Scenario, ImmutableArray<DefinitionError> Errors);

/// <summary>
/// Reads <c>scenario.yaml</c>, as strictly as process files are read: unknown and duplicate keys, anchors and tags are
/// errors, all of them are reported at once, and no input makes it throw.
/// </summary>
internal static class ScenarioFile
{
    /// <summary>The name that makes a folder a scenario.</summary>
    public const string Name = "scenario.yaml";

    /// <summary>The largest file: 1 MiB as UTF-8.</summary>
    public const int TextBytesMax = 1024 * 1024;

    /// <summary>Reads one scenario.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="fileName">What errors call the file.</param>
    public static ScenarioFileResult Read(string text, string fileName)
    {
        var errors = new FileErrors(fileName);
        var scenario = ReadRoot(text, errors) is { } root ? ScenarioReader.Read(root, errors) : null;
        return errors.IsEmpty && scenario is not null
            ? new ScenarioFileResult(scenario, [])
            : new ScenarioFileResult(null, errors.ToImmutable());
    }

    /// <summary>The cases of processes that a scenario does not have.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="fileName">What errors call its file.</param>
    /// <param name="processes">Its processes.</param>
    public static ImmutableArray<DefinitionError> UnknownProcesses(
        Scenario scenario, string fileName, IEnumerable<StepMap> processes)
    {
        var names = processes.Select(map => map.Process).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. scenario.Cases.Where(one => !names.Contains(one.Process)).Select(one => new DefinitionError(
                "unknown-process",
                $"case '{one.Name}' starts process '{one.Process}', which no process file of the scenario defines",
                fileName, one.ProcessLine, Spelling.Nearest(one.Process, names))),
        ];
    }

    /// <summary>The process files of a scenario, as full paths.</summary>
    public static ImmutableArray<string> ProcessFiles(Scenario scenario, string folder) => scenario.Processes.IsEmpty
        ? [.. Directory.EnumerateFiles(folder).Where(IsProcessFile).Order(StringComparer.Ordinal)]
        : [.. scenario.Processes.Select(file => Path.GetFullPath(file, folder))];

    private static bool IsProcessFile(string path) =>
        Path.GetExtension(path) is ".yaml" or ".yml" or ".json" && Path.GetFileName(path) != Name;

    private static MappingNode? ReadRoot(string text, FileErrors errors)
    {
        if (Encoding.UTF8.GetByteCount(text) > TextBytesMax)
        {
            errors.Add("too-large", 0, $"the file is larger than {TextBytesMax / 1024} KiB; split the scenario");
            return null;
        }

        var root = YamlNodes.Read(text.TrimStart('\uFEFF'), errors);
        if (root is MappingNode mapping) return mapping;
        if (errors.IsEmpty)
            errors.Add("wrong-value", root?.Line ?? 0, "a scenario file is a mapping with 'scenario' and 'cases'");
        return null;
    }
}
