using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Cli.Files;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Core.Definitions;
using Actors.Core.Import;
using Actors.Definitions;

namespace Actors.Cli.Commands;

/// <summary><c>actors import wfcommons</c>: turns a recorded workflow into a process file.</summary>
internal sealed class ImportCommand(CliHost host) : ICliCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 256,
    };

    private readonly Argument<string> _file = new("FILE") { Description = "A WfFormat 1.5 file (wfcommons.org)" };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Write the process file here; a name that ends in .json gets JSON. Default: standard output",
        HelpName = "FILE",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Write JSON instead of YAML" };

    /// <inheritdoc/>
    public Command Build()
    {
        var workflow = new Command(
            "wfcommons", "Turn a recorded workflow into a process of simulated steps, which 'actors run' runs.")
        {
            _file, _output, _json,
        };
        workflow.SetAction((parsed, _) => ImportAsync(
            parsed.GetRequiredValue(_file), parsed.GetValue(_output), parsed.GetValue(_json)));
        return new Command("import", "Turn files of other programs into process files.") { workflow };
    }

    private async Task<int> ImportAsync(string file, string? output, bool json)
    {
        var map = WfCommonsImport.Read(Source.Text(file, WfCommonsImport.TextBytesMax), file).MapOrThrow();
        var text = TextOf(map, file, json || HasEnding(output, ".json"));
        if (output is null)
        {
            host.Out.WriteRaw(text.TrimEnd('\n'));
            return ExitCode.Done;
        }

        if (json && !HasEnding(output, ".json"))
        {
            throw new RefusedException(
                $"--json writes JSON, and '{output}' would be read as YAML; end its name in .json", "wrong-ending");
        }

        try
        {
            await File.WriteAllTextAsync(output, text, host.Interrupted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"'{output}' can't be written: {e.Message}", "not-writable");
        }

        var steps = Words.Count(map.Steps.Length, "step");
        var told = $"{output}: {map.Process}, {steps}; run it with: actors run {output}";
        host.Progress(json).Write(told);
        return ExitCode.Done;
    }

    private static string TextOf(StepMap map, string file, bool json)
    {
        var tree = ReadableMap.Of(map);
        var text = json
            ? tree.ToJsonString(Indented) + "\n"
            : $"# Made by 'actors import wfcommons' of {Path.GetFileName(file)}\n{YamlText.Of(tree)}";
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= ProcessFile.TextBytesMax
            ? text
            : throw new RefusedException(
                $"'{file}' would become a process file of {Words.Bytes(bytes)}; at most " +
                $"{ProcessFile.TextBytesMax / 1024 / 1024} MiB are read: import a smaller workflow", "too-large");
    }

    private static bool HasEnding(string? path, string ending) =>
        path?.EndsWith(ending, StringComparison.OrdinalIgnoreCase) == true;
}
