using System.CommandLine;
using Actors.Cli.Files;
using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Core.Definitions;
using Actors.Core.Import;

namespace Actors.Cli.Commands;

/// <summary><c>actors import wfcommons</c>: turns a recorded workflow into a process file.</summary>
internal sealed class ImportCommand(CliHost host) : ICliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "A WfFormat 1.5 file (wfcommons.org)" };

    private readonly Option<string?> _output = new("--output")
    {
        Description = "Write the process file here; its name should end in .json. Default: standard output",
        HelpName = "FILE",
    };

    /// <inheritdoc/>
    public Command Build()
    {
        var workflow = new Command(
            "wfcommons", "Turn a recorded workflow into a process of simulated steps, which 'actors run' runs.")
        {
            _file, _output,
        };
        workflow.SetAction((parsed, _) => ImportAsync(parsed.GetRequiredValue(_file), parsed.GetValue(_output)));
        return new Command("import", "Turn files of other programs into process files.") { workflow };
    }

    private async Task<int> ImportAsync(string file, string? output)
    {
        var map = WfCommonsImport.Read(Source.Text(file, WfCommonsImport.TextBytesMax), file).MapOrThrow();
        var text = StepMapJson.Write(map);
        if (output is null)
        {
            host.Out.WriteRaw(text);
            return ExitCode.Done;
        }

        try
        {
            await File.WriteAllTextAsync(output, text + "\n", host.Interrupted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"'{output}' can't be written: {e.Message}", "not-writable");
        }

        host.Out.Write(
            $"{output}: {map.Process}, {Words.Count(map.Steps.Length, "step")}; run it with: actors run {output}");
        return ExitCode.Done;
    }
}
